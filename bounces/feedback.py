"""Complaints: feedback reports (RFC 5965, 6430, 6591), those of providers that send
none, and the events of Amazon SES, which come by mail as JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from json import JSONDecoder

from bounces.delivery_reports import Failure, address_in, fields_of
from bounces.mime import Headers, first
from bounces.parsed import Kind, Parsed
from bounces.rules import letters

# Amazon SES: kind, field, and where it names people
EVENTS = {
    "Bounce": (Kind.FAILED, "bounce", "bouncedRecipients"),
    "Complaint": (Kind.COMPLAINT, "complaint", "complainedRecipients"),
    "Delivery": (Kind.DELIVERED, "delivery", "recipients"),
}
NO_COMPLAINTS = {
    "": Kind.NO_COMPLAINT,
    "not-spam": Kind.NO_COMPLAINT,  # RFC 6430
    "auth-failure": Kind.AUTH_REPORT,  # RFC 6591
}
NAMED = re.compile(
    r"^(?:original-rcpt-to|final-recipient|removal-recipient)[ \t]*:(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
REPORTING = re.compile(r"feedback|abuse|staff@|complaint|fbl|scomp|junk")


def complaint(text: str, returned_to: Sequence[str]) -> Parsed:
    """A message/feedback-report. Who it is about may be left out (RFC 6590): then to
    whom the mail was addressed."""
    groups = fields_of(text)
    kind = next((g["feedback-type"] for g in groups if "feedback-type" in g), "")
    kind = kind.strip().lower()
    named = [address for address in map(address_in, NAMED.findall(text)) if address]
    unique = {one.lower(): one for one in named or returned_to}
    return Parsed(
        NO_COMPLAINTS.get(kind, Kind.COMPLAINT),
        tuple(Failure(one) for one in unique.values()),
        feedback=kind[:40],
    )


def unframed(
    headers: Headers, opening: str, returned_to: Sequence[str]
) -> Parsed | None:
    """A complaint outside the frame of RFC 5965, as Hotmail's and AOL's were."""
    field = "x-hmxmroriginalrecipient"
    told = letters.COMPLAINTS.are_in(opening)
    if field not in headers and not (
        told and REPORTING.search(first(headers, "from").lower())
    ):
        return None
    named = address_in(first(headers, field))
    people = [named] if named else list(returned_to)
    return Parsed(Kind.COMPLAINT, tuple(map(Failure, people)), feedback="abuse")


def event_of(text: str) -> Parsed | None:
    """An event of Amazon SES that came by mail, as JSON, possibly broken into lines."""
    start = text[:2000].find('{"notificationType"')
    if start < 0:
        start = text[:2000].find('{"eventType"')
    if start < 0:
        return None
    try:
        event, _ = JSONDecoder().raw_decode(re.sub(r"!?\n ?", "", text[start:]))
    except (ValueError, RecursionError):
        return None
    name = str(event.get("notificationType") or event.get("eventType"))
    if name not in EVENTS:
        return None
    kind, field, people = EVENTS[name]
    said = event.get(field) or {}
    return Parsed(
        kind,
        tuple(map(_event_failure, said.get(people) or [])),
        notice=f"{said.get('bounceType', '')} {said.get('bounceSubType', '')}",
        feedback=str(said.get("complaintFeedbackType") or "abuse"),
    )


def _event_failure(person: object) -> Failure:
    if not isinstance(person, dict):
        return Failure(str(person))
    values = {key: str(value) for key, value in person.items()}
    diagnostic = values.get("diagnosticCode", "")
    return Failure(
        values.get("emailAddress", ""),
        action=values.get("action", "").lower(),
        status=values.get("status", ""),
        text=diagnostic.partition(";")[2].strip() or diagnostic,
    )
