"""Readers of webhooks where those of django-anymail need a package of the provider."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import time
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType
from anymail.utils import get_anymail_setting
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from django.http import HttpRequest

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
        logger.warning(
            "Amazon asks to confirm the subscription of %s: open %s",
            sns_message.get("TopicArn"),
            sns_message.get("SubscribeURL"),
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
