"""Mail providers tell of bounces: believed when they prove who they are, once."""

import base64
import hashlib
import hmac
import json

import pytest
from anymail.signals import AnymailTrackingEvent

from bounces import webhooks
from bounces.models import Outcome, Report
from consent.models import Suppression
from consent.vocabulary import Reason
from deliveries.models import ProviderMail
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db
KEY, SECRET = "a-signing-key-of-a-test", "provider:secret"


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "POSTMARK_X": ""}


def message_id(delivery):
    moment = int(delivery.queued_at.timestamp() * 1_000)
    return f"m.{delivery.message_id}.{delivery.pk}.{moment}@brand.example"


def event(delivery, kind="failed", **more):
    return {
        "event": kind,
        "severity": "permanent",
        "recipient": delivery.contact.email,
        "timestamp": 1_793_000_000.5,
        "message": {"headers": {"message-id": message_id(delivery)}},
        "delivery-status": {"message": "550 5.1.1 user unknown", "code": 550},
        **more,
    }


def mailgun(client, data, *, nonce="n1", key=KEY):
    stamp = "1793000000"
    digest = hmac.new(key.encode(), f"{stamp}{nonce}".encode(), hashlib.sha256)
    signature = {"timestamp": stamp, "token": nonce, "signature": digest.hexdigest()}
    return client.post(
        "/hooks/mailgun/",
        json.dumps({"signature": signature, "event-data": data}),
        content_type="application/json",
    )


def test_a_bounce_ends_the_address(client):
    assert mailgun(client, event(DeliveryFactory())).status_code == 200
    assert Report.objects.get().outcome == Outcome.DONE
    assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS


def test_a_complaint_ends_marketing(client):
    mailgun(client, event(DeliveryFactory(), "complained"))
    assert Suppression.objects.get().reason == Reason.COMPLAINT


def test_a_wrong_signature_is_refused_and_nothing_kept(client):
    assert mailgun(client, event(DeliveryFactory()), key="another").status_code == 400
    assert not Report.objects.exists()


def test_one_that_is_played_again_counts_once(client):
    data = event(DeliveryFactory())
    mailgun(client, data)
    assert mailgun(client, data).status_code == 200
    assert Report.objects.count() == 1


def test_one_sent_twice_by_the_provider_counts_once(client):
    data = event(DeliveryFactory())
    mailgun(client, data)
    mailgun(client, data, nonce="n2")
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda d: {"recipient": "somebody.else@people.example"},
        lambda d: {"message": {"headers": {"message-id": "x@brand.example"}}},
        lambda d: {
            "message": {"headers": {"message-id": message_id(d).replace("@", "9@")}}
        },
    ],
)
def test_about_a_mail_that_is_not_ours_changes_nothing(client, wrong):
    delivery = DeliveryFactory()
    mailgun(client, event(delivery) | wrong(delivery))
    assert Report.objects.get().outcome == Outcome.REVIEW
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("kind", ["opened", "clicked", "delivered"])
def test_what_is_no_failure_is_not_kept(client, kind):
    mailgun(client, event(DeliveryFactory(), kind))
    assert not Report.objects.exists()


def test_one_that_is_put_off_changes_nothing(client):
    mailgun(client, event(DeliveryFactory(), severity="temporary"))
    assert Report.objects.get().outcome == Outcome.IGNORED
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("provider", ["postmark", "nobody"])
def test_a_provider_without_a_key_is_not_there(client, provider):
    assert client.post(f"/hooks/{provider}/").status_code == 404


def test_a_secret_in_the_address_proves_a_provider_that_signs_nothing(client, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    delivery = DeliveryFactory()
    data = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "Email": delivery.contact.email,
        "Details": "smtp;550 5.1.1 user unknown",
        "Metadata": {"id": message_id(delivery)},
        "BouncedAt": "2026-11-03T08:00:00Z",
    }
    ask = {"data": json.dumps(data), "content_type": "application/json"}
    assert client.post("/hooks/postmark/", **ask).status_code == 400
    proof = base64.b64encode(SECRET.encode()).decode()
    client.post("/hooks/postmark/", **ask, headers={"Authorization": f"Basic {proof}"})
    assert Report.objects.get().outcome == Outcome.DONE


def postmark(client, settings, delivery, kind="Bounce", ref="0a1b", **more):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    said = {
        "RecordType": kind,
        "MessageID": ref,
        "Type": "HardBounce",
        "TypeCode": 1,
        "Email": delivery.contact.email,
        "Recipient": delivery.contact.email,
        "BouncedAt": "2026-11-02T10:00:00Z",
        "DeliveredAt": "2026-11-02T10:00:00Z",
        "Details": "smtp;550 5.1.1 user unknown",
        **more,
    }
    word = base64.b64encode(SECRET.encode()).decode()
    return client.post(
        "/hooks/postmark/",
        json.dumps(said),
        content_type="application/json",
        headers={"Authorization": f"Basic {word}"},
    )


def handed_over(state="delivered", ref="postmark:0a1b"):
    delivery = DeliveryFactory(state=state)
    ProviderMail.objects.keep([(ref, delivery.message_id, delivery.pk)])
    return delivery


def test_a_mail_is_found_by_what_the_provider_called_it_when_it_took_it(
    client, settings
):
    delivery = handed_over()
    for _ in range(2):
        assert postmark(client, settings, delivery).status_code == 200
    delivery.refresh_from_db()
    assert (delivery.state, delivery.bounce_kind) == ("refused", "hard")
    assert Report.objects.get().outcome == Outcome.DONE


def test_the_name_of_a_mail_says_nothing_of_another_person(client, settings):
    handed_over()
    postmark(client, settings, DeliveryFactory())
    assert Report.objects.get().outcome != Outcome.DONE


def test_that_it_was_delivered_settles_an_uncertain_mail(client, settings):
    delivery = handed_over("uncertain")
    postmark(client, settings, delivery, "Delivery")
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert delivery.delivered_at.isoformat() == "2026-11-02T10:00:00+00:00"


@pytest.mark.parametrize("order", [("Bounce", "Delivery"), ("Delivery", "Bounce")])
def test_a_bounce_counts_whatever_comes_before_or_after_it(client, settings, order):
    delivery = handed_over("uncertain")
    for kind in (*order, *order):
        postmark(client, settings, delivery, kind)
    delivery.refresh_from_db()
    assert delivery.state == "refused"


def test_that_a_mail_was_delivered_changes_none_that_was_refused(client, settings):
    delivery = handed_over("refused")
    postmark(client, settings, delivery, "Delivery")
    delivery.refresh_from_db()
    assert delivery.state == "refused"


def test_of_very_many_that_were_delivered_few_questions_are_asked(
    django_assert_num_queries,
):
    """Nearly all are known to be by then."""
    told = [
        AnymailTrackingEvent(
            event_type="delivered",
            message_id=message_id(DeliveryFactory()),
            recipient="ana@people.example",
            esp_event={},
        )
        for _ in range(20)
    ]
    with django_assert_num_queries(2):
        assert webhooks.take_events("sendgrid", told) == []
