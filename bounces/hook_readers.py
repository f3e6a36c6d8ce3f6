"""Readers of webhooks where django-anymail has none, or needs a package of the provider
for it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
import time
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.utils import get_anymail_setting
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from bounces.provider_lists import moment

logger = logging.getLogger(__name__)

OLDEST = 300  # seconds: an older request may have been overheard and played again


class Resend(ResendTrackingWebhookView):  # type: ignore[misc]
    """Signed as the specification "Standard Webhooks" says."""

    def __init__(self) -> None:
        self.warn_if_no_basic_auth, self._svix_webhook = False, None
        AnymailBaseWebhookView.__init__(self)
        secret = get_anymail_setting("signing_secret", esp_name="Resend", default="")
        self.key = key_of(secret)

    def validate_request(self, request: HttpRequest) -> None:
        number = request.headers.get("svix-id", "")
        moment = request.headers.get("svix-timestamp", "")
        signed = f"{number}.{moment}.".encode() + request.body
        mac = base64.b64encode(hmac.digest(self.key, signed, hashlib.sha256)).decode()
        given = request.headers.get("svix-signature", "").split()
        if not any(hmac.compare_digest(one, f"v1,{mac}") for one in given):
            raise AnymailWebhookValidationFailure("The signature is wrong.")
        if not moment.isdigit() or abs(time.time() - int(moment)) > OLDEST:
            raise AnymailWebhookValidationFailure("The request is too old.")


def key_of(secret: str) -> bytes:
    """The key in "whsec_...". ValueError when there is none."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise ValueError("RESEND_SIGNING_SECRET is no key: it looks like whsec_...")
    return key


class Amazon(AmazonSESTrackingWebhookView):  # type: ignore[misc]
    """Without the client library of Amazon: a subscription is confirmed by a person."""

    def __init__(self) -> None:
        AnymailBaseWebhookView.__init__(self)

    def esp_to_anymail_events(
        self, ses_event: dict[str, Any], sns_message: dict[str, Any]
    ) -> list[AnymailTrackingEvent]:
        """With the choice of somebody who left a contact list there as an opt-out. Of
        a mail to several nobody can tell who that was."""
        events = super().esp_to_anymail_events(ses_event, sns_message)
        if len(events) == 1 and has_left(ses_event.get("subscription")):
            events[0].event_type = EventType.UNSUBSCRIBED
        return list(events)

    def auto_confirm_sns_subscription(self, sns_message: dict[str, Any]) -> None:
        tell_of_subscription("Amazon", sns_message)


def tell_of_subscription(who: str, asked: dict[str, Any]) -> None:
    logger.warning(
        "%s asks to confirm the subscription of %s: open %s",
        who,
        asked.get("TopicArn"),
        asked.get("SubscribeURL"),
    )


def has_left(subscription: object) -> bool:
    """Whether somebody wants none of a contact list of Amazon, or less than before."""
    if not isinstance(subscription, dict):
        return False
    new, old = (
        subscription.get(f"{age}TopicPreferences") or {} for age in ("new", "old")
    )
    return bool(new.get("unsubscribeAll") or left_topics(new) - left_topics(old))


def left_topics(preferences: dict[str, Any]) -> set[str]:
    told = preferences.get("topicSubscriptionStatus") or []
    return {
        str(one.get("topicName"))
        for one in told
        if one.get("subscriptionStatus") == "OptOut"
    }


# Source: “Webhook event payloads”, Scaleway Transactional Email. “Spam” is what it or
# the receiving server takes for it, no complaint of the reader.
SCALEWAY = {
    "email_queued": (EventType.QUEUED, None),
    "email_delivered": (EventType.DELIVERED, None),
    "email_deferred": (EventType.DEFERRED, None),
    "email_dropped": (EventType.BOUNCED, RejectReason.BOUNCED),
    "email_mailbox_not_found": (EventType.BOUNCED, RejectReason.INVALID),
    "email_spam": (EventType.BOUNCED, RejectReason.SPAM),
    "email_blocklisted": (EventType.REJECTED, RejectReason.BLOCKED),
}


class Scaleway(AnymailBaseWebhookView):  # type: ignore[misc]
    """Told through a topic, in the frame that Amazon has for them. It is not said that
    a name and a password in the address are sent along, so `?secret=` does as well."""

    esp_name = "Scaleway"

    def run_validators(self, request: HttpRequest) -> None:
        given = request.GET.get("secret", "")
        if not any(constant_time_compare(given, one) for one in self.basic_auth):
            super().run_validators(request)

    def parse_events(self, request: HttpRequest) -> list[AnymailTrackingEvent]:
        told = json.loads(request.body)
        if told.get("Type") == "SubscriptionConfirmation":
            tell_of_subscription(self.esp_name, told)
        if told.get("Type") != "Notification":
            return []
        return [scaleway_event(json.loads(told["Message"]))]


def scaleway_event(told: dict[str, Any]) -> AnymailTrackingEvent:
    kind, reason = SCALEWAY.get(str(told.get("type")), (EventType.UNKNOWN, None))
    code = told.get("email_response_code") or ""
    said = f"{code} {told.get('email_response_message') or ''}".strip()
    if kind == EventType.REJECTED and told.get("blocklist_type") == "mailbox_full":
        kind, said = EventType.BOUNCED, "mailbox full"  # it passes: nobody is blocked
    return AnymailTrackingEvent(
        event_type=kind,
        timestamp=moment(told.get("created_at")),
        message_id=told.get("email_id"),
        event_id=told.get("id"),
        recipient=told.get("email_to"),
        reject_reason=reason,
        mta_response=said or told.get("email_error"),
        description=told.get("blocklist_reason"),
        esp_event=told,
    )
