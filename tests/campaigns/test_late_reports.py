"""A mail that was taken comes back days later: what follows in all that counts it."""

import datetime as dt

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from bounces.models import Outcome, Source
from bounces.recording import record
from campaigns import figures
from campaigns.models import EmailState
from deliveries import days, magic, rollups
from deliveries.models import Day
from deliveries.tokens import Purpose, Token, sign
from tests.factories import DeliveryFactory, MarketingEmailFactory, MessageFactory

pytestmark = pytest.mark.django_db
MAIL = b"From: News <news@brand.example>\r\nSubject: Hi\r\n\r\nHello"


def sent(hours):
    """An email that two people were taken for so long ago."""
    then = timezone.now() - dt.timedelta(hours=hours)
    email = MarketingEmailFactory(
        state=EmailState.SENT,
        message=MessageFactory(frozen_at=then),
        launched_at=then,
        finished_at=then,
    )
    both = {"message": email.message, "started_at": then, "delivered_at": then}
    return email, DeliveryFactory.create_batch(2, **both)


def comes_back(mail):
    token = Token(mail.message_id, mail.pk, mail.address_id)
    path = f"b-{sign(token, Purpose.RETURN_PATH)}@{settings.BOUNCE_DOMAIN}"
    raw = magic.bounce(MAIL, path, mail.contact.email)
    return record(raw, envelope_to=path, source=Source.MAILBOX)


def shown(client, email):
    """The figures on the page of the report, with what stands under them."""
    page = client.get(reverse("campaigns:detail", args=[email.pk]))
    return {one["label"]: (one["value"], one["note"]) for one in page.context["strip"]}


@pytest.mark.parametrize(
    ("hours", "delivered"),
    [
        (71, "50.0% of sent, provisional"),
        (73, "50.0% of sent"),
        (13 * 24, "50.0% of sent"),
    ],
)
def test_the_report_of_the_email_follows(client, hours, delivered):
    email, (mail, _) = sent(hours)
    comes_back(mail)
    found = shown(client, email)
    assert found["Delivered"] == (1, delivered)
    assert found["Bounced"][0] == 1


def test_the_names_follow(client):
    email, (mail, other) = sent(70)
    comes_back(mail)
    people = reverse("campaigns:people", args=[email.pk])
    for group, expected in (("bounced", mail), ("delivered", other)):
        rows = client.get(people, {"group": group}).context["rows"]
        assert [row.delivery for row in rows] == [expected]


@pytest.mark.parametrize(("hours", "after"), [(70, 6), (80, 61)])
def test_figures_that_are_kept_follow_with_the_next_count(
    client, monkeypatch, hours, after
):
    monkeypatch.setattr(figures, "LARGE", 1)
    email, (mail, _) = sent(hours)
    figures.recount()
    comes_back(mail)
    assert shown(client, email)["Delivered"][0] == 2
    counted = timezone.now() - dt.timedelta(minutes=after)
    email.__class__.objects.update(tallied_at=counted)
    figures.recount()
    assert shown(client, email)["Delivered"][0] == 1


def test_the_numbers_of_the_person_follow():
    _, (mail, _) = sent(70)
    rollups.fold_all()
    comes_back(mail)
    rollups.fold_all()
    mail.contact.refresh_from_db()
    assert (mail.contact.delivered, mail.contact.bounced) == (0, 1)


def test_the_day_of_the_health_page_follows():
    _, (mail, _) = sent(70)
    days.sum_up()
    comes_back(mail)
    days.sum_up()
    found = Day.objects.get()
    assert (found.delivered, found.bounced, found.hard) == (1, 1, 1)


def test_what_comes_after_two_weeks_changes_no_number(client):
    email, (mail, _) = sent(15 * 24)
    assert comes_back(mail).outcome == Outcome.REVIEW
    assert shown(client, email)["Delivered"][0] == 2
