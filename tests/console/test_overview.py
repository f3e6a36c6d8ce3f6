"""The first page, the stop of all sending, and the jobs."""

import datetime as dt

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, AuditEntry, Job, JobState
from accounts.roles import Role
from campaigns.models import MarketingEmail
from consent.models import Brand, SubscriptionType
from console import health
from console.trend import trend
from deliveries import journal
from deliveries.models import Hold, Journal, Late, Month, Relay
from deliveries.months import last_months
from reengagement.models import Campaign
from reengagement.vocabulary import CampaignState
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    MarketingEmailFactory,
    MessageFactory,
    SegmentFactory,
    UserFactory,
    agree,
)

pytestmark = pytest.mark.django_db

OVERVIEW = reverse("console:overview")
NOON = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)  # no month turns meanwhile


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


def page(client, url=OVERVIEW):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def make_job(owner, **fields):
    given = {"kind": "test", "label": "Import of people", **fields}
    return Job.objects.create(owner=owner, **given)


def test_a_newcomer_sees_the_first_steps(client):
    text = page(client)
    assert "First steps" in text
    assert reverse("contacts:import") in text


def test_the_numbers_are_counted_and_lead_to_their_people(client):
    agree(ContactFactory(), SubscriptionType.objects.default())
    ContactFactory()
    figures = {
        one["label"]: one for one in client.get(OVERVIEW).context["health"].figures()
    }
    assert figures["Contacts"]["value"] == 2
    assert figures["Can be emailed"]["value"] == 1
    assert figures["Can be emailed"]["url"] == "/contacts/?answer=yes"
    assert figures["Hard bounces"]["value"] == "–"


@time_machine.travel(NOON, tick=False)
def test_hard_bounces_are_those_of_this_month_and_the_last(client):
    months = last_months(Account.current().today())
    for month, delivered, bounced in zip(
        months[-3:], (1_000, 10, 90), (1_000, 0, 5), strict=True
    ):
        Month.objects.create(month=month, delivered=delivered, bounced=bounced)
    figures = client.get(OVERVIEW).context["health"].figures()
    bounces = next(one for one in figures if one["label"] == "Hard bounces")
    assert bounces["value"] == "4.8%"
    assert bounces["note"] == f"5 of 105 since 1 {months[-2]:%B}"


def test_no_mail_is_counted_for_the_numbers(client):
    with CaptureQueriesContext(connection) as asked:
        health.count()
    counted = [one for one in asked if "COUNT" in one["sql"].upper()]
    assert counted
    assert not [one for one in counted if "deliveries_delivery" in one["sql"]]


def test_many_contacts_are_counted_after_the_page_is_there(client, monkeypatch):
    monkeypatch.setattr("contacts.models.people.COUNTED_BELOW", -1)
    assert "Counting…" in page(client)
    assert "Counted" in page(client, reverse("console:numbers"))
    assert "Counting…" not in page(client)


def test_a_brand_without_an_address_needs_somebody(client):
    assert "Add the postal address of" in page(client)
    Brand.objects.update(postal_address="1 Example Street")
    assert "Nothing needs you today." in page(client)


def test_a_failed_job_and_a_halted_email_need_somebody(client, alice):
    make_job(alice, state=JobState.RUNNING).fail("The file broke off.")
    MarketingEmail.objects.create(name="Spring", halted="There was nobody to send to.")
    text = page(client)
    assert "The file broke off." in text
    assert "There was nobody to send to." in text


def test_that_no_mail_server_may_be_used_needs_somebody(client):
    Relay.objects.main()
    Relay.objects.update(weight=0)
    page = client.get("/").content.decode()
    assert "No mail server is in use: each has the weight 0." in page


def test_mail_accepted_long_after_an_opt_out_needs_somebody(client):
    mail = DeliveryFactory(message__name="Spring")
    Late.objects.create(
        delivery_id=mail.pk,
        message=mail.message,
        address=mail.address,
        said_at=mail.delivered_at - dt.timedelta(minutes=12),
        accepted_at=mail.delivered_at,
    )
    text = page(client)
    assert "An email was accepted after the reader had opted out" in text
    assert "The last was “Spring”, 12 minutes after it." in text
    assert "Accepted after an opt-out" in page(client, "/email-health/")


def test_all_sending_is_stopped_with_a_reason_and_let_go_on(client, alice):
    stop, go_on = reverse("console:stop"), reverse("console:go_on")
    assert client.post(stop, {"reason": ""}).status_code == 422
    client.post(stop, {"reason": "A wrong price"})
    assert Hold.objects.active().get().created_by == alice
    assert "A wrong price" in page(client)
    client.post(go_on, {"reason": "Price corrected"})
    assert not Hold.objects.active().exists()
    assert AuditEntry.objects.filter(verb="stopped sending").exists()


def test_letting_all_sending_go_on_ends_every_stop_of_it(client, alice):
    for reason in ("A wrong price", "A wrong list"):
        Hold.objects.stop_everything(alice, reason)
    text = page(client)
    assert "A wrong price" in text
    assert "A wrong list" in text
    client.post(reverse("console:go_on"), {"reason": "Both are right"})
    assert not Hold.objects.active().exists()


