"""What mail providers tell by webhook, as reports like mail that came back.

django-anymail checks who speaks and makes one shape of their many. Whom it is about is
told by the Message-ID of ours that the provider repeats: believed because the request
proved where it is from, and only together with the address it was sent to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.utils import timezone

from bounces import feeding
from bounces.delivery_reports import Failure
from bounces.hook_readers import Amazon, Resend, Scaleway
from bounces.hook_words import Mailtrap, Mandrill, Postal, UnisenderGo
from bounces.models import Report, Source
from bounces.parsed import Kind, Parsed
from bounces.provider_lists import Entry, Said, moment
from bounces.recording import Incoming, record_many
from consent.addresses import BadAddress, key_of
from consent.models import Address
from deliveries.models import Delivery, DeliveryState, ProviderMail
from deliveries.tokens import Token
from deliveries.transports.table import is_told

# the provider's part of the address, and what reads its requests
READERS: dict[str, Any] = {
    "amazon": Amazon,
    "brevo": BrevoTrackingWebhookView,
    "mailersend": MailerSendTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "mailtrap": Mailtrap,
    "mandrill": Mandrill,
    "postal": Postal,
    "postmark": PostmarkTrackingWebhookView,
    "resend": Resend,
    "scaleway": Scaleway,
    "sendgrid": SendGridTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
    "unisender_go": UnisenderGo,
}
ASKED = ("amazon",)
KINDS = {
    EventType.BOUNCED: Kind.FAILED,
    EventType.REJECTED: Kind.FAILED,
    EventType.DEFERRED: Kind.DELAYED,
    EventType.COMPLAINED: Kind.COMPLAINT,
}
# what a reason means when the server's own words are not passed on
REASONS = {
    RejectReason.INVALID: "invalid recipient",
    RejectReason.TIMED_OUT: "timed out",
    RejectReason.BLOCKED: "on the suppression list",
    RejectReason.SPAM: "refused as spam",
    RejectReason.UNSUBSCRIBED: "unsubscribed address",
}
OURS = re.compile(r"\bm\.(\d{1,18})\.(\d{1,18})\.(\d{12,14})@")
WORDS = ("error", "comment", "reason")  # Mailjet; SendGrid of what it dropped
BY_US = ("Customer", "Admin")  # who put it on the list of Postmark, when not she
# The provider has the mail: what hid its outcome from us is over.
ARRIVED = (EventType.QUEUED, EventType.SENT, EventType.DELIVERED)
OPEN = (DeliveryState.STARTED, DeliveryState.UNCERTAIN)
LONGEST = 100_000


def reader_of(provider: str) -> Any | None:
    """What reads the requests of a provider; None when no key is set for it."""
    is_heard = provider in READERS and is_told(provider)
    return READERS[provider]() if is_heard else None


def prove(reader: Any, request: HttpRequest) -> None:
    """400 where it does not prove who sends it; what cannot be read proves nothing."""
    try:
        reader.run_validators(request)
    except (AttributeError, LookupError, TypeError, ValueError) as problem:
        raise SuspiciousOperation(f"Its proof cannot be read: {problem}") from problem


def asks_first(provider: str, headers: Mapping[str, str]) -> bool:
    """Whether a provider sends its secret only when asked, and was not yet."""
    return provider in ASKED and "Authorization" not in headers


def take_events(provider: str, events: Iterable[AnymailTrackingEvent]) -> list[Report]:
    """Record those that tell of a failure or a complaint; take opt-outs for what they
    are."""
    told = list(events)
    settle_open(provider, [one for one in told if one.event_type in ARRIVED])
    for event in told:
        if event.event_type == EventType.UNSUBSCRIBED:
            take_opt_out(provider, event)
    failures = [event for event in told if event.event_type in KINDS]
    if not failures:
        return []
    return record_many(incoming(provider, event) for event in failures)


def settle_open(provider: str, events: Sequence[AnymailTrackingEvent]) -> None:
    """Mails of which nobody knew whether they were taken; a bounce says more. There are
    few, and very many of which it is known: those cost two questions for all."""
    named = _named(provider, events)
    mails = Delivery.objects.filter(
        state__in=OPEN,
        message_id__in={message_id for message_id, _ in named},
        pk__in={delivery_id for _, delivery_id in named},
    )
    if not (named and mails.exists()):
        return
    for event in events:
        at = moment(event.timestamp) or timezone.now()
        if token := token_in(provider, event, raw_of(event)):
            mails.filter(message_id=token.message_id, pk=token.delivery_id).update(
                state=DeliveryState.DELIVERED, delivered_at=at, settled_at=at
            )


def _named(
    provider: str, events: Sequence[AnymailTrackingEvent]
) -> set[tuple[int, int]]:
    """(message, delivery) of all mails that they may be about."""
    refs = {ref_of(provider, event) for event in events}
    rows = ProviderMail.objects.filter(ref__in=refs)
    texts = (f"{event.message_id} {raw_of(event)}" for event in events)
    ours = {
        (int(found[1]), int(found[2]))
        for text in texts
        for found in OURS.finditer(text)
    }
    return ours | set(rows.values_list("message_id", "delivery_id"))


def take_opt_out(provider: str, event: AnymailTrackingEvent) -> None:
    """The same as when the list of the provider names her: the request has proved where
    it is from. Safe to repeat, and an old one undoes no later sign-up.

    Of a mail of ours it counts where she is by now as well, and in its report.
    """
    token, at = token_in(provider, event, raw_of(event)), moment(event.timestamp)
    mail = Delivery.objects.none()
    if token and said_by(event) is Said.OPTED_OUT:
        mail = Delivery.objects.filter(
            message_id=token.message_id, pk=token.delivery_id
        )
    now = Address.objects.filter(pk__in=mail.moved_to(), key__isnull=False)
    keys = [event.recipient or "", *now.values_list("key", flat=True)]
    feeding.take([Entry(str(key), said_by(event), at) for key in keys], provider)
    mail.filter(unsubscribed_at=None).update(unsubscribed_at=at or timezone.now())


def said_by(event: AnymailTrackingEvent) -> Said:
    """Postmark tells of what we or it put on its list as well."""
    told = event.esp_event if isinstance(event.esp_event, dict) else {}
    return Said.BLOCKED if told.get("Origin") in BY_US else Said.OPTED_OUT


def raw_of(event: AnymailTrackingEvent) -> str:
    return json.dumps(event.esp_event, sort_keys=True, default=str)[:LONGEST]


def incoming(provider: str, event: AnymailTrackingEvent) -> Incoming:
    raw = raw_of(event)
    return Incoming(
        f"{provider} {event.event_id or ''}\n{raw}".encode(),
        Source.WEBHOOK,
        said=said_in(event),
        token=token_in(provider, event, raw),
    )


def said_in(event: AnymailTrackingEvent) -> Parsed:
    kind = KINDS[event.event_type]
    text = event.mta_response or event.description or words_of(event.esp_event)
    is_left = event.reject_reason == RejectReason.UNSUBSCRIBED
    if not text or is_left or event.event_type == EventType.REJECTED:
        text = f"{text} {REASONS.get(event.reject_reason, '')}".strip()
    failure = Failure(event.recipient or "", text=text[:2_000], stage="RCPT")
    return Parsed(kind, (failure,), feedback="abuse" * (kind == Kind.COMPLAINT))


def words_of(esp_event: object) -> str:
    """Those of a provider that gives them another name than all others."""
    if not isinstance(esp_event, dict):
        return ""
    return " ".join(str(esp_event[name]) for name in WORDS if esp_event.get(name))


def token_in(provider: str, event: AnymailTrackingEvent, raw: str) -> Token | None:
    """Whose mail it was, when the mail and the address belong together."""
    for found in OURS.finditer(f"{event.message_id} {raw}"):
        message_id, delivery_id, moment = map(int, found.groups())
        delivery = _delivery(message_id, delivery_id)
        if (
            delivery is not None
            and int(delivery.queued_at.timestamp() * 1_000) == moment
            and is_of(delivery, event.recipient or "")
        ):
            return Token(message_id, delivery_id, delivery.address_id or 0)
    return _token_by_its_name(provider, event)


def _token_by_its_name(provider: str, event: AnymailTrackingEvent) -> Token | None:
    """Where it repeats nothing of ours: by what it called the mail when it took it."""
    known = ProviderMail.objects.filter(ref=ref_of(provider, event)).first()
    delivery = _delivery(known.message_id, known.delivery_id) if known else None
    if delivery is None or not is_of(delivery, event.recipient or ""):
        return None
    return Token(delivery.message_id, delivery.pk, delivery.address_id or 0)


def ref_of(provider: str, event: AnymailTrackingEvent) -> str:
    """What the provider calls the mail, as it is kept when it takes one."""
    return f"{provider}:{str(event.message_id or '').strip('<>')}"


def _delivery(message_id: int, delivery_id: int) -> Delivery | None:
    return Delivery.objects.filter(message_id=message_id, pk=delivery_id).first()


def is_of(delivery: Delivery, email: str) -> bool:
    try:
        key = key_of(email)
    except BadAddress:
        return False
    return Address.objects.filter(pk=delivery.address_id or 0, key=key).exists()
