"""What became of mails that were started, in the words of the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from deliveries.models import DeliveryState, Hold, HoldCause, HoldKind, Message
from deliveries.providers import LABELS, OTHER
from deliveries.queue import Outcome
from deliveries.redaction import redacted_text
from deliveries.refusals import NOT_MADE
from deliveries.smtp import UNKNOWN, Answer, Gone

# Waiting after each temporary refusal; in all 24 hours, then we give up.
BACKOFF = tuple(
    dt.timedelta(minutes=m) for m in (1, 4, 10, 15, 30, 60, 120, 240, 480, 480)
)

# "4.7.28": too much mail from us, and how long the provider is left alone then
TOO_MUCH = "4.7.28"
REST = dt.timedelta(minutes=10)
CUT_OFF = "The connection ended before the mail server said whether it took the mail."


def left_open(
    message_id: int, waiting: dict[int, Mapping[str, Any]], gone: Gone
) -> Iterator[Outcome]:
    """What the end of a connection says about the mails it concerned."""
    if gone.unknown and waiting.pop(gone.unknown.key, None):
        yield uncertain(message_id, gone.unknown.key)
    if gone.refused and gone.answer:
        row = waiting.pop(gone.refused.key, None)
        if row:
            if gone.answer.enhanced == TOO_MUCH:
                rest(row, gone.answer)
            yield judged(message_id, row, gone.answer)


def rest(row: Mapping[str, Any], answer: Answer) -> None:
    """A provider finds that we send too much: it gets nothing for a while. Of those
    that are no large provider only this domain."""
    kind, place = HoldKind.PROVIDER, row["provider_key"]
    if place == OTHER:
        kind, place = HoldKind.DOMAIN, row["key"].rpartition("@")[2]
    Hold.objects.stop_itself(
        f"{LABELS.get(place, place)}: too much mail from us. Nothing goes there for ten"
        f" minutes. {answer.code} {answer.text}",
        {"code": answer.enhanced},
        cause=HoldCause.REST,
        lift_at=timezone.now() + REST,
        kind=kind,
        value=place,
    )


def hold_broken(message_id: int, problem: Exception) -> None:
    """A mailing that cannot be written waits for a person; the others go on."""
    Hold.objects.stop_itself(
        "No mail can be made of it. Stop this mailing, write it anew and send it to"
        f" the rest. {type(problem).__name__}: {problem}",
        {"error": type(problem).__name__},
        cause=HoldCause.CONTENT,
        kind=HoldKind.MESSAGE,
        message=Message.objects.get(pk=message_id),
    )


def not_made(message_id: int, row: Mapping[str, Any], problem: Exception) -> Outcome:
    return Outcome(
        message_id,
        row["delivery"],
        DeliveryState.NOT_SENT,
        timezone.now(),
        reply=f"{type(problem).__name__}: {problem}"[:1_000].replace("\0", ""),
        attempted=False,
        reason=NOT_MADE,
    )


def judged(message_id: int, row: Mapping[str, Any], answer: Answer) -> Outcome:
    """The server's answer in our words: 2yz accepted, 5yz refused, else later."""
    if answer.code == UNKNOWN:
        return uncertain(message_id, row["delivery"], answer.text)
    state, wait = DeliveryState.REFUSED, None
    if answer.is_accepted:
        state = DeliveryState.DELIVERED
    elif not answer.is_final and row["tries"] < len(BACKOFF):
        state, wait = DeliveryState.QUEUED, BACKOFF[row["tries"]]
    elif not answer.is_final:
        state = DeliveryState.EXPIRED
    return Outcome(
        message_id,
        row["delivery"],
        state,
        timezone.now(),
        code=answer.code,
        enhanced=answer.enhanced[:12],
        reply=_words(answer),
        wait=wait,
        ref=answer.ref,
    )


def _words(answer: Answer) -> str:
    """What the server said; a refusal may name the return path, with its key."""
    text = answer.text[:1_000].replace("\0", "")
    return text if answer.is_accepted else redacted_text(text)


def uncertain(message_id: int, delivery_id: int, why: str = CUT_OFF) -> Outcome:
    return Outcome(
        message_id, delivery_id, DeliveryState.UNCERTAIN, timezone.now(), reply=why
    )


def put_back(message_id: int, delivery_id: int, pause: dt.timedelta) -> Outcome:
    return Outcome(
        message_id,
        delivery_id,
        DeliveryState.QUEUED,
        timezone.now(),
        wait=pause,
        attempted=False,
    )
