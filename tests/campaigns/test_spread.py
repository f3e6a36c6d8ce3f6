"""An email that leaves over hours: asked for on the review, told on every page."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Account, Job
from campaigns import audience, launching
from campaigns.models import LAUNCH_GRACE, MarketingEmail
from deliveries.models import Delivery
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 12, 1, 15, 30, tzinfo=dt.UTC)  # 17:30 in Helsinki
HOUR = dt.timedelta(hours=1)
NIGHT = {"quiet_from": dt.time(21), "quiet_until": dt.time(8), "quiet_by": "account"}


@pytest.fixture(autouse=True)
def tonight():
    Account.current()
    Account.objects.update(time_zone="Europe/Helsinki")
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def email():
    kind = SubscriptionTypeFactory()
    people = ContactFactory.create_batch(8)
    for one in people:
        agree(one, kind)
    draft = MarketingEmailFactory(subscription_type=kind)
    draft.choose([make_segment(*people)], [])
    return draft


def address(name, email):
    return reverse(f"campaigns:{name}", args=[email.pk])


def post(client, name, email, **fields):
    answer = client.post(address(name, email), {"expected": 8, **fields}, follow=True)
    email.refresh_from_db()
    return answer.content.decode()


def schedule(client, email, **fields):
    form = {"date": "2026-12-02", "time": "09:00", "zone": "Europe/Helsinki"}
    return post(client, "schedule", email, **form, **fields)


def begun(email, clock):
    clock.move_to(email.scheduled_at)
    (job,) = MarketingEmail.objects.start_due()
    launching.prepare(Job.objects.claim(job))
    email.refresh_from_db()


class TestTheReview:
    def test_says_until_when(self, client, email):
        page = client.get(address("review", email)).content.decode()
        assert "Evenly over 8 hours, until Wed 2 Dec, 01:30" in page

    def test_leaves_out_the_night(self, client, email):
        Account.objects.update(**NIGHT)
        page = client.get(address("review", email)).content.decode()
        assert "Evenly over 8 hours, until Wed 2 Dec, 12:30" in page

    def test_keeps_what_was_chosen_where_something_is_wrong(self, client, email):
        answer = client.post(
            address("schedule", email),
            {"expected": 8, "date": "2020-01-01", "time": "09:00", "spread": "4"},
        )
        assert answer.context["schedule"]["spread"].value() == "4"

    def test_takes_no_other_hours(self, client, email):
        post(client, "launch", email, spread="5")
        assert email.is_draft

    def test_without_a_choice_sends_to_all_at_once(self, client, email):
        post(client, "launch", email)
        assert email.spread_hours == 0


class TestTheScheduledEmail:
    def test_says_that_it_leaves_over_hours(self, client, email):
        page = schedule(client, email, spread="8")
        assert "leave evenly over 8 hours" in page
        assert "the last on Wed 2 Dec, 17:00" in page

    def test_counts_them_by_the_hour(self, client, email):
        schedule(client, email, spread="4")
        found = client.get(address("detail", email)).context["departures"]
        assert [(one["label"], one["count"]) for one in found] == [
            ("At once", 2),
            ("Wed 2 Dec, 10:00", 2),
            ("Wed 2 Dec, 11:00", 2),
            ("Wed 2 Dec, 12:00", 2),
        ]

    def test_taken_back_and_sent_at_once_forgets_it(self, client, email):
        schedule(client, email, spread="8")
        email.unschedule()
        email.launch(UserFactory())
        email.refresh_from_db()
        assert email.spread_hours == 0


class TestTheMails:
    def test_are_due_evenly_from_the_start_on(self, client, email, tonight):
        post(client, "launch", email, spread="4")
        begun(email, tonight)
        due = Delivery.objects.order_by("due_at").values_list("due_at", flat=True)
        start = NOW + LAUNCH_GRACE
        assert list(due) == [start + n * HOUR / 2 for n in range(8)]

    def test_have_an_end_that_the_report_tells(self, client, email, tonight):
        post(client, "launch", email, spread="4")
        begun(email, tonight)
        page = client.get(address("detail", email)).content.decode()
        # seven steps of half an hour from the start on
        assert "Spread over 4 hours. The last leave on Tue 1 Dec, 21:00." in page

    def test_end_later_after_a_pause(self, client, email, tonight):
        post(client, "launch", email, spread="1")
        begun(email, tonight)
        email.pause(None, "A look at the words.")
        tonight.shift(5 * HOUR)
        email.resume(UserFactory(), "Fine.")
        last = client.get(address("detail", email)).context["last_at"]
        assert last > NOW + 5 * HOUR

    def test_are_told_to_wait_while_it_is_paused(self, client, email, tonight):
        post(client, "launch", email, spread="4")
        begun(email, tonight)
        email.pause(None, "A look at the words.")
        page = client.get(address("detail", email)).content.decode()
        assert "What waits follows as evenly once it goes on." in page


class TestVeryManyPeople:
    """Their page does not wait until they are counted."""

    @pytest.fixture(autouse=True)
    def large(self, monkeypatch):
        monkeypatch.setattr(audience, "LARGE", 7)

    def test_are_counted_after_the_page(self, client, email):
        page = schedule(client, email, spread="4")
        assert f'hx-get="{address("departures", email)}"' in page
        assert "Wed 2 Dec, 10:00" not in page

    def test_are_counted_when_the_page_asks(self, client, email):
        schedule(client, email, spread="4")
        page = client.get(address("departures", email)).content.decode()
        assert "Wed 2 Dec, 10:00" in page

    def test_are_counted_without_script_as_well(self, client, email):
        schedule(client, email, spread="4")
        page = client.get(address("detail", email), {"count": ""}).content.decode()
        assert "Wed 2 Dec, 10:00" in page

    def test_of_a_draft_are_nobodys_departures(self, client, email):
        answer = client.get(address("departures", email))
        assert answer.status_code == 302
