"""Each mail is due by the clock of its reader, outside the quiet hours."""

import datetime as dt

import pytest
import time_machine

from accounts.models import Account, Clock
from contacts.models import Contact
from deliveries import audience
from deliveries.models import Delivery
from tests.factories import ContactFactory, MessageFactory, agree

pytestmark = pytest.mark.django_db

# 23:30 in Helsinki, 16:30 in New York
NOW = dt.datetime(2026, 12, 1, 21, 30, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 12, 2, 6, 0, tzinfo=dt.UTC)
NINE = dt.datetime(2026, 12, 2, 9)


@pytest.fixture(autouse=True)
def tonight():
    Account.current()
    Account.objects.update(time_zone="Europe/Helsinki")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def message():
    message = MessageFactory()
    for zone in ("Europe/Helsinki", "America/New_York", "", "Moon/Tranquility"):
        agree(ContactFactory(time_zone=zone), message.subscription_type)
    return message


def quiet(begins=dt.time(21), ends=dt.time(8), by=Clock.READER):
    Account.objects.update(quiet_from=begins, quiet_until=ends, quiet_by=by)


def due(message, **how):
    """{time zone: when}."""
    audience.fix(message, Contact.objects.all(), **how)
    rows = Delivery.objects.filter(message=message)
    return dict(rows.values_list("contact__time_zone", "due_at"))


def test_without_quiet_hours_everybodys_mail_is_due_at_once(message):
    assert set(due(message).values()) == {NOW}


def test_mail_waits_for_the_morning_of_its_reader(message):
    quiet()
    assert due(message) == {
        "Europe/Helsinki": MORNING,
        "America/New_York": NOW,
        "": MORNING,
        "Moon/Tranquility": MORNING,
    }


def test_mail_waits_for_the_morning_of_the_account(message):
    quiet(by=Clock.ACCOUNT)
    assert set(due(message).values()) == {MORNING}


def test_a_later_start_counts_from_itself(message):
    quiet()
    later = NOW + dt.timedelta(hours=12)
    assert due(message, due_at=later)["Europe/Helsinki"] == later


def test_each_reader_gets_it_at_nine_by_her_own_clock(message):
    assert due(message, plan=audience.plan_of(NINE)) == {
        "Europe/Helsinki": dt.datetime(2026, 12, 2, 7, tzinfo=dt.UTC),
        "America/New_York": dt.datetime(2026, 12, 2, 14, tzinfo=dt.UTC),
        "": dt.datetime(2026, 12, 2, 7, tzinfo=dt.UTC),
        "Moon/Tranquility": dt.datetime(2026, 12, 2, 7, tzinfo=dt.UTC),
    }


def test_who_gets_nothing_has_a_reason_as_before(message):
    quiet()
    ContactFactory(time_zone="Asia/Tokyo")
    found = audience.fix(message, Contact.objects.all(), plan=audience.plan_of(NINE))
    assert found == {"": 4, "no_consent": 1}


def test_fixing_twice_moves_nobody(message):
    before = due(message, plan=audience.plan_of(NINE))
    assert due(message) == before
