"""The days of the email health page: what is summed up, and what is left alone."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from config.celery import app
from deliveries import days, partitions
from deliveries.models import Channel, Day, DeliveryState, Message
from deliveries.tasks import sum_up_days
from tests.factories import DeliveryFactory, MessageFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def mailing(at=NOW, channel=Channel.MARKETING):
    message = MessageFactory(channel=channel)
    Message.objects.filter(pk=message.pk).update(frozen_at=at)
    return message


def mail(message, at=NOW, **fields):
    return DeliveryFactory(message=message, started_at=at, provider="gmail", **fields)


def counted(**where):
    names = ("sent", "delivered", "opened", "clicked", "hard", "bounced")
    rows = Day.objects.filter(**where).values_list(
        *names, "unsubscribed", "complaints", "open_tracked", "click_tracked"
    )
    return [list(row) for row in rows]


def test_a_day_adds_up_what_became_of_its_mail():
    message = mailing()
    mail(message, opened_at=NOW, click_tracked=False)
    mail(message, clicked_at=NOW, unsubscribed_at=NOW)
    mail(message, open_tracked=False, complained_at=NOW)
    gone = {"delivered_at": None, "bounced_at": NOW}
    mail(message, state=DeliveryState.REFUSED, bounce_kind="hard", **gone)
    mail(message, bounced_at=NOW, bounce_kind="soft")
    mail(message, state=DeliveryState.UNCERTAIN, delivered_at=None)
    mail(message, state=DeliveryState.QUEUED, delivered_at=None)
    sum_up_days()
    assert counted() == [[6, 3, 2, 1, 1, 2, 1, 1, 2, 2]]


def test_a_mail_counts_on_the_day_it_started_at_its_provider():
    message = mailing(NOW - dt.timedelta(days=3))
    mail(message, NOW - dt.timedelta(days=3))
    mail(message)
    DeliveryFactory(message=message, started_at=NOW, provider="")
    days.sum_up()
    found = Day.objects.order_by("day", "provider").values_list("day", "provider")
    before = TODAY - dt.timedelta(days=3)
    assert list(found) == [(before, "gmail"), (TODAY, "gmail"), (TODAY, "other")]


def test_the_day_is_that_of_the_account():
    Account.current()
    Account.objects.update(time_zone="Asia/Tokyo")
    mail(mailing(), dt.datetime(2026, 11, 21, 16, tzinfo=dt.UTC))
    days.sum_up()
    assert Day.objects.get().day == TODAY


@pytest.mark.parametrize("channel", set(Channel) - {Channel.MARKETING})
def test_only_marketing_mail_is_counted(channel):
    mail(mailing(channel=channel))
    days.sum_up()
    assert counted() == []


def test_what_comes_late_is_counted_and_older_days_stay():
    late = mail(mailing())
    old = TODAY - dt.timedelta(days=60)
    Day.objects.create(day=old, provider="gmail", sent=77)
    days.sum_up()
    type(late).objects.filter(pk=late.pk).update(opened_at=NOW)
    days.sum_up()
    assert counted(day=TODAY)[0][2] == 1
    assert Day.objects.get(day=old).sent == 77


def test_a_mail_that_starts_again_later_leaves_no_trace_on_the_day_before():
    message = mailing()
    again = mail(message, NOW - dt.timedelta(days=1))
    days.sum_up()
    type(again).objects.filter(pk=again.pk).update(started_at=NOW)
    days.sum_up()
    assert [one.day for one in Day.objects.all()] == [TODAY]


def test_four_months_of_mail_are_read_once_an_hour_at_most():
    beats = [
        one["schedule"]
        for one in app.conf.beat_schedule.values()
        if one["task"] == sum_up_days.name
    ]
    assert beats == [3600]


def test_the_partitions_of_older_mailings_are_left_alone():
    """However much mail lies in them."""
    old = mailing(NOW - dt.timedelta(days=200))
    new = MessageFactory(pk=old.pk + partitions.PER_PARTITION)
    Message.objects.filter(pk=new.pk).update(frozen_at=NOW)
    partitions.ensure_for(new.pk)  # as whoever fixes an audience does
    mail(new)
    with CaptureQueriesContext(connection) as asked:
        days.sum_up()
    count = next(
        one["sql"] for one in asked if "INSERT INTO deliveries_day" in one["sql"]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {count}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert partitions.table_of(new.pk) in plan
    assert partitions.table_of(old.pk) + " " not in plan
