"""What each provider sends to our webhooks, with the proof that it was the provider."""

import base64
import hashlib
import hmac
import json
import time
from functools import cache, reduce
from operator import getitem
from urllib.parse import parse_qs, urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

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
        "MAILTRAP_TRACKING_SECRET": KEY,
        "MANDRILL_WEBHOOK_KEY": KEY,
        "POSTAL_WEBHOOK_KEY": public_key(),
        "UNISENDER_GO_API_KEY": KEY,
        "RESEND_SIGNING_SECRET": f"whsec_{KEY}",
    }


@cache
def pair(which="right"):
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def public_key():
    """As the server of Postal shows it."""
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    der = pair().public_key().public_bytes(serialization.Encoding.DER, public)
    return base64.b64encode(der).decode()


def message_id(delivery):
    moment = int(delivery.queued_at.timestamp() * 1_000)
    return f"<m.{delivery.message_id}.{delivery.pk}.{moment}@brand.example>"


def amazon(to, ours, ref="1"):
    person = {"emailAddress": to, "status": "5.1.1", "diagnosticCode": f"smtp; {WORDS}"}
    event = {
        "eventType": "Bounce",
        "mail": {
            "messageId": ref,
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


def brevo(to, ours, ref="1"):
    return {
        **{"event": "hard_bounce", "email": to, "message-id": ours, "reason": WORDS},
        **{"ts_event": 1_793_000_000, "id": 1},
    }


def mailersend(to, ours, ref="1"):
    email = {"id": "1", "message": {"id": ours}, "recipient": {"email": to}, "tags": []}
    data = {
        **{"id": "1", "type": "hard_bounced", "created_at": MOMENT, "email": email},
        **{"morph": {"object": "recipient_bounce", "reason": WORDS}},
    }
    return {"type": "activity.hard_bounced", "created_at": MOMENT, "data": data}


def mailgun(to, ours, ref="1"):
    stamp, nonce = "1793000000", "n1"
    mac = hmac.new(KEY.encode(), f"{stamp}{nonce}".encode(), hashlib.sha256)
    event = {
        **{"event": "failed", "severity": "permanent", "recipient": to, "id": "1"},
        **{"timestamp": 1_793_000_000.5, "message": {"headers": {"message-id": ours}}},
        **{"delivery-status": {"message": WORDS, "code": 550}},
    }
    signature = {"timestamp": stamp, "token": nonce, "signature": mac.hexdigest()}
    return {"signature": signature, "event-data": event}


def mailjet(to, ours, ref="1"):
    return [
        {
            **{"event": "bounce", "email": to, "time": 1_793_000_000, "MessageID": ref},
            **{"hard_bounce": True, "error_related_to": "recipient", "CustomID": ours},
            **{"error": "user unknown", "comment": WORDS},
        }
    ]


def postmark(to, ours, ref="1"):
    return {
        **{"RecordType": "Bounce", "Type": "HardBounce", "Email": to, "ID": 1},
        **{"Details": f"smtp;{WORDS}", "Metadata": {"id": ours}, "BouncedAt": MOMENT},
        "MessageID": ref,
    }


def resend(to, ours, ref="1"):
    data = {
        **{"email_id": ref, "to": [to], "created_at": MOMENT},
        **{"headers": [{"name": "Message-ID", "value": ours}]},
        **{"bounce": {"message": WORDS, "type": "Permanent"}},
    }
    return {"type": "email.bounced", "created_at": MOMENT, "data": data}


def sendgrid(to, ours, ref="1"):
    return [
        {
            **{"event": "bounce", "type": "bounce", "email": to, "smtp-id": ours},
            **{"reason": WORDS, "status": "5.1.1", "timestamp": 1_793_000_000},
            "anymail_id": ref,
        }
    ]


def sparkpost(to, ours, ref="1"):
    event = {
        **{"type": "bounce", "bounce_class": "10", "rcpt_to": to, "raw_rcpt_to": to},
        **{"raw_reason": WORDS, "event_id": "1", "timestamp": "1793000000"},
        **{"transmission_id": ref, "rcpt_meta": {"id": ours}},
    }
    return [{"msys": {"message_event": event}}]


def mailtrap(to, ours, ref="1"):
    event = {
        **{"event": "bounce", "email": to, "message_id": ref, "event_id": "e1"},
        **{"timestamp": 1_793_000_000, "sending_stream": "bulk"},
        **{"response": WORDS, "response_code": 550, "bounce_category": "badmailbox"},
        **{"custom_variables": {"listwell": ours}},
    }
    return {"events": [event]}


def mandrill(to, ours, ref="1"):
    mail = {
        **{"ts": 1_793_000_000, "email": to, "sender": "news@brand.example"},
        **{"state": "bounced", "bounce_description": "bad_mailbox", "reject": None},
        **{"diag": f"smtp;{WORDS}", "metadata": {"listwell": ours}, "_id": ref},
    }
    return [{"event": "hard_bounce", "_id": ref, "ts": 1_793_000_000, "msg": mail}]


def postal(to, ours, ref="1"):
    mail = {
        **{"id": ref, "token": "t1", "direction": "outgoing", "to": to, "tag": None},
        **{"message_id": ours.strip("<>"), "from": "news@brand.example"},
    }
    told = {
        **{"message": mail, "status": "HardFail", "sent_with_ssl": True},
        **{"details": "A permanent error of the server.", "output": WORDS},
    }
    said = {"event": "MessageDeliveryFailed", "uuid": "u1", "payload": told}
    return said | {"timestamp": 1_793_000_000.5}


def scaleway(to, ours, ref="1"):
    event = {
        **{"id": "e1", "type": "email_mailbox_not_found", "created_at": MOMENT},
        **{"email_id": ref, "email_to": to, "email_from": "news@brand.example"},
        **{"email_headers": [{"key": "X-Metadata", "value": ours}]},
        **{"email_response_code": 550, "email_response_message": WORDS},
    }
    return {"Type": "Notification", "MessageId": "n1", "Message": json.dumps(event)}


def unisender_go(to, ours, ref="1"):
    event = {
        **{"job_id": "j1", "email": to, "status": "hard_bounced"},
        **{"event_time": "2026-11-03 08:00:00"},
        **{"metadata": {"listwell": ours, "anymail_id": ref}},
        "delivery_info": {
            "delivery_status": "err_user_unknown",
            "destination_response": WORDS,
        },
    }
    told = {"event_name": "transactional_email_status", "event_data": event}
    return {"events_by_user": [{"user_id": 1, "events": [told]}]}


BODIES = {
    made.__name__: made
    for made in (
        *(amazon, brevo, mailersend, mailgun, mailjet, mailtrap, mandrill, postal),
        *(postmark, resend, scaleway, sendgrid, sparkpost, unisender_go),
    )
}


PLACES = {
    "mailtrap": ("events", 0),
    "mandrill": (0,),
    "postal": ("payload",),
    "scaleway": ("Message",),
    "unisender_go": ("events_by_user", 0, "events", 0, "event_data"),
}


def changed(provider, content, **told):
    """The same with something else said of the mail, wherever the provider puts it."""
    *way, last = PLACES[provider]
    place = reduce(getitem, way, content)
    if provider == "scaleway":
        place[last] = json.dumps(json.loads(place[last]) | told)
    else:
        place[last] |= told
    return content


UNSUBSCRIBED = {
    "mailtrap": {"event": "unsubscribe"},
    "mandrill": {"event": "unsub"},
    "unisender_go": {"status": "unsubscribed", "delivery_info": {}},
}


def left(provider, to, ours):
    """How a provider tells that somebody opted out there."""
    content = BODIES[provider](to, ours)
    if provider in UNSUBSCRIBED:
        return changed(provider, content, **UNSUBSCRIBED[provider])
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


SILENT = ("amazon", "postal", "resend", "scaleway")
LEAVING = [name for name in BODIES if name not in SILENT]


def basic(secret):
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}


def mac_of_resend(body, key, at):
    moment = str(int(time.time() if at is None else at))
    signed = b"n1." + moment.encode() + b"." + body
    mac = base64.b64encode(hmac.digest(base64.b64decode(key), signed, "sha256"))
    signature = {"svix-id": "n1", "svix-timestamp": moment}
    return signature | {"svix-signature": f"v1,{mac.decode()}"}


def mac_of_mandrill(body, key):
    told = parse_qs(body.decode()).get("mandrill_events", [""])[0]
    signed = f"http://{NAME}@testserver/hooks/mandrill/mandrill_events{told}"
    mac = hmac.digest(key.encode(), signed.encode(), "sha1")
    return {"X-Mandrill-Signature": base64.b64encode(mac).decode()}


def mac_of_postal(body, key):
    signer = pair() if key == KEY else pair("wrong")
    mac = signer.sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    return {"X-Postal-Signature": base64.b64encode(mac).decode()}


def mac_in_hex(name):
    return lambda body, key: {name: hmac.new(key.encode(), body, "sha256").hexdigest()}


SIGNING = {
    "mailersend": mac_in_hex("Signature"),
    "mailtrap": mac_in_hex("Mailtrap-Signature"),
    "mandrill": mac_of_mandrill,
    "postal": mac_of_postal,
}
WITHIN = ("mailgun", "unisender_go")  # their proof is a part of what they tell


def proof(provider, body, *, is_right=True, at=None):
    """The headers with which a provider proves itself, or fails to."""
    key = KEY if is_right else base64.b64encode(b"another key").decode()
    if provider == "resend":
        return mac_of_resend(body, key, at) | basic(NAME)
    if provider in SIGNING:
        return SIGNING[provider](body, key) | basic(NAME)
    known = basic(NAME if is_right or provider in WITHIN else "provider:wrong")
    if provider == "amazon":
        known |= {"x-amz-sns-message-id": "n1"}
        known |= {"x-amz-sns-message-type": "Notification"}
    return known


def written(provider, content, *, is_right=True):
    """The octets of a request, and what they are said to be."""
    if provider == "mandrill":
        body = urlencode({"mandrill_events": json.dumps(content)}).encode()
        return body, "application/x-www-form-urlencoded"
    body = json.dumps(content).encode()
    if provider == "unisender_go":
        key = KEY if is_right else "another key"
        body = json.dumps({"auth": key} | content).encode()
        mac = hashlib.md5(body, usedforsecurity=False).hexdigest()
        body = body.replace(key.encode(), mac.encode())
    return body, "application/json"


def post(client, provider, content, *, is_right=True, at=None):
    body, kind = written(provider, content, is_right=is_right)
    return client.post(
        f"/hooks/{provider}/",
        body,
        content_type=kind,
        headers=proof(provider, body, is_right=is_right, at=at),
    )


def about(provider, delivery):
    return BODIES[provider](delivery.contact.email, message_id(delivery))
