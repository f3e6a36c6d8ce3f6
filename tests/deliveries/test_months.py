"""The months of the health chart."""

import datetime as dt

import pytest
import time_machine

from accounts.models import Account
from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from deliveries import months
from deliveries.models import Channel, DeliveryState, Month
from deliveries.tasks import sum_up_months
from tests.factories import ContactFactory, DeliveryFactory, MessageFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
NOVEMBER, OCTOBER, JANUARY = (dt.date(2026, month, 1) for month in (11, 10, 1))


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def mail(at, channel=Channel.MARKETING, **fields):
    message = MessageFactory(channel=channel)
    type(message).objects.filter(pk=message.pk).update(frozen_at=at)
    return DeliveryFactory(message=message, **fields)


def leave(at, reason=Reason.OWN_OPT_OUT, contact=None):
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.ONE_CLICK,
        actor=Actor.CONTACT,
        occurred_at=at,
    )
    address = (contact or ContactFactory()).address_id
    Suppression.objects.suppress([address], reason, act)


def counted(month):
    row = Month.objects.get(month=month)
    return [row.delivered, row.opened, row.clicked, row.bounced, row.opt_outs]


def test_mail_counts_in_the_month_its_message_began():
    mail(NOW, opened_at=NOW)
    mail(NOW, opened_at=NOW, clicked_at=NOW)
    mail(NOW, state=DeliveryState.REFUSED, delivered_at=None, bounced_at=NOW)
    mail(NOW - dt.timedelta(days=30))
    sum_up_months()
    assert counted(NOVEMBER) == [2, 2, 1, 1, 0]
    assert counted(OCTOBER) == [1, 0, 0, 0, 0]
    assert Month.objects.count() == 12


def test_a_test_is_no_mail():
    mail(NOW, channel=Channel.TEST)
    months.sum_up()
    assert counted(NOVEMBER)[0] == 0


def test_an_opt_out_counts_when_it_was_said_and_a_bounce_is_none():
    ada = ContactFactory()
    leave(NOW, contact=ada)
    leave(NOW, reason=Reason.COMPLAINT, contact=ada)
    leave(NOW - dt.timedelta(days=25), reason=Reason.SUNSET)
    leave(NOW, reason=Reason.DEAD_ADDRESS)
    months.sum_up()
    assert counted(NOVEMBER)[-1] == 1
    assert counted(OCTOBER)[-1] == 1


def test_a_month_begins_at_midnight_of_the_account():
    Account.current()
    Account.objects.update(time_zone="Asia/Tokyo")
    mail(dt.datetime(2026, 10, 31, 16, tzinfo=dt.UTC))
    months.sum_up()
    assert counted(NOVEMBER)[0] == 1


def test_what_comes_late_is_counted_and_old_months_stay():
    late = mail(NOW)
    mail(dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
    months.sum_up()
    type(late).objects.filter(pk=late.pk).update(opened_at=NOW)
    Month.objects.filter(month=JANUARY).update(delivered=77)
    months.sum_up()
    assert counted(NOVEMBER)[1] == 1
    assert counted(JANUARY)[0] == 77
    months.sum_up(everything=True)
    assert counted(JANUARY)[0] == 1


def test_twelve_months_are_shown_whether_counted_or_not():
    mail(NOW)
    months.sum_up()
    Month.objects.filter(month=OCTOBER).delete()
    rows = months.shown()
    assert [row.month for row in rows][::11] == [dt.date(2025, 12, 1), NOVEMBER]
    assert rows[-1].delivered == 1
    assert rows[-2].delivered == 0


@pytest.mark.parametrize("day", [dt.date(2026, 1, 31), dt.date(2024, 2, 29)])
def test_the_last_months_are_twelve_first_days(day):
    found = months.last_months(day)
    assert len(set(found)) == 12
    assert found[-1] == day.replace(day=1)
    assert all(one.day == 1 for one in found)
