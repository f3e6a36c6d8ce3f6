"""Stops a mailing that goes wrong, on evidence; a person lets it go on.

What has left altogether is not stopped: nothing of it waits. But a provider that
refused it is, and the next emails of a re-engagement campaign go to people of the same
kind, so a stop of one counts for them.

Sequential tests after Wald: with every mail the question is asked again whether what
came back looks like a good mailing or like a bad one. In both directions one of
twenty decisions is wrong, whatever the size of the mailing. Hard stops hold beside.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import AuditEntry
from deliveries.models import (
    Channel,
    Delivery,
    DeliveryState,
    Hold,
    HoldKind,
    Message,
    Wave,
)
from deliveries.providers import LABELS, OTHER
from deliveries.waves import is_in_waves

# how often a decision may be wrong, in each direction
WRONG = 0.05
PAUSE_AT = math.log((1 - WRONG) / WRONG)
# hard stop: this share of hard bounces, once there are so many mails
WORST_SHARE, LEAST_MAILS = 0.05, 100
# hard stop at a provider: so many refusals for our reputation in so long
REFUSALS, WITHIN = 3, dt.timedelta(minutes=10)
# how much larger the next wave is where nothing is certain yet
GROWTH = 1.5
# complaints come for days: so long a mailing is looked at after its mail has left,
# every so many beats of so many seconds; together less than WITHIN, so that no refusal
# is too old before anybody looked
WATCHED = dt.timedelta(days=3)
BEAT, TURNS = 10, 50


class Verdict(Enum):
    PAUSE = "pause"
    CLEAR = "clear"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Test:
    """Shares of a good and of a bad mailing. `clears`: few events prove it good."""

    name: str
    good: float
    bad: float
    clears: bool = True

    def verdict(self, mails: int, events: int) -> Verdict:
        evidence = events * math.log(self.bad / self.good)
        evidence += (mails - events) * math.log((1 - self.bad) / (1 - self.good))
        if evidence >= PAUSE_AT:
            return Verdict.PAUSE
        return Verdict.CLEAR if evidence <= -PAUSE_AT else Verdict.OPEN


HARD = Test("hard bounces", 0.02, 0.05)
COMPLAINTS = Test("complaints", 0.001, 0.003, clears=False)


@dataclass(frozen=True, slots=True)
class Counts:
    """What came back from one provider, or '' for all of them."""

    provider: str
    mails: int
    hard: int
    complaints: int
    refusals: int

    @property
    def place(self) -> str:
        return LABELS.get(self.provider, self.provider) or "all providers together"


COUNTS = """
SELECT COALESCE(provider, ''), count(*),
    count(*) FILTER (WHERE bounce_kind = 'hard'),
    count(*) FILTER (WHERE complained_at IS NOT NULL),
    count(*) FILTER (WHERE state = 'refused' AND enhanced_code LIKE '5.7.%%'
                     AND settled_at > %s
                     AND (lifted.at IS NULL OR started_at > lifted.at))
FROM deliveries_delivery LEFT JOIN (
    SELECT value, max(lifted_at) AS at FROM deliveries_hold
    WHERE kind = 'provider' AND lifted_by_id IS NOT NULL GROUP BY value
) lifted ON lifted.value = provider
WHERE message_id = %s AND started_at > %s
  AND state IN ('delivered', 'refused', 'expired')
GROUP BY GROUPING SETS ((provider), ()) ORDER BY 1
"""


def counts_of(message: Message) -> list[Counts]:
    """Since a person last let it go on: what stopped it then stops it no more. Of
    refusals those of mails begun since a person last let their provider go."""
    lifted = _stops(message).aggregate(at=Max("lifted_at"))["at"]
    since = lifted or message.created_at
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [timezone.now() - WITHIN, message.pk, since])
        return [Counts(*row) for row in cursor.fetchall()]


def _stops(message: Message) -> QuerySet[Hold]:
    """Those on evidence of ours: a mailing is also held when it cannot be written."""
    own = Hold.objects.filter(kind=HoldKind.MESSAGE, message=message)
    return own.filter(evidence__has_key="test")


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a mailing is stopped: a sentence and the numbers behind it."""

    sentence: str
    evidence: dict[str, Any]


