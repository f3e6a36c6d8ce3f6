"""Quiet hours and the reader's own time, on the pages and in what they start."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Account, Job
from accounts.roles import Role
from campaigns import launching
from campaigns.models import LAUNCH_GRACE, EmailState, MarketingEmail
from deliveries.models import Delivery
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
)
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 12, 1, 21, 30, tzinfo=dt.UTC)  # 23:30 in Helsinki
SEVEN = dt.datetime(2026, 12, 3, 7, tzinfo=dt.UTC)  # nine in Helsinki
NIGHT = {"quiet_from": dt.time(21), "quiet_until": dt.time(8)}


@pytest.fixture(autouse=True)
def tonight():
    Account.current()
    Account.objects.update(time_zone="Europe/Helsinki")
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def email():
    kind = SubscriptionTypeFactory()
    zones = ("Europe/Helsinki", "Europe/Helsinki", "America/New_York", "")
    people = [ContactFactory(time_zone=zone) for zone in zones]
    for one in people:
        agree(one, kind)
    draft = MarketingEmailFactory(subscription_type=kind)
    draft.choose([make_segment(*people)], [])
    return draft


def address(name, email):
    return reverse(f"campaigns:{name}", args=[email.pk])


def schedule(client, email, **changes):
    form = {"expected": 4, "date": "2026-12-03", "time": "09:00", "zone": "UTC"}
    form |= {"by_reader": "on", **changes}
    answer = client.post(address("schedule", email), form, follow=True)
    email.refresh_from_db()
    return answer


def bars(answer):
    return [(one["label"], one["count"]) for one in answer.context["departures"]]


def test_the_review_tells_how_many_leave_when(client, email):
    Account.objects.update(**NIGHT)
    found = bars(client.get(address("review", email)))
    assert found == [("At once", 1), ("Wed 2 Dec, 08:00", 3)]


def test_the_review_tells_nothing_where_all_leave_at_once(client, email):
    answer = client.get(address("review", email))
    assert answer.context["departures"] == []


def test_quiet_hours_are_told_where_everybody_waits_for_their_end(client, email):
    Account.objects.update(**NIGHT, quiet_by="account")
    found = bars(client.get(address("review", email)))
    assert found == [("Wed 2 Dec, 08:00", 4)]


def test_a_readers_time_starts_where_it_comes_first(client, email):
    page = schedule(client, email).content.decode()
    assert email.scheduled_at == dt.datetime(2026, 12, 2, 19, tzinfo=dt.UTC)
    assert "Each reader gets it on Thursday, 3 December 2026, 09:00" in page


def test_the_scheduled_email_tells_how_many_leave_when(client, email):
    found = bars(schedule(client, email))
    assert found == [("Thu 3 Dec, 09:00", 3), ("Thu 3 Dec, 16:00", 1)]


def test_the_part_that_is_fetched_again_counts_nobody(client, email):
    schedule(client, email)
    page = client.get(address("detail", email), headers={"HX-Request": "true"})
    assert "departures" not in page.context


def test_a_readers_time_that_is_over_here_is_refused_and_stays_in_the_form(
    client, email
):
    answer = schedule(client, email, date="2026-12-01")
    page = answer.content.decode()
    assert "That moment is over here." in page
    assert 'value="2026-12-01"' in page
    assert answer.context["schedule"]["by_reader"].value()
    assert email.is_draft


def test_what_has_begun_somewhere_can_be_taken_back_for_a_moment(client, email):
    schedule(client, email, date="2026-12-02", time="09:00")
    assert email.scheduled_at == NOW + LAUNCH_GRACE


def test_a_time_that_some_clocks_leave_out_is_no_fault(client, email, tonight):
    tonight.move_to(dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    client.force_login(UserFactory(role=Role.MARKETER))
    schedule(client, email, date="2027-03-28", time="03:30")
    assert email.state == EmailState.SCHEDULED


def test_sent_now_forgets_the_readers_time_of_before(client, email):
    schedule(client, email)
    email.unschedule()
    email.launch(UserFactory())
    email.refresh_from_db()
    assert email.readers_at is None


def begun(email, clock):
    clock.move_to(email.scheduled_at)
    (job,) = MarketingEmail.objects.start_due()
    launching.prepare(Job.objects.claim(job))
    email.refresh_from_db()


def test_each_mail_is_due_at_the_readers_time(client, email, tonight):
    schedule(client, email)
    begun(email, tonight)
    due = Delivery.objects.order_by("due_at").values_list("due_at", flat=True)
    assert list(due) == [SEVEN, SEVEN, SEVEN, SEVEN + dt.timedelta(hours=7)]


def test_the_report_tells_that_the_rest_waits_for_its_hour(client, email, tonight):
    schedule(client, email)
    begun(email, tonight)
    page = client.get(address("detail", email)).content.decode()
    assert "The others wait for their hour." in page


def test_nothing_waits_once_the_hour_has_come(client, email, tonight):
    schedule(client, email)
    begun(email, tonight)
    tonight.move_to(SEVEN)
    assert client.get(address("detail", email)).context["next_at"] is None


def test_an_email_of_a_campaign_keeps_the_quiet_hours_too():
    Account.objects.update(**NIGHT)
    world = World(SubscriptionTypeFactory())
    world.asked(delivered_ago=dt.timedelta(days=9))
    world.add_email()
    later = world.campaign.emails.last().email
    fields = {"state": EmailState.DRAFT, "message": None, "launched_at": None}
    MarketingEmail.objects.filter(pk=later.pk).update(**fields)
    world.campaign.advance()
    queued = Delivery.objects.get(state="queued")
    assert queued.due_at == dt.datetime(2026, 12, 2, 6, tzinfo=dt.UTC)
