"""Every provider: what proves it, what does not, and what is played again."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from django.utils import timezone

from bounces import webhooks
from bounces.models import Outcome, Report
from consent.models import ConsentRecord, SubscriptionType, Suppression
from consent.vocabulary import (
    Action,
    Grade,
    LiftedBy,
    Mechanism,
    Reason,
    Scope,
)
from tests.factories import DeliveryFactory, UserFactory, agree

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support"),
]
NAME = "provider:secret"
KEY = base64.b64encode(b"a key of this test only").decode()
WORDS = "550 5.1.1 user unknown"
MOMENT = "2026-11-03T08:00:00Z"


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": NAME,
        "MAILERSEND_SIGNING_SECRET": KEY,
        "MAILGUN_WEBHOOK_SIGNING_KEY": KEY,
        "RESEND_SIGNING_SECRET": f"whsec_{KEY}",
    }


def message_id(delivery):
    moment = int(delivery.queued_at.timestamp() * 1_000)
    return f"<m.{delivery.message_id}.{delivery.pk}.{moment}@brand.example>"


def amazon(to, ours):
    person = {"emailAddress": to, "status": "5.1.1", "diagnosticCode": f"smtp; {WORDS}"}
    event = {
        "eventType": "Bounce",
        "mail": {
            "messageId": "1",
            "destination": [to],
            "timestamp": MOMENT,
            "headers": [{"name": "Message-ID", "value": ours}],
        },
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [person],
            "timestamp": MOMENT,
        },
    }
    return {"Type": "Notification", "MessageId": "n1", "Message": json.dumps(event)}


def brevo(to, ours):
    return {
        **{"event": "hard_bounce", "email": to, "message-id": ours, "reason": WORDS},
        **{"ts_event": 1_793_000_000, "id": 1},
    }


def mailersend(to, ours):
    email = {"id": "1", "message": {"id": ours}, "recipient": {"email": to}, "tags": []}
    data = {
        **{"id": "1", "type": "hard_bounced", "created_at": MOMENT, "email": email},
        **{"morph": {"object": "recipient_bounce", "reason": WORDS}},
    }
    return {"type": "activity.hard_bounced", "created_at": MOMENT, "data": data}


def mailgun(to, ours):
    stamp, nonce = "1793000000", "n1"
    mac = hmac.new(KEY.encode(), f"{stamp}{nonce}".encode(), hashlib.sha256)
    event = {
        **{"event": "failed", "severity": "permanent", "recipient": to, "id": "1"},
        **{"timestamp": 1_793_000_000.5, "message": {"headers": {"message-id": ours}}},
        **{"delivery-status": {"message": WORDS, "code": 550}},
    }
    signature = {"timestamp": stamp, "token": nonce, "signature": mac.hexdigest()}
    return {"signature": signature, "event-data": event}


def mailjet(to, ours):
    return [
        {
            **{"event": "bounce", "email": to, "time": 1_793_000_000, "MessageID": 1},
            **{"hard_bounce": True, "error_related_to": "recipient", "CustomID": ours},
            **{"error": "user unknown", "comment": WORDS},
        }
    ]


def postmark(to, ours):
    return {
        **{"RecordType": "Bounce", "Type": "HardBounce", "Email": to, "ID": 1},
        **{"Details": f"smtp;{WORDS}", "Metadata": {"id": ours}, "BouncedAt": MOMENT},
    }


def resend(to, ours):
    data = {
        **{"email_id": "1", "to": [to], "created_at": MOMENT},
        **{"headers": [{"name": "Message-ID", "value": ours}]},
        **{"bounce": {"message": WORDS, "type": "Permanent"}},
    }
    return {"type": "email.bounced", "created_at": MOMENT, "data": data}


def sendgrid(to, ours):
    return [
        {
            **{"event": "bounce", "type": "bounce", "email": to, "smtp-id": ours},
            **{"reason": WORDS, "status": "5.1.1", "timestamp": 1_793_000_000},
        }
    ]


def sparkpost(to, ours):
    event = {
        **{"type": "bounce", "bounce_class": "10", "rcpt_to": to, "raw_rcpt_to": to},
        **{"raw_reason": WORDS, "event_id": "1", "timestamp": "1793000000"},
        **{"transmission_id": "1", "rcpt_meta": {"id": ours}},
    }
    return [{"msys": {"message_event": event}}]


BODIES = {
    made.__name__: made
    for made in (
        *(amazon, brevo, mailersend, mailgun, mailjet, postmark, resend, sendgrid),
        sparkpost,
    )
}


def left(provider, to, ours):
    """How a provider tells that somebody opted out there."""
    content = BODIES[provider](to, ours)
    if provider == "mailgun":
        content["event-data"] |= {"event": "unsubscribed"}
        return content
    if provider == "mailersend":
        content["data"] |= {"type": "unsubscribed", "morph": None}
        return content | {"type": "activity.unsubscribed"}
    if provider == "sparkpost":
        event = content[0]["msys"]["message_event"] | {"type": "list_unsubscribe"}
        return [{"msys": {"unsubscribe_event": event}}]
    if provider == "postmark":
        gone = {"SuppressSending": True, "SuppressionReason": "ManualSuppression"}
        gone |= {"RecordType": "SubscriptionChange", "Origin": "Recipient"}
        return {**gone, "Recipient": to, "Metadata": {"id": ours}, "ChangedAt": MOMENT}
    word = {"mailjet": "unsub", "sendgrid": "group_unsubscribe"}.get(provider)
    if provider == "brevo":
        return content | {"event": "unsubscribe"}
    return [content[0] | {"event": word}]


LEAVING = [name for name in BODIES if name not in ("amazon", "resend")]


def basic(secret):
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}


def proof(provider, body, *, is_right=True, at=None):
    """The headers with which a provider proves itself, or fails to."""
    key = base64.b64decode(KEY) if is_right else b"another key"
    if provider == "resend":
        moment = str(int(time.time() if at is None else at))
        signed = b"n1." + moment.encode() + b"." + body
        mac = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        signature = {"svix-id": "n1", "svix-timestamp": moment}
        return signature | {"svix-signature": f"v1,{mac}"} | basic(NAME)
    if provider == "mailersend":
        spoken = KEY if is_right else "another key"
        mac = hmac.new(spoken.encode(), body, hashlib.sha256).hexdigest()
        return {"Signature": mac} | basic(NAME)
    known = basic(NAME if is_right or provider == "mailgun" else "provider:wrong")
    if provider == "amazon":
        known |= {"x-amz-sns-message-id": "n1"}
        known |= {"x-amz-sns-message-type": "Notification"}
    return known


def post(client, provider, content, **how):
    body = json.dumps(content).encode()
    return client.post(
        f"/hooks/{provider}/",
        body,
        content_type="application/json",
        headers=proof(provider, body, **how),
    )


@pytest.fixture(params=sorted(BODIES))
def provider(request):
    return request.param


def about(provider, delivery):
    return BODIES[provider](delivery.contact.email, message_id(delivery))


def test_every_provider_is_tried_here():
    assert set(BODIES) == set(webhooks.PROVIDERS)


def test_a_bounce_ends_the_address(client, provider):
    answer = post(client, provider, about(provider, DeliveryFactory()))
    assert answer.status_code == 200
    assert Report.objects.get().outcome == Outcome.DONE
    assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS


def test_a_wrong_proof_is_refused_and_nothing_kept(client, provider):
    content = about(provider, DeliveryFactory())
    if provider == "mailgun":
        content["signature"]["signature"] = "0" * 64
    assert post(client, provider, content, is_right=False).status_code == 400
    assert not Report.objects.exists()


def test_no_proof_at_all_is_refused(client, provider):
    body = json.dumps(about(provider, DeliveryFactory()))
    answer = client.post(f"/hooks/{provider}/", body, content_type="application/json")
    assert answer.status_code in (400, 401)
    assert not Report.objects.exists()


def test_what_is_played_again_counts_once(client, provider):
    content = about(provider, DeliveryFactory())
    assert post(client, provider, content).status_code == 200
    assert post(client, provider, content).status_code == 200
    assert Report.objects.count() == Suppression.objects.count() == 1


@pytest.mark.parametrize("provider", LEAVING)
class TestAnOptOut:
    """Resend tells of none, Amazon in a shape of its own."""

    def leave(self, client, provider, delivery):
        content = left(provider, delivery.contact.email, message_id(delivery))
        assert post(client, provider, content).status_code == 200

    def test_there_is_one_here_and_in_the_report_of_the_mail(self, client, provider):
        delivery = DeliveryFactory()
        self.leave(client, provider, delivery)
        found = Suppression.objects.get()
        assert (found.reason, found.scope) == (Reason.OWN_OPT_OUT, Scope.EVERYTHING)
        assert found.record.source == {"provider": provider}
        delivery.refresh_from_db()
        assert delivery.unsubscribed_at is not None

    def test_played_again_counts_once(self, client, provider):
        delivery = DeliveryFactory()
        self.leave(client, provider, delivery)
        before = list(ConsentRecord.objects.values())
        self.leave(client, provider, delivery)
        assert list(ConsentRecord.objects.values()) == before

    def test_without_a_proof_is_refused(self, client, provider):
        delivery = DeliveryFactory()
        content = left(provider, delivery.contact.email, message_id(delivery))
        if provider == "mailgun":
            content["signature"]["signature"] = "0" * 64
        assert post(client, provider, content, is_right=False).status_code == 400
        assert not Suppression.objects.exists()


def dropped(provider, to, ours):
    """How a provider tells that it sends nothing to somebody who opted out there."""
    content = BODIES[provider](to, ours)
    if provider == "mailgun":
        words = {"code": 606, "description": "Not delivering to unsubscribed address"}
        content["event-data"] |= {"delivery-status": words}
        return content
    if provider == "mailersend":
        content["data"]["morph"] = {"object": "recipient_unsubscribe", "reason": ""}
        return content
    told = content[0] | {"event": "dropped", "reason": "Unsubscribed Address"}
    del told["type"]
    return [told]


@pytest.mark.parametrize("provider", ["mailersend", "mailgun", "sendgrid"])
class TestDroppedForAnOptOut:
    def drop(self, client, provider, delivery):
        content = dropped(provider, delivery.contact.email, message_id(delivery))
        assert post(client, provider, content).status_code == 200

    def test_is_an_opt_out_here_and_no_block_of_another_kind(self, client, provider):
        self.drop(client, provider, DeliveryFactory())
        found = Suppression.objects.get()
        assert (found.reason, found.scope) == (Reason.OWN_OPT_OUT, Scope.EVERYTHING)
        assert found.record.source == {"provider": provider}

    def test_says_that_the_mail_did_not_arrive_not_that_it_was_left(
        self, client, provider
    ):
        delivery = DeliveryFactory()
        self.drop(client, provider, delivery)
        delivery.refresh_from_db()
        assert delivery.bounce_category == "suppressed"
        assert delivery.unsubscribed_at is None

    def test_told_again_of_another_mail_undoes_no_sign_up_between(
        self, client, provider
    ):
        delivery = DeliveryFactory()
        kind = SubscriptionType.objects.default()
        self.drop(client, provider, delivery)
        doi = {"action": Action.GIVEN, "mechanism": Mechanism.DOUBLE_OPT_IN}
        agree(delivery.contact, kind, Grade.DOUBLE_OPT_IN, **doi)
        record = delivery.address.consentrecord_set.latest("pk")
        Suppression.objects.active().update(
            lifted_at=timezone.now(),
            lifted_by=LiftedBy.DOUBLE_OPT_IN,
            lifted_record=record,
        )
        self.drop(client, provider, DeliveryFactory(contact=delivery.contact))
        assert not Suppression.objects.active().covering(kind).exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Spam Reporting Address", Reason.COMPLAINT),
        ("Bounced Address", Reason.GLOBAL_BLOCK),
    ],
)
def test_what_sendgrid_drops_is_blocked_for_what_it_says(client, words, reason):
    content = about("sendgrid", DeliveryFactory())
    content[0] |= {"event": "dropped", "reason": words}
    del content[0]["type"]
    post(client, "sendgrid", content)
    assert Suppression.objects.get().reason == reason


def chosen(delivery, new, old, *others):
    """How Amazon tells what somebody chose on the page of a contact list."""
    ours = message_id(delivery)
    event = {
        "eventType": "Subscription",
        "mail": {
            "messageId": "1",
            "destination": [delivery.contact.email, *others],
            "timestamp": MOMENT,
            "headers": [{"name": "Message-ID", "value": ours}],
        },
        "subscription": {
            "contactList": "people",
            "timestamp": MOMENT,
            "source": "UnsubscribeHeader",
            "newTopicPreferences": preferences(*new),
            "oldTopicPreferences": preferences(*old),
        },
    }
    return {"Type": "Notification", "MessageId": "n1", "Message": json.dumps(event)}


def preferences(*statuses):
    """`statuses`: of each topic; "all" where everything is left."""
    topics = [
        {"topicName": str(n), "subscriptionStatus": one}
        for n, one in enumerate(statuses)
        if one != "all"
    ]
    return {"unsubscribeAll": "all" in statuses, "topicSubscriptionStatus": topics}


@pytest.mark.parametrize(
    ("new", "old"),
    [(["all"], []), (["OptOut"], ["OptIn"]), (["OptIn", "OptOut"], ["OptIn"])],
)
def test_who_leaves_a_contact_list_of_amazon_has_opted_out(client, new, old):
    delivery = DeliveryFactory()
    post(client, "amazon", chosen(delivery, new, old))
    delivery.refresh_from_db()
    assert Suppression.objects.get().reason == Reason.OWN_OPT_OUT
    assert delivery.unsubscribed_at is not None


@pytest.mark.parametrize(
    ("new", "old"),
    [(["OptIn"], ["OptOut"]), (["OptOut", "OptIn"], ["OptOut", "OptOut"])],
)
def test_who_chooses_more_of_amazon_has_not(client, new, old):
    assert (
        post(client, "amazon", chosen(DeliveryFactory(), new, old)).status_code == 200
    )
    assert not Suppression.objects.exists()


def test_of_a_mail_to_several_nobody_knows_who_left(client):
    told = chosen(DeliveryFactory(), ["all"], [], "ana@people.example")
    assert post(client, "amazon", told).status_code == 200
    assert not Suppression.objects.exists()


def test_an_opt_out_counts_where_she_is_by_now(client):
    delivery = DeliveryFactory()
    ours, ada = message_id(delivery), delivery.contact
    told = left("mailgun", ada.email, ours)
    ada.move_to("ada@new.example", UserFactory())
    post(client, "mailgun", told)
    noes = Suppression.objects.active().filter(reason=Reason.OWN_OPT_OUT)
    assert noes.filter(address=ada.address_id).exists()


def test_an_opt_out_of_a_mail_that_is_not_ours_counts_as_on_a_list(client):
    told = left("mailgun", "ana@people.example", "<x@elsewhere.example>")
    post(client, "mailgun", told)
    assert Suppression.objects.get().reason == Reason.OWN_OPT_OUT


def test_an_opt_out_of_before_undoes_no_later_sign_up(client):
    delivery = DeliveryFactory()
    kind = SubscriptionType.objects.default()
    told = left("mailgun", delivery.contact.email, message_id(delivery))
    told["event-data"]["timestamp"] = time.time() - 3_600
    doi = {"action": Action.GIVEN, "mechanism": Mechanism.DOUBLE_OPT_IN}
    agree(delivery.contact, kind, Grade.DOUBLE_OPT_IN, **doi)
    post(client, "mailgun", told)
    assert not Suppression.objects.active().covering(kind).exists()


def test_what_we_put_on_the_list_of_postmark_ourselves_is_no_opt_out(client):
    delivery = DeliveryFactory()
    told = left("postmark", delivery.contact.email, message_id(delivery))
    post(client, "postmark", told | {"Origin": "Customer"})
    assert Suppression.objects.get().reason == Reason.GLOBAL_BLOCK


def test_about_somebody_else_changes_nothing(client, provider):
    delivery = DeliveryFactory()
    other = BODIES[provider]("somebody.else@people.example", message_id(delivery))
    post(client, provider, other)
    assert Report.objects.get().outcome == Outcome.REVIEW
    assert not Suppression.objects.exists()


def test_an_old_request_of_resend_is_refused(client):
    content = about("resend", DeliveryFactory())
    assert post(client, "resend", content, at=time.time() - 3_600).status_code == 400
    assert not Report.objects.exists()


def test_a_key_of_resend_that_is_none_is_said(client, settings):
    settings.ANYMAIL = {"RESEND_SIGNING_SECRET": "whsec_"}
    with pytest.raises(ValueError, match="whsec_"):
        client.post("/hooks/resend/", "{}", content_type="application/json")


def test_amazon_is_asked_for_its_secret(client):
    answer = client.post("/hooks/amazon/", "{}", content_type="application/json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Basic")


def test_a_subscription_of_amazon_is_told_to_who_runs_the_server(client, caplog):
    content = {
        **{"Type": "SubscriptionConfirmation", "MessageId": "n1", "Token": "t"},
        **{"TopicArn": "arn:aws:sns:eu-west-1:1:bounces"},
        **{"SubscribeURL": "https://sns.example/confirm"},
    }
    headers = proof("amazon", b"") | {"x-amz-sns-message-type": content["Type"]}
    answer = client.post(
        "/hooks/amazon/",
        json.dumps(content),
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 200
    assert "https://sns.example/confirm" in caplog.text