def test_after_a_restore_only_an_administrator_goes_on(client, settings, tmp_path):
    settings.JOURNAL_DIR = str(tmp_path)
    Journal.objects.create(id=1)
    journal.check()
    go_on = reverse("console:go_on")
    client.force_login(UserFactory(role=Role.HYGIENE))
    answer = client.post(go_on, {"reason": "It is right"}, follow=True)
    assert "only an administrator goes on" in answer.content.decode()
    client.force_login(UserFactory(role=Role.ADMIN))
    client.post(go_on, {"reason": "It is right"})
    assert not Hold.objects.active().exists()


def test_looking_at_the_question_stops_nothing(client):
    page(client, reverse("console:stop"))
    assert not Hold.objects.exists()


def test_letting_go_on_what_is_not_stopped_says_so(client):
    answer = client.post(reverse("console:go_on"), {"reason": "x"}, follow=True)
    assert "Sending is not stopped." in answer.content.decode()


def test_the_overview_asks_a_fixed_number_of_questions(
    client, alice, django_assert_max_num_queries
):
    for number in range(5):
        make_job(alice, state=JobState.FAILED, error=f"Problem {number}")
        MarketingEmail.objects.create(name=f"Email {number}", halted="Nobody.")
    client.get(OVERVIEW)
    with django_assert_max_num_queries(22):
        client.get(OVERVIEW)


def test_a_job_shows_its_progress_and_is_stopped(client, alice):
    job = make_job(alice, state=JobState.RUNNING, done=42, total=100)
    assert "Import of people" in page(client, reverse("console:job", args=[job.pk]))
    client.post(reverse("console:job_cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


@pytest.mark.parametrize(
    ("role", "kind", "stops"),
    [
        (Role.MARKETER, "contact_import", True),
        (Role.MARKETER, "contact_import_undo", False),
        (Role.MARKETER, "optout_undo", False),
        (Role.MARKETER, "sunset_undo", False),
        (Role.HYGIENE, "sunset_undo", True),
        (Role.HYGIENE, "rejudge_bounces", False),
        (Role.HYGIENE, "of a kind that is new", False),
    ],
)
def test_a_job_is_stopped_by_whoever_may_begin_one(client, alice, role, kind, stops):
    job = make_job(alice, kind=kind)
    client.force_login(UserFactory(role=role))
    button = reverse("console:job_cancel", args=[job.pk])
    offered = button in page(client, reverse("console:job", args=[job.pk]))
    answer = client.post(button)
    job.refresh_from_db()
    assert (offered, answer.status_code == 302, job.state == JobState.CANCELLED) == (
        (stops,) * 3
    )


def test_a_job_that_is_over_is_not_stopped_again(client, alice):
    job = make_job(alice, state=JobState.DONE)
    answer = client.post(reverse("console:job_cancel", args=[job.pk]), follow=True)
    assert "was over already" in answer.content.decode()


def test_the_card_of_a_finished_job_has_the_page_drawn_anew(client, alice):
    running, done = make_job(alice), make_job(alice, state=JobState.DONE)
    card = reverse("console:job_card", args=[running.pk])
    assert "HX-Refresh" not in client.get(card).headers
    card = reverse("console:job_card", args=[done.pk])
    assert client.get(card).headers["HX-Refresh"] == "true"


def test_a_finished_job_shows_its_counts(client, alice):
    job = make_job(alice, state=JobState.DONE, result={"new_contacts": 12345})
    text = page(client, reverse("console:job", args=[job.pk]))
    assert "New contacts" in text
    assert "12,345" in text


def test_the_list_of_jobs_goes_on(client, alice, monkeypatch):
    assert "No jobs yet" in page(client, reverse("console:jobs"))
    monkeypatch.setattr("console.jobs.PAGE", 2)
    made = [make_job(alice) for _ in range(3)]
    first = client.get(reverse("console:jobs"))
    rest = client.get(reverse("console:jobs") + first.context["page"].next)
    assert [*first.context["page"].rows, *rest.context["page"].rows] == made[::-1]


def test_the_bell_shows_my_jobs_only(client, alice, django_user_model):
    other = django_user_model.objects.create_user("bo@listwell.test")
    make_job(alice)
    Job.objects.create(kind="test", label="Somebody else's", owner=other)
    text = page(client, reverse("console:bell"))
    assert "1 job running" in text
    assert "Somebody else" not in text


def test_silent_people_wait_for_a_review(client):
    Campaign.objects.create(
        name="Autumn clean-up",
        state=CampaignState.REVIEW,
        segment=SegmentFactory(),
        started_at=timezone.now(),
    )
    text = page(client)
    assert "Review the silent people of “Autumn clean-up”" in text
    assert "0 of 0 confirmed" in text


@time_machine.travel(NOON, tick=False)
def test_twelve_months_are_drawn_with_a_table_and_read_from_the_summary(
    client, django_assert_num_queries
):
    assert "Twelve months" not in page(client)
    first = timezone.localdate().replace(day=1)
    Month.objects.create(month=first, delivered=200, opened=50, clicked=10, bounced=3)
    text = page(client)
    assert "200 emails arrived in twelve months: 25% were opened, 5% clicked" in (
        " ".join(text.split())
    )
    assert "0 people opted out, 3 emails came back" in text
    assert text.count("View as table") == 2
    with django_assert_num_queries(2):
        trend()


def test_a_stop_of_what_was_sent_is_told_for_some_days(client, alice):
    email = MarketingEmailFactory(state="sent", message=MessageFactory())
    email.pause(None, "Stopped by itself: 12 complaints.")
    assert "12 complaints" in page(client)
    Hold.objects.update(created_at=timezone.now() - dt.timedelta(days=8))
    assert "12 complaints" not in page(client)
