"""Readers of webhooks where those of django-anymail leave out what a judgement needs.

Why a mail was dropped stands where they do not look, in words of the provider's own:
these are put into the words that the rules for bounces know. What was dropped for
something about us is told apart: no reader is to blame for it.
"""

from __future__ import annotations

import json
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postal import PostalTrackingWebhookView
from anymail.webhooks.unisender_go import UnisenderGoTrackingWebhookView
from django.http import HttpRequest

from deliveries.transports.answers import KEPT_BACK

ABOUT_US = "sender domain is not verified"
BY_POLICY = "refused by a policy of the provider"
# Source: “Statuses and Events”, Mailtrap. The first that is said counts.
MAILTRAP = (
    ("unsubscri", "unsubscribed address"),
    ("spam", "spam reporting address"),
    ("complain", "spam reporting address"),
    ("suppress", "on the suppression list"),
    ("bounce", "on the suppression list"),
    ("verif", ABOUT_US),
    ("domain", ABOUT_US),
)
# Source: “Extended email statuses”, Unisender Go. What is not here says nothing that
# could be acted on.
UNISENDER = {
    "err_user_unknown": "user unknown",
    "err_user_inactive": "mailbox disabled",
    "err_mailbox_discarded": "no such mailbox",
    "err_mailbox_full": "mailbox full",
    "skip_dup_mailbox_full": "mailbox full",
    "err_unreachable": "on the suppression list",
    "skip_dup_unreachable": "on the suppression list",
    "err_unsubscribed": "unsubscribed address",
    # it does not exist or takes no mail: the DNS is asked which
    "err_domain_inactive": "domain not found",
    "err_no_dns": "domain not found",
    "err_no_smtp": "timed out",
    "err_blacklisted": "your network is on a blacklist",
    "err_spam_rejected": "refused as spam",
    "err_spam_skipped": "refused as spam",
    "err_spam_removed": "refused as spam",
    "err_too_large": "message too large",
}


class Mandrill(MandrillCombinedWebhookView):  # type: ignore[misc]
    """Told of mail that comes in, it says nothing."""

    def parse_events(self, request: HttpRequest) -> list[AnymailTrackingEvent]:
        told = json.loads(request.POST.get("mandrill_events", "[]"))
        return [self.read(one) for one in told if one.get("event") != "inbound"]

    def read(self, told: dict[str, Any]) -> AnymailTrackingEvent:
        event = self.mandrill_tracking_to_anymail_event(told)
        mail = told.get("msg") or {}
        if event.event_type == EventType.REJECTED:
            event.description = why_rejected(mail.get("reject") or told.get("reject"))
        elif not event.mta_response:
            event.description = str(mail.get("bounce_description") or "")
        return event


def why_rejected(reject: object) -> str:
    """It keeps some of the reasons to itself."""
    reason = reject.get("reason") if isinstance(reject, dict) else None
    return KEPT_BACK["mandrill"].get(str(reason), BY_POLICY)


class Mailtrap(MailtrapTrackingWebhookView):  # type: ignore[misc]
    """It rejects mail to whom it has on its list, and mail of a domain that it has not
    verified."""

    def esp_to_anymail_event(self, esp_event: dict[str, Any]) -> AnymailTrackingEvent:
        event = super().esp_to_anymail_event(esp_event)
        if event.event_type == EventType.REJECTED:
            said = f"{event.mta_response or ''} {esp_event.get('reason') or ''}".lower()
            found = (words for sign, words in MAILTRAP if sign in said)
            event.mta_response, event.reject_reason = next(found, BY_POLICY), None
        return event


class Postal(PostalTrackingWebhookView):  # type: ignore[misc]
    """What it gives up is a bounce. What it holds waits for a person, but for mail to
    whom it has on its list: that is never sent."""

    def parse_events(self, request: HttpRequest) -> list[AnymailTrackingEvent]:
        return [self.read(one) for one in super().parse_events(request)]

    def read(self, event: AnymailTrackingEvent) -> AnymailTrackingEvent:
        said = str(event.description or "").lower()
        if event.event_type == EventType.QUEUED and "suppression list" in said:
            event.event_type = EventType.REJECTED
            event.reject_reason = RejectReason.BLOCKED
        if event.event_type == EventType.FAILED:
            event.event_type = EventType.BOUNCED
            if not event.mta_response and "domain no longer exist" in said:
                event.mta_response = ABOUT_US
        return event


class UnisenderGo(UnisenderGoTrackingWebhookView):  # type: ignore[misc]
    """The answer of the receiving server is told where the webhook asks for it."""

    def esp_to_anymail_event(self, event_data: dict[str, Any]) -> AnymailTrackingEvent:
        event = super().esp_to_anymail_event(event_data)
        told = (event_data.get("delivery_info") or {}).get("delivery_status", "")
        event.description = UNISENDER.get(told, event.description)
        return event
