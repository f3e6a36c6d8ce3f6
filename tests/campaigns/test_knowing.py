"""A report says what it does not know of opens and clicks, and takes no rate of it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns import report
from campaigns.forms.settings import SettingsForm
from campaigns.knowing import unknown
from campaigns.models import EmailState
from consent.models import Tracking
from deliveries.models import Delivery
from tests.factories import DeliveryFactory, MarketingEmailFactory, MessageFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def email():
    """Sent to four, of whom two opened it."""
    message = MessageFactory(frozen_at=NOW)
    email = MarketingEmailFactory(
        state=EmailState.SENT,
        message=message,
        subscription_type=message.subscription_type,
        launched_at=NOW,
        finished_at=NOW,
    )
    for opened_at in (NOW, NOW, None, None):
        DeliveryFactory(message=message, opened_at=opened_at)
    return email


def strip(client, email):
    context = client.get(reverse("campaigns:detail", args=[email.pk])).context
    return {one["label"]: one["note"] for one in context["strip"]}


def page(client, email):
    return client.get(reverse("campaigns:detail", args=[email.pk])).content.decode()


def untrack(*, some=None, **flags):
    known = {"open_tracked": False, "click_tracked": False} | flags
    people = Delivery.objects.filter(opened_at=None) if some else Delivery.objects.all()
    people.update(**known)


def test_where_all_were_tracked_nothing_is_said(email):
    assert unknown(email, report.tally(email)) == ""


def test_a_rate_is_a_share_of_those_of_whom_it_is_known(client, email):
    untrack(some=True)
    assert strip(client, email)["Opened"] == "100.0% of 2 tracked, estimated"


def test_how_many_are_not_known_is_said(client, email):
    untrack(some=True)
    assert "2 of 4 readers were not tracked" in page(client, email)


def test_of_hygiene_only_no_opens_and_clicks_are_told(client, email):
    Delivery.objects.update(opened_at=None)
    untrack(dated=True)
    email.message.brand.tracking = Tracking.HYGIENE
    email.message.brand.save()
    text = page(client, email)
    assert "keeps no more than the day" in text
    assert "Nobody has opened or clicked yet" not in text
    assert not {"Opened", "Clicked"} & strip(client, email).keys()


def test_that_an_email_tracks_nothing_is_said(client, email):
    untrack()
    email.open_tracked = email.click_tracked = False
    email.save()
    assert "this email tracks neither" in page(client, email)


@pytest.mark.parametrize(
    ("mode", "needs_consent", "words"),
    [
        (Tracking.FULL, False, "Opens and clicks"),
        (Tracking.FULL, True, "Opens and clicks of those who agreed"),
        (Tracking.HYGIENE, False, "The day of the last open or click"),
        (Tracking.OFF, True, "None"),
    ],
)
def test_a_draft_says_what_it_will_learn(mode, needs_consent, words):
    email = MarketingEmailFactory()
    email.brand.tracking, email.brand.tracking_needs_consent = mode, needs_consent
    assert email.measured == words


def test_where_the_brand_tracks_nobody_the_switches_are_off_for_good():
    email = MarketingEmailFactory()
    email.brand.tracking = Tracking.OFF
    fields = SettingsForm(instance=email).fields
    assert fields["open_tracked"].disabled
    assert "tracks nobody" in fields["click_tracked"].help_text
