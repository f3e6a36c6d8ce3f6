"""One stop of sending is told, and let go on in the console with a reason."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from deliveries.models import Hold
from tests.factories import ContactFactory, DeliveryFactory, MessageFactory

pytestmark = pytest.mark.django_db
WHY = {"reason": "They delisted us"}


@pytest.fixture
def hold(db):
    """The guard stopped a provider."""
    words = "Gmail refused 3 mails for our reputation within ten minutes."
    return Hold.objects.stop_itself(
        words, {"refusals": 3}, kind="provider", value="gmail"
    )


def page_of(hold):
    return reverse("console:lift", args=[hold.pk])


def test_the_overview_leads_to_where_it_is_lifted(client, hold):
    text = client.get(reverse("console:overview")).content.decode()
    assert "Sending of Gmail is paused" in text
    assert page_of(hold) in text


def test_it_says_why_and_what_waits(client, hold):
    DeliveryFactory(
        state="queued",
        provider="gmail",
        delivered_at=None,
        started_at=None,
        contact=ContactFactory(email="ana@gmail.com"),
    )
    text = client.get(page_of(hold)).content.decode()
    assert "Gmail refused 3 mails" in text
    assert "Mails that wait for it: 1." in text
    assert Hold.objects.active().exists()


def test_it_goes_on_with_a_reason_that_is_written_down(client, alice, hold):
    told = client.post(page_of(hold), WHY, follow=True).content.decode()
    assert "Mails of Gmail leave again" in told
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lift_reason) == (alice, WHY["reason"])
    entry = AuditEntry.objects.get(verb="lifted a stop of sending")
    assert entry.detail["reason"] == WHY["reason"]


def test_without_a_reason_it_stays(client, hold):
    answer = client.post(page_of(hold), {"reason": " "})
    assert answer.status_code == 422
    assert "Write down why" in answer.content.decode()
    assert Hold.objects.active().exists()


def test_a_mailing_is_named(client):
    message = MessageFactory(name="October letter")
    hold = Hold.objects.stop_itself("Bad", {"n": 1}, kind="message", message=message)
    text = client.get(page_of(hold)).content.decode()
    assert "Let mails of October letter leave again?" in text
    assert "Nothing waits for it now" in text


def test_what_was_lifted_before_is_not_found(client, alice, hold):
    hold.lift(alice, "Yesterday")
    assert client.post(page_of(hold), WHY).status_code == 404


def test_the_stop_of_everything_has_a_page_of_its_own(client, alice):
    hold = Hold.objects.stop_everything(alice, "A wrong price")
    assert client.get(page_of(hold)).status_code == 404


def test_an_outsider_is_sent_to_sign_in(outsider_client, hold):
    assert "/login/" in outsider_client.get(page_of(hold))["Location"]
    assert "/login/" in outsider_client.post(page_of(hold), WHY)["Location"]
