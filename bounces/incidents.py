"""Refusals that say something about us, gathered into incidents by their pattern."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import AuditEntry, User
from bounces.models import Bounce, Incident, Release, Way
from bounces.models.incidents import IncidentQuerySet
from bounces.shown import INCIDENTS
from bounces.unbouncing import lift
from consent.models import BATCH_SIZE, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import HardBounceReason
from deliveries.models import Hold, HoldKind
from deliveries.providers import LABELS, OTHER, provider_of

# Fewer refusals of one pattern are no incident: any server is in a mood sometimes.
LEAST = 3
# what differs from mail to mail: addresses, machines, links, numbers, session ids
VARYING = re.compile(
    r"https?://\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+){2,}\b|\b(?=\w*\d)[\w-]{5,}\b|\d+",
)
CODE = re.compile(r"^\s*([245]\d\d)?[ -]?([245]\.\d+\.\d+)?")


class Place(NamedTuple):
    kind: str
    name: str


class Key(NamedTuple):
    """What makes two refusals the same."""

    place: Place
    category: str
    pattern: str


def pattern_of(words: str, enhanced: str = "") -> str:
    """The words without what differs from mail to mail, and the code before them."""
    said = CODE.sub("", words.lower())
    plain = " ".join(VARYING.sub(" ", said).split())
    return f"{enhanced} {plain}".strip()[:200]


def place_of(domain: str | None) -> Place:
    """The provider, or the domain itself where that says nothing of a provider."""
    provider = provider_of(domain or "")
    if provider == OTHER:
        return Place(HoldKind.DOMAIN, (domain or "unknown")[:200])
    return Place(HoldKind.PROVIDER, provider)


def attach(bounces: Iterable[Bounce]) -> None:
    """Put each refusal of ours with its like; inside a transaction, safe to repeat."""
    by_key: dict[Key, list[Bounce]] = {}
    for bounce in bounces:
        if bounce.incident_id is None and bounce.category in INCIDENTS:
            by_key.setdefault(_key_of(bounce), []).append(bounce)
    for key in sorted(by_key):  # always in this order: two workers never cross
        rows = by_key[key]
        incident = _open_for(key, rows)
        Bounce.objects.filter(pk__in=[row.pk for row in rows]).update(incident=incident)


def _key_of(bounce: Bounce) -> Key:
    pattern = pattern_of(bounce.words, bounce.enhanced_code)
    return Key(place_of(bounce.address.domain), bounce.category, pattern)


def _open_for(key: Key, rows: list[Bounce]) -> Incident:
    first, last = min(row.at for row in rows), max(row.at for row in rows)
    incident, made = Incident.objects.open().get_or_create(
        kind=key.place.kind,
        place=key.place.name,
        category=key.category,
        pattern=key.pattern,
        solved_at=None,
        defaults={"words": rows[0].words, "opened_at": first, "last_at": last},
    )
    if not made:
        incident.opened_at = min(incident.opened_at, first)
        incident.last_at = max(incident.last_at, last)
        incident.save(update_fields=["opened_at", "last_at"])
    return incident


def counted() -> IncidentQuerySet:
    """Those worth a look, with `.refusals`, `.people` and `.sends`."""
    rows: IncidentQuerySet = Incident.objects.annotate(
        refusals=Count("bounces"),
        people=Count("bounces__address", distinct=True),
        sends=Count("bounces__message", distinct=True),
    ).filter(refusals__gte=LEAST)
    return rows


def place_label(incident: Incident) -> str:
    return str(LABELS.get(incident.place, incident.place))


@transaction.atomic
def pause(incident: Incident, user: User) -> Hold:
    """Stop sending to this provider or domain; mails wait and are not lost."""
    hold = Hold.objects.stop(
        user,
        f"Incident: {place_label(incident)} turns our mail away.",
        kind=incident.kind,
        value=incident.place,
    )
    incident.hold = hold
    incident.save(update_fields=["hold"])
    return hold


@transaction.atomic
def solve(incident: Incident, user: User, solution: str) -> int:
    """Say that the cause is gone: sending goes on, and who was blocked by it comes
    back. How many; 0 when somebody had solved it before."""
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    if incident.solved_at:
        return 0
    if incident.hold:
        incident.hold.lift(user, solution)
    incident.released = _release(incident, user, solution)
    incident.solved_at, incident.solved_by = timezone.now(), user
    incident.solution = solution
    incident.save(update_fields=["released", "solved_at", "solved_by", "solution"])
    AuditEntry.objects.record(
        user,
        "solved an incident",
        subject=place_label(incident),
        url=incident.get_absolute_url(),
        detail={"solution": solution, "released": incident.released},
    )
    return incident.released


def _release(incident: Incident, user: User, solution: str) -> int:
    blocked = Suppression.objects.active().filter(
        reason=Reason.BOUNCED,
        address__in=incident.bounces.values("address"),
        address__contact__hard_bounce_reason__in=BY_SENDER,
    )
    ids = sorted(set(blocked.values_list("address_id", flat=True)))
    return sum(
        _give_back(ids[start : start + BATCH_SIZE], incident, user, solution)
        for start in range(0, len(ids), BATCH_SIZE)
    )


BY_SENDER = (HardBounceReason.POLICY, HardBounceReason.SPAM, HardBounceReason.CONTENT)


def _give_back(
    ids: Collection[int], incident: Incident, user: User, solution: str
) -> int:
    act = Act(
        action=Action.RELEASED,
        mechanism=Mechanism.STAFF,
        actor=Actor.STAFF,
        user_id=user.pk,
        explanation=f"The incident at {place_label(incident)} is solved: {solution}",
        source={"incident": incident.pk},
    )
    free = lift(list(ids), act)
    Release.objects.bulk_create(
        Release(
            address_id=address,
            way=Way.INCIDENT,
            user=user,
            was=HardBounceReason.POLICY,
            words=incident.words,
            note=solution,
        )
        for address in sorted(free)
    )
    return len(free)
