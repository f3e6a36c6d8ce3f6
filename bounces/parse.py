"""From the bytes of a report to what it says. Pure; never an error.

Read are delivery status notifications (RFC 3464 in the frame of RFC 6522) and
feedback reports (RFC 5965). Who it is about is not decided by an address in it, which
anybody can write there: only the places where a token of ours may stand are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import Enum
from typing import Any

LARGEST = 2 * 1024 * 1024  # nothing that matters stands further back
RETURN_PATH = re.compile(
    r"(?:^|[^a-z0-9])b-([a-z0-9]+-[a-z2-7]{16,100})", re.IGNORECASE
)
ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "Apparently-To")
RETURNED = ("Return-Path", "X-Envelope-From", "Sender", "Errors-To")
ABSENT = re.compile(
    r"out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response)|vacation"
    r"|abwesen|absence|poissa|fravær|nieobecno",
    re.IGNORECASE,
)


class Kind(Enum):
    """What kind of mail came back."""

    FAILED = "failed"  # a mail could not be delivered, for good
    DELAYED = "delayed"  # not yet: the other server goes on trying
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    NO_COMPLAINT = "no_complaint"  # "not spam" and the like
    AUTO_REPLY = "auto_reply"
    UNKNOWN = "unknown"


ACTIONS = {
    "failed": Kind.FAILED,
    "delayed": Kind.DELAYED,
    "delivered": Kind.DELIVERED,
    "relayed": Kind.DELIVERED,
    "expanded": Kind.DELIVERED,
}
COMPLAINTS = ("abuse", "fraud", "virus", "other")  # not: not-spam, auth-failure


@dataclass(frozen=True, slots=True)
class Parsed:
    """`status`: enhanced code of the report; `diagnostic`: the server's words;
    `places`: texts in which a return path of ours may stand, most trusted first."""

    kind: Kind
    status: str = ""
    diagnostic: str = ""
    places: tuple[str, ...] = ()

    def tokens(self, envelope_to: str = "") -> Iterator[str]:
        """Candidates for a return-path token. Whatever was put around it on its way
        (BATV's prvs=, SRS0=, SRS1=) is left out."""
        for place in (envelope_to, *self.places):
            yield from RETURN_PATH.findall(place)


def parse(raw: bytes) -> Parsed:
    try:
        message = message_from_bytes(raw[:LARGEST])
        parts = list(message.walk())
        return _read(message, parts)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return Parsed(Kind.UNKNOWN)


def _read(message: Message, parts: list[Message]) -> Parsed:
    places = tuple(_places(message, parts))
    feedback = _part(parts, "message/feedback-report")
    if feedback is not None:
        return Parsed(_complaint(feedback), places=places)
    statuses = _part(parts, "message/delivery-status", "message/global-delivery-status")
    if statuses is not None:
        return _delivery(_blocks(statuses), places)
    kind = Kind.AUTO_REPLY if _is_auto_reply(message) else Kind.UNKNOWN
    return Parsed(kind, places=places)


def _part(parts: list[Message], *kinds: str) -> Message | None:
    return next((part for part in parts if part.get_content_type() in kinds), None)


def _text(part: Message) -> str:
    payload: Any = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(str(inner) for inner in payload)
    decoded: Any = part.get_payload(decode=True) or b""
    return decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else ""


def _blocks(part: Message) -> list[dict[str, str]]:
    """The groups of fields of a status part, names in lower case, folds undone."""
    blocks = re.split(r"\r?\n[ \t]*\r?\n", _text(part).strip())
    unfolded = [re.sub(r"\r?\n[ \t]+", " ", block) for block in blocks]
    return [
        {
            name.strip().lower(): value.strip()
            for name, colon, value in (
                line.partition(":") for line in text.splitlines()
            )
            if colon
        }
        for text in unfolded
    ]


def _delivery(blocks: list[dict[str, str]], places: tuple[str, ...]) -> Parsed:
    found = [block for block in blocks if block.get("action")]
    failed = [block for block in found if block["action"].lower().startswith("failed")]
    chosen = (failed or found or [{}])[0]
    action = chosen.get("action", "").lower().split(" ")[0]
    diagnostic = chosen.get("diagnostic-code", "")
    return Parsed(
        ACTIONS.get(action, Kind.UNKNOWN),
        status=chosen.get("status", "").split(" ")[0],
        diagnostic=diagnostic.partition(";")[2].strip() or diagnostic,
        places=places,
    )


def _complaint(feedback: Message) -> Kind:
    fields = _blocks(feedback)[0] if _blocks(feedback) else {}
    kind = fields.get("feedback-type", "").lower()
    return Kind.COMPLAINT if kind in COMPLAINTS else Kind.NO_COMPLAINT


def _is_auto_reply(message: Message) -> bool:
    """RFC 3834, and what programs did before it."""
    submitted = str(message.get("Auto-Submitted", "no")).lower()
    return (
        submitted.split(";")[0].strip() != "no"
        or "X-Autoreply" in message
        or "auto_reply" in str(message.get("Precedence", "")).lower()
        or bool(ABSENT.search(str(message.get("Subject", ""))))
    )


def _places(message: Message, parts: list[Message]) -> Iterator[str]:
    for name in ADDRESSED:
        yield from map(str, message.get_all(name, []))
    feedback = _part(parts, "message/feedback-report")
    if feedback is not None:
        yield _text(feedback)
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            yield _returned(message_from_bytes(_text(part).encode()))
        elif part.get_content_type() == "message/rfc822":
            yield from (_returned(inner) for inner in part.walk() if inner is not part)


def _returned(mail: Message) -> str:
    return "\n".join(
        str(value) for name in RETURNED for value in mail.get_all(name, [])
    )
