"""Sums that pages read: a command counts them anew, says what differs, and mends it."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns import figures
from campaigns.models import EmailState, MarketingEmail
from consent.models import SubscriptionType
from contacts.models import Contact
from deliveries import days, months, rollups
from deliveries.models import Day, Delivery, Month
from reengagement.models.tallies import Tally
from tests.factories import (
    DeliveryFactory,
    MarketingEmailFactory,
    MessageFactory,
)
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def summed():
    """An email that went out, a campaign that runs, and every sum of them."""
    ago = NOW - dt.timedelta(days=1)
    email = MarketingEmailFactory(
        state=EmailState.SENT,
        message=MessageFactory(frozen_at=ago),
        launched_at=ago,
        finished_at=ago,
    )
    mail = DeliveryFactory(
        message=email.message, started_at=ago, delivered_at=ago, opened_at=NOW
    )
    World(SubscriptionType.objects.default()).asked(delivered_ago=dt.timedelta(days=2))
    rollups.fold_all()
    days.sum_up()
    months.sum_up()
    figures.recount()
    return mail


def checked(**options):
    out = io.StringIO()
    call_command("check_rollups", stdout=out, **options)
    return out.getvalue()


def test_what_is_right_is_said_to_be_as_counted(summed):
    assert checked().count("as counted.") == 5


def falsify_a_person(mail):
    Contact.objects.filter(pk=mail.contact_id).update(opened=7)
    return f"contact {mail.contact_id}: opened 7 instead of 1"


def falsify_a_day(mail):
    Day.objects.update(delivered=5)
    return "delivered 5 instead of 1"


def lose_a_day(mail):
    Day.objects.all().delete()
    return "sent 0 instead of 1"


def falsify_a_month(mail):
    Month.objects.filter(delivered__gt=0).update(clicked=3)
    return "clicked 3 instead of 0"


def falsify_an_email(mail):
    email = MarketingEmail.objects.get(message=mail.message_id)
    email.tally["sent"] = 9
    email.save(update_fields=["tally"])
    return f"email {email.pk}, “{email}”: sent 9 instead of 1"


def falsify_a_campaign(mail):
    tally = Tally.objects.get()
    Tally.objects.create(campaign=tally.campaign, outcome=tally.outcome, people=2)
    return f"campaign {tally.campaign_id}: waiting 3 instead of 1"


WAYS = [
    falsify_a_person,
    falsify_a_day,
    lose_a_day,
    falsify_a_month,
    falsify_an_email,
    falsify_a_campaign,
]


@pytest.mark.parametrize("way", WAYS)
def test_what_differs_is_named_and_left_alone(summed, way, capsys):
    said, out = way(summed), io.StringIO()
    for _ in range(2):
        with pytest.raises(CommandError, match="1 sums differ"):
            call_command("check_rollups", stdout=out)
    assert out.getvalue().count(said) == 2


@pytest.mark.parametrize("way", WAYS)
def test_what_differs_is_mended_where_that_is_asked_for(summed, way):
    way(summed)
    assert "Mended: 1 of 1." in checked(repair=True)
    assert checked().count("as counted.") == 5


def test_who_waits_for_her_next_sum_is_no_fault(summed):
    Delivery.objects.filter(pk=summed.pk).update(clicked_at=NOW)
    assert list(rollups.differing()) == []


def test_many_differences_are_counted_and_some_named(summed):
    for mail in [DeliveryFactory(message=summed.message) for _ in range(25)]:
        Contact.objects.filter(pk=mail.contact_id).update(opened=7)
    rollups.fold_all()
    Contact.objects.update(opened=7)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_rollups", stdout=out)
    assert "and 7 more" in out.getvalue()