def findings(counts: Iterable[Counts]) -> Iterator[Finding]:
    """What is wrong with one mailing, the worst first; nothing: it may go on."""
    for one in counts:
        for test, events in ((HARD, one.hard), (COMPLAINTS, one.complaints)):
            is_worst = test is HARD and _is_worst(one)
            if is_worst or test.verdict(one.mails, events) is Verdict.PAUSE:
                yield _finding(one, test, events)


def _is_worst(counts: Counts) -> bool:
    return counts.mails >= LEAST_MAILS and counts.hard >= WORST_SHARE * counts.mails


def _finding(counts: Counts, test: Test, events: int) -> Finding:
    sentence = (
        f"Stopped by itself: {events:,} {test.name} in {counts.mails:,} mails"
        f" ({events / counts.mails:.1%}) at {counts.place}; {test.good:.1%} is usual,"
        f" {test.bad:.1%} is a bad list. Look at who was mailed, then let it go on."
    )
    return Finding(sentence, {"test": test.name, "share": test.bad, **asdict(counts)})


def look_after_all() -> int:
    """One look at every mailing that is under way; how many were stopped."""
    return sum(look_after(message) for message in watched())


def watched() -> list[Message]:
    """Marketing messages with mail that is due, each time; those whose mail waits for
    its hour or has left lately, now and then: counting takes a moment."""
    now = timezone.now()
    waits = Delivery.objects.filter(message=OuterRef("pk"), state=DeliveryState.QUEUED)
    is_due = waits.filter(due_at__lte=now)
    rows = Message.objects.filter(
        channel=Channel.MARKETING, frozen_at__gt=now - 10 * WATCHED
    ).annotate(is_due=Exists(is_due), waits=Exists(waits))
    return [
        one for one in rows if one.is_due or _is_its_turn(one, now, waits=one.waits)
    ]


def _is_its_turn(message: Message, now: dt.datetime, *, waits: bool) -> bool:
    """Every fiftieth beat, while any mail waits and for some days after it was
    frozen."""
    is_recent = waits or (
        message.frozen_at is not None and message.frozen_at > now - WATCHED
    )
    return is_recent and int(now.timestamp()) // BEAT % TURNS == message.pk % TURNS


def look_after(message: Message) -> bool:
    """Stop it, or let the next wave go; True when it was stopped just now. Of one that
    is held what was on its way still comes back for a while."""
    own = Hold.objects.active().filter(message=message)
    held = own.order_by("created_at").first()
    if held and held.created_at < timezone.now() - WITHIN:
        return False
    counts = counts_of(message)
    _stop_providers(counts)
    if held:
        return False
    found = next(findings(counts), None)
    if found and _has_more_to_come(message):
        Hold.objects.stop_itself(
            found.sentence, found.evidence, kind=HoldKind.MESSAGE, message=message
        )
        return True
    if is_in_waves(message):
        _let_waves_go(message, {one.provider: one for one in counts})
    return False


def _has_more_to_come(message: Message) -> bool:
    """Whether a stop keeps any mail from leaving: its own, or its campaign's next."""
    queued = Delivery.objects.filter(message=message, state=DeliveryState.QUEUED)
    return is_in_waves(message) or queued.exists()


def _stop_providers(counts: Iterable[Counts]) -> None:
    """Providers that refuse us for our reputation get nothing from anybody."""
    for one in counts:
        if one.provider not in {"", OTHER} and one.refusals >= REFUSALS:
            Hold.objects.stop_itself(
                f"{one.place} refused {one.refusals} mails for our reputation within"
                " ten minutes. Find out why before it gets more.",
                asdict(one),
                kind=HoldKind.PROVIDER,
                value=one.provider,
            )


def _let_waves_go(message: Message, counts: dict[str, Counts]) -> None:
    """A provider that takes our mail well gets the rest, another one a larger wave."""
    for wave in message.waves.filter(allowed__isnull=False):
        known = counts.get(wave.provider)
        if not known or wave.started < (wave.allowed or 0) or known.mails == 0:
            continue
        verdict = HARD.verdict(known.mails, known.hard)
        wave.allowed = None
        if verdict is Verdict.OPEN:
            wave.allowed = math.ceil(wave.started * GROWTH)
        wave.save(update_fields=["allowed"])
        _note(message, wave, known)


def _note(message: Message, wave: Wave, known: Counts) -> None:
    more = "all the rest" if wave.allowed is None else f"up to {wave.allowed:,}"
    AuditEntry.objects.record(
        None,
        "let the next wave of a mailing go",
        subject=f"{message.name}: {more} to {known.place}",
        detail=asdict(known),
    )
