"""Refusals that say something about us, gathered into incidents by their pattern."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import AuditEntry, User
from bounces import acting
from bounces.models import Bounce, Incident, Kept, Release, Way
from bounces.models.incidents import IncidentQuerySet
from bounces.policy import AGAINST_US, Policy
from bounces.unbouncing import blocked_otherwise, lift
from consent.models import BATCH_SIZE, Address, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import HardBounceReason
from deliveries.models import Delivery, DeliveryState, Hold, HoldCause, HoldKind
from deliveries.providers import LABELS, OTHER, provider_of

# Fewer refusals of one pattern are no incident: any server is in a mood sometimes.
LEAST = 3
# Sending stops by itself: so many refusals within this time, this share of all mails.
STORM, WITHIN, SHARE = 20, dt.timedelta(hours=1), 0.2
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


def attach(bounces: Iterable[Bounce], policy: Policy) -> list[Incident]:
    """Put each of these refusals of ours with its like; those incidents for which
    sending has to stop, see `hold`. Inside a transaction, safe to repeat.

    In the order that `solve` has too: addresses, which are locked by now, then the
    incidents; their stops when everything else is locked.
    """
    by_key: dict[Key, list[Bounce]] = {}
    for bounce in bounces:
        if bounce.incident_id is None:
            by_key.setdefault(_key_of(bounce), []).append(bounce)
    # always in this order: two workers never cross
    found = [_gathered(key, by_key[key]) for key in sorted(by_key)]
    if not policy.pauses:
        return []
    return [one for one in found if not one.is_held and is_storm(one)]


def _gathered(key: Key, rows: list[Bounce]) -> Incident:
    incident = _open_for(key, rows)
    Bounce.objects.filter(pk__in=[row.pk for row in rows]).update(incident=incident)
    return incident


def _key_of(bounce: Bounce) -> Key:
    pattern = pattern_of(bounce.words, bounce.enhanced_code)
    return Key(place_of(bounce.address.domain), bounce.category, pattern)


def _open_for(key: Key, rows: list[Bounce]) -> Incident:
    """The one that is open, which nobody solves meanwhile, or a new one."""
    first, last = min(row.at for row in rows), max(row.at for row in rows)
    still_open = Incident.objects.open().select_for_update(no_key=True)
    incident, made = still_open.get_or_create(
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
    """Those worth a look, with `.refusals`, `.people` and `.sends`: they are many, or
    were, and sending was stopped for them. Judging anew may have left few or none."""
    rows: IncidentQuerySet = Incident.objects.annotate(
        refusals=Count("bounces"),
        people=Count("bounces__address", distinct=True),
        sends=Count("bounces__message", distinct=True),
    ).filter(Q(refusals__gte=LEAST) | Q(hold__isnull=False))
    return rows


def freed(incident: Incident) -> str:
    """What solving it gave back, in words, and why mail there waits all the same."""
    words = (
        f"{incident.released:,} blocked for it can be mailed again;"
        f" {incident.let_go:,} waiting mails go on."
    )
    other = stopped_besides(incident)
    return f"{words} Mail there still waits: {other.reason}" if other else words


def stopped_besides(incident: Incident) -> Hold | None:
    """What else stops mail to the same place."""
    there = Hold.objects.active().filter(kind=incident.kind, value=incident.place)
    if incident.hold_id:
        there = there.exclude(pk=incident.hold_id)
    return there.order_by("pk").first()


def place_label(incident: Incident) -> str:
    return str(LABELS.get(incident.place, incident.place))


def is_storm(incident: Incident) -> bool:
    """Whether most of what is sent there comes back for this: STORM refusals within
    an hour, and that is at least a SHARE of all that was handed over there."""
    since = timezone.now() - WITHIN
    refusals = incident.bounces.filter(at__gte=since)
    count = refusals.count()
    if count < STORM:
        return False
    sent = to_place(incident).filter(
        message__in=refusals.values("message"), started_at__gte=since
    )
    # more than this many, and the share is too small
    most = int(count / SHARE)
    return sent[: most + 1].count() <= most


def to_place(incident: Incident) -> QuerySet[Delivery]:
    """Mails to the provider or domain of this incident."""
    if incident.kind == HoldKind.PROVIDER:
        return Delivery.objects.filter(provider=incident.place)
    return Delivery.objects.filter(address__domain=incident.place)


@transaction.atomic
def pause(incident: Incident, user: User) -> Hold | None:
    """Stop sending to this provider or domain; mails wait and are not lost. None when
    somebody solved it meanwhile: nothing would lift the stop again."""
    rows = Incident.objects.select_for_update(of=("self",), no_key=True)
    if rows.get(pk=incident.pk).solved_at:
        return None
    return hold(incident, user)


def hold(incident: Incident, user: User | None = None) -> Hold:
    """Its own stop of sending, of which it has one at most; `user`: none when it stops
    by itself. The incident is locked."""
    if incident.hold and incident.is_held:
        return incident.hold
    why = f"Incident {incident.pk}: {place_label(incident)} turns our mail away."
    what = {"kind": incident.kind, "value": incident.place}
    incident.hold = Hold.objects.stop(user, why, cause=HoldCause.INCIDENT, **what)
    incident.save(update_fields=["hold"])
    return incident.hold


@transaction.atomic
def solve(incident: Incident, user: User, solution: str) -> Incident:
    """Say that the cause is gone: sending goes on, and who was blocked by it comes
    back. Counted in `.let_go` and `.released`; once only.

    Their addresses are locked first: whoever records a refusal has done that when he
    comes to the incident.
    """
    incident, ids = _locked(incident)
    if incident.solved_at:
        return incident
    incident.let_go = _let_go(incident, user, solution)
    incident.released = _release(ids, incident, user, solution)
    incident.solved_at, incident.solved_by = timezone.now(), user
    incident.solution = solution
    incident.save(
        update_fields=["released", "let_go", "solved_at", "solved_by", "solution"]
    )
    AuditEntry.objects.record(
        user,
        "solved an incident",
        subject=place_label(incident),
        url=incident.get_absolute_url(),
        detail={
            "solution": solution,
            "released": incident.released,
            "let_go": incident.let_go,
        },
    )
    return incident


def _locked(incident: Incident) -> tuple[Incident, list[int]]:
    """The incident, and before it the addresses of all who are blocked for it. Who was
    blocked while we waited for it is locked by letting go of everything first."""
    while True:
        before = transaction.savepoint()
        ids = Address.objects.lock(_addresses_of(blocked_for(incident)))
        found = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        if found.solved_at or set(_addresses_of(blocked_for(found))) <= set(ids):
            transaction.savepoint_commit(before)
            return found, ids
        transaction.savepoint_rollback(before)


def _let_go(incident: Incident, user: User, solution: str) -> int:
    """Lift its stop: how many mails had waited for nothing else."""
    lifted = incident.hold is not None and incident.hold.lift(user, solution)
    if not lifted or stopped_besides(incident):
        return 0
    return waiting(incident).count()


def waiting(incident: Incident) -> QuerySet[Delivery]:
    """The mails that a stop there holds back."""
    return to_place(incident).filter(state=DeliveryState.QUEUED)


def blocked_for(incident: Incident) -> QuerySet[Suppression]:
    """The blocks of those who are blocked for this incident alone: no other block, no
    other open incident, and nobody who looked at them and kept them blocked."""
    mine = OuterRef("address")
    elsewhere = Bounce.objects.filter(
        AGAINST_US,
        address=mine,
        incident__in=counted().open().exclude(pk=incident.pk).values("pk"),
    )
    released = Release.objects.filter(address=mine, at__gte=OuterRef("at"))
    return (
        Suppression.objects.active()
        .filter(
            reason=Reason.BOUNCED,
            address__in=incident.bounces.values("address"),
            address__contact__hard_bounce_reason__in=BY_SENDER,
        )
        .exclude(blocked_otherwise())
        .exclude(Exists(elsewhere.exclude(Exists(released))))
        .exclude(Kept.objects.of_the_address())
    )


def _addresses_of(blocked: QuerySet[Suppression]) -> list[int]:
    return sorted(set(blocked.values_list("address_id", flat=True)))


def _release(ids: Sequence[int], incident: Incident, user: User, solution: str) -> int:
    """`ids` are locked."""
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
    still = blocked_for(incident).filter(address__in=list(ids))
    reason = "address__contact__hard_bounce_reason"
    was = dict(still.values_list("address_id", reason))
    free = lift(sorted(was.keys() - acting.worn_out(was)), act)
    Release.objects.bulk_create(
        Release(
            address_id=address,
            way=Way.INCIDENT,
            user=user,
            was=was[address],
            words=incident.words,
            note=solution,
        )
        for address in sorted(free)
    )
    return len(free)
