"""What each provider sends to our webhooks, with the proof that it was the provider."""

import base64
import hashlib
import hmac
import json
import time

import pytest

NAME = "provider:secret"
KEY = base64.b64encode(b"a key of this test only").decode()
WORDS = "550 5.1.1 user unknown"
MOMENT = "2026-11-03T08:00:00Z"


@pytest.fixture
def keys(settings):
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


def about(provider, delivery):
    return BODIES[provider](delivery.contact.email, message_id(delivery))
