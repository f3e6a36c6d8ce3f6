"""The quiet hours are asked once more as a mail starts, however late it comes."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Account, Clock
from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries import audience, sending
from deliveries.models import Channel, Delivery, Hold, HoldKind
from deliveries.queue import BATCH
from tests.factories import ContactFactory, MessageFactory, agree

pytestmark = pytest.mark.django_db

NO = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)
HERE, FAR = "Etc/UTC", "Etc/GMT-12"


@pytest.fixture(autouse=True)
def account():
    Account.current()
    Account.objects.update(time_zone=HERE)


@pytest.fixture
def fall():
    """The night begins an hour ago, by the clock of UTC; when it ends."""

    def begin(by=Clock.READER):
        begins, ends = (
            (timezone.now() + dt.timedelta(hours=hours)).replace(
                second=0, microsecond=0
            )
            for hours in (-1, 2)
        )
        Account.objects.update(
            quiet_from=begins.time(), quiet_until=ends.time(), quiet_by=by
        )
        return ends

    return begin


def due():
    return set(Delivery.objects.filter(state="queued").values_list("due_at", flat=True))


def test_what_is_late_waits_for_the_end_of_the_night(sink, queue_for, fall):
    queue_for(2, time_zone=HERE)
    morning = fall()
    assert sending.send_due() == 0
    assert due() == {morning}
    assert sink.received == []


def test_what_somebody_lets_go_on_at_night_waits(sink, queue_for, fall, message, alice):
    hold = Hold.objects.stop(alice, "A typo", kind=HoldKind.MESSAGE, message=message)
    queue_for(1, time_zone=HERE)
    morning = fall()
    hold.lift(alice, "It is none")
    assert sending.send_due() == 0
    assert due() == {morning}


def test_a_try_that_did_not_happen_is_not_counted(sink, queue_for, fall):
    queue_for(1, time_zone=HERE)
    fall()
    sending.send_due()
    row = Delivery.objects.get()
    assert (row.attempts, row.started_at, row.claimed_by) == (0, None, "")


def test_who_has_no_clock_has_that_of_the_account(sink, queue_for, fall):
    queue_for(1, time_zone="")
    morning = fall()
    sending.send_due()
    assert due() == {morning}


def test_nobody_who_is_awake_waits_behind_those_who_sleep(sink, queue_for, fall):
    queue_for(3 * BATCH, time_zone=HERE)
    awake = queue_for(1, time_zone=FAR)[-1]
    fall()
    assert sending.send_due() == 1
    assert sink.recipients == [awake.email]


def test_by_the_clock_of_the_account_everybody_waits(sink, queue_for, fall):
    queue_for(1, time_zone=FAR)
    morning = fall(by=Clock.ACCOUNT)
    assert sending.send_due() == 0
    assert due() == {morning}


def test_what_a_person_asked_for_leaves_at_night(sink, fall):
    letter = MessageFactory(channel=Channel.SERVICE)
    agree(ContactFactory(time_zone=HERE), letter.subscription_type)
    audience.fix(letter, Contact.objects.all())
    fall()
    assert sending.send_due() == 1


def test_a_no_said_meanwhile_is_told_at_once(sink, queue_for, fall):
    [ada] = queue_for(1, time_zone=HERE)
    Suppression.objects.suppress([ada.address_id], Reason.OWN_OPT_OUT, NO)
    fall()
    sending.send_due()
    assert Delivery.objects.get().state == "not_sent"
