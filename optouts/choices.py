"""The choices of one person on the preference page, and what changes with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent.models import Address, Brand, Grant, SubscriptionType, Suppression
from consent.models.suppression import SuppressionQuerySet
from consent.vocabulary import (
    MAILABLE_GRADES,
    Act,
    Action,
    Actor,
    Evidence,
    Grade,
    LegalBasis,
    LiftedBy,
    Mechanism,
    Reason,
    Scope,
)

# The ways in which a tick on the page may end a no; the rest needs a new sign-up.
WAYS = (LiftedBy.OWN_UNDO, LiftedBy.LATE_CONFIRMATION)
# How many days of quiet somebody may ask for.
PAUSES = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Choice:
    """One kind of mail: whether she gets it, and what keeps it off for good."""

    kind: SubscriptionType
    is_on: bool
    # since when a no is in force that a tick cannot end
    locked_since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    kind: SubscriptionType
    is_on: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The address that she has by now, where the page came with a mail to another;
    and by which mail, as the ledger names it. Her noes count there too, and end there
    only where the same mail began them: the box of before may be another's by now."""

    moved_to: Callable[[], Collection[int]] = tuple
    source: dict[str, Any] = field(default_factory=dict)

    def with_(self, address: Address) -> list[int]:
        """Both, as they stand at the moment."""
        return [address.pk, *self.moved_to()]


HERE = Elsewhere()


def choices_of(address: Address, brand: Brand) -> list[Choice]:
    """Every kind of mail of the brand, in its order, as it stands now."""
    granted = set(
        Grant.objects.filter(
            address=address,
            subscription_type__brand=brand,
            grade__in=MAILABLE_GRADES,
        ).values_list("subscription_type_id", flat=True)
    )
    noes = Suppression.objects.active().exclude(reason=Reason.PAUSED)
    blocks = list(noes.filter(address=address))
    liftable = _liftable(address)
    choices = []
    for kind in SubscriptionType.objects.active().for_readers().filter(brand=brand):
        covering = [block for block in blocks if block.covers(kind)]
        locked = [block.occurred_at for block in covering if block.pk not in liftable]
        is_on = kind.pk in granted and not covering
        choices.append(Choice(kind, is_on, max(locked, default=None)))
    return choices


def _liftable(address: Address) -> set[int]:
    """The ids of the active noes that a tick may end."""
    now = timezone.now()
    own = Suppression.objects.filter(address=address)
    return {
        pk for way in WAYS for pk in own.liftable(way, now).values_list("pk", flat=True)
    }


@transaction.atomic
def save(
    address: Address,
    brand: Brand,
    wanted: Set[int],
    evidence: Evidence,
    elsewhere: Elsewhere = HERE,
) -> list[Change]:
    """Make it so that she gets exactly the kinds in `wanted`; what changed.

    What only a new sign-up may switch on stays off, whatever is wanted. What she
    switches off is off where she is now, too.
    """
    ids = Address.objects.lock_all(lambda: elsewhere.with_(address))
    before = choices_of(address, brand)
    for choice in before:
        if choice.kind.pk in wanted and not choice.is_on and not choice.locked_since:
            _switch_on(address, choice.kind, evidence)
    for choice in choices_of(address, brand):
        if choice.is_on and choice.kind.pk not in wanted:
            _switch_off(ids, choice.kind, evidence)
    was_on = {choice.kind.pk: choice.is_on for choice in before}
    return [
        Change(choice.kind, choice.is_on)
        for choice in choices_of(address, brand)
        if choice.is_on != was_on[choice.kind.pk]
    ]


def paused_until(address: Address) -> dt.datetime | None:
    """When the pause in force ends by itself; None without one."""
    return _pauses(address.pk).values_list("until", flat=True).first()


@transaction.atomic
def pause(
    address: Address, days: int, evidence: Evidence, elsewhere: Elsewhere = HERE
) -> None:
    """No marketing for so many days from now, instead of any pause there is."""
    ids = Address.objects.lock_all(lambda: elsewhere.with_(address))
    end_pause(address, evidence, elsewhere)
    act = replace(
        _act(Action.PAUSED, evidence),
        source=elsewhere.source,
        explanation=f"For {days} days.",
        until=timezone.now() + dt.timedelta(days=days),
    )
    Suppression.objects.suppress(ids, Reason.PAUSED, act)


def end_pause(
    address: Address, evidence: Evidence, elsewhere: Elsewhere = HERE
) -> None:
    """Mail her again before the time is over; nothing without a pause."""
    begun = _pauses(*elsewhere.moved_to()).filter(record__source=elsewhere.source)
    (_pauses(address.pk) | begun).lift(
        LiftedBy.PAUSE_OVER, _act(Action.RESUMED, evidence)
    )


def _pauses(*address_ids: int) -> SuppressionQuerySet:
    own = Suppression.objects.active()
    return own.filter(address__in=address_ids, reason=Reason.PAUSED)


def _switch_on(address: Address, kind: SubscriptionType, evidence: Evidence) -> None:
    blocks = Suppression.objects.filter(address=address).covering(kind)
    wide = blocks.filter(scope=Scope.EVERYTHING, pk__in=_liftable(address))
    reasons = set(wide.values_list("reason", flat=True))
    for way in WAYS:
        blocks.lift(way, _act(Action.RESTORED, evidence))
    for brand in Brand.objects.exclude(pk=kind.brand_id) if reasons else ():
        _keep_off(address, brand, reasons)
    Grant.objects.give(
        [address.pk], kind, _act(Action.GIVEN, evidence), Grade.EVIDENCED
    )


def _keep_off(address: Address, brand: Brand, reasons: Set[str]) -> None:
    """A no to everything goes on for the brands that this page is not about."""
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.PREFERENCE_CENTRE,
        actor=Actor.SYSTEM,
        explanation="Kept when an opt-out from everything was ended for one brand.",
    )
    for reason in reasons:
        Suppression.objects.suppress([address.pk], Reason(reason), act, brand=brand)


def _switch_off(
    address_ids: Sequence[int], kind: SubscriptionType, evidence: Evidence
) -> None:
    Suppression.objects.suppress(
        address_ids,
        Reason.OWN_OPT_OUT,
        _act(Action.WITHDRAWN, evidence),
        subscription_type=kind,
    )


def _act(action: Action, evidence: Evidence) -> Act:
    return Act(
        action=action,
        mechanism=Mechanism.PREFERENCE_CENTRE,
        actor=Actor.CONTACT,
        basis=LegalBasis.CONSENT,
        evidence=evidence,
    )
