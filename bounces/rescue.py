"""People whom a bounce blocked, and whom the rules of today would not block.

The stored words decide (bounces/rejudging.py reads them anew). Nobody comes back by
itself: somebody looks, and releases; outside the quota, and written down like every
other release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import AuditEntry, User
from accounts.roles import Right
from bounces.categories import CATEGORIES
from bounces.models import Bounce, Kept, Release, Way
from bounces.policy import AGAINST_US, ENDING, LOST_DOMAIN, WEARING, Policy
from bounces.rejudging import old
from bounces.unbouncing import NotUnbounced, lift
from consent.models import BATCH_SIZE, Address, Grant, Suppression
from consent.vocabulary import (
    BOUNCE_REASON,
    MAILABLE_GRADES,
    Act,
    Action,
    Actor,
    LiftedBy,
    Mechanism,
    Reason,
)
from contacts.models import HardBounceReason

BY_BOUNCE = (Reason.DEAD_ADDRESS, Reason.BOUNCED)
# two failures are the fewest that ever block anybody
FEWEST = 2


def candidates() -> QuerySet[Suppression]:
    """Blocks by a bounce for which nothing on file speaks any more, but for those that
    somebody looked at and kept."""
    mine = old().filter(address=OuterRef("address"))
    worn = mine.filter(WEARING).order_by().values("address")
    worn = worn.annotate(n=Count("delivery_id", distinct=True)).filter(n__gte=FEWEST)
    held = Q(Exists(worn))
    if Policy.current().is_strict:
        held |= Q(Exists(mine.filter(AGAINST_US)))
    return (
        Suppression.objects.active()
        .filter(Exists(mine.exclude(words="")), reason__in=BY_BOUNCE)
        .exclude(record__source__has_key="domain")  # the DNS said it, no bounce
        .exclude(Exists(mine.filter(ENDING | Q(category=LOST_DOMAIN))))
        .exclude(held, reason=Reason.BOUNCED)
        .exclude(Kept.objects.of_the_address())
    )


def mailable(blocks: QuerySet[Suppression]) -> QuerySet[Suppression]:
    """Those of these who agreed, and whom nothing else keeps from being mailed."""
    same = OuterRef("address")
    others = Suppression.objects.active().filter(address=same)
    others = others.exclude(reason__in=BY_BOUNCE)
    agreed = Grant.objects.filter(address=same, grade__in=MAILABLE_GRADES)
    return blocks.filter(Exists(agreed), address__contact__isnull=False).exclude(
        Exists(others)
    )


def grouped(blocks: QuerySet[Suppression]) -> list[dict[str, Any]]:
    """How many by what their newest bounce is called today, as rows of ui/bars.html."""
    newest = old().filter(address=OuterRef("address")).order_by("-at", "-pk")
    named = blocks.annotate(now=Subquery(newest.values("category")[:1]))
    counted = named.values("now").annotate(count=Count("pk")).order_by("-count", "now")
    return [
        {"label": CATEGORIES[row["now"]].meaning, "count": row["count"]}
        for row in counted
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """One block on the page, with the newest bounce of its address."""

    block: Suppression
    bounce: Bounce

    @property
    def was(self) -> str:
        """What it was called when it blocked the address."""
        found = CATEGORIES.get(self.bounce.first_category or self.bounce.category)
        return found.meaning if found else ""

    @property
    def now(self) -> str:
        return CATEGORIES[self.bounce.category].meaning


def rows_of(blocks: Iterable[Suppression]) -> list[Row]:
    """One question for all of them."""
    found = list(blocks)
    newest = {one.address_id: one for one in _newest(b.address_id for b in found)}
    return [Row(one, newest[one.address_id]) for one in found]


def _newest(address_ids: Iterable[int]) -> QuerySet[Bounce]:
    mine = old().filter(address__in=list(address_ids))
    return mine.order_by("address", "-at", "-pk").distinct("address")


def refuse_others(user: User) -> None:
    """NotUnbounced unless `user` may decide who comes back."""
    if not user.may(Right.UNBOUNCE):
        raise NotUnbounced(
            "You may not decide who is released. An administrator can do it, or give"
            " you a role that may."
        )


@transaction.atomic
def release(user: User, blocks: Collection[int] | None = None) -> int:
    """Give back those of these blocks, by their numbers, that are still in the report;
    without numbers as many as go into one batch. How many addresses are free now."""
    refuse_others(user)
    asked = candidates() if blocks is None else candidates().filter(pk__in=blocks)
    ids = list(asked.order_by("pk").values_list("address_id", flat=True)[:BATCH_SIZE])
    Address.objects.lock(ids)
    still = candidates().filter(address__in=ids).select_related("record")
    was = {one.address_id: _was(one) for one in still}
    free = lift(sorted(was), _act(user), way=LiftedBy.RESCUE)
    Release.objects.bulk_create(
        Release(
            address_id=one.address_id,
            way=Way.RESCUE,
            user=user,
            was=was[one.address_id],
            words=one.words,
            note=f"By today’s rules: {CATEGORIES[one.category].meaning}",
        )
        for one in _newest(free)
    )
    AuditEntry.objects.record(
        user, "released people judged anew", detail={"released": len(free)}
    )
    return len(free)


def _was(block: Suppression) -> str:
    usual = HardBounceReason.UNKNOWN_USER
    if block.reason != Reason.DEAD_ADDRESS:
        usual = HardBounceReason.OTHER
    return str(block.record.source.get(BOUNCE_REASON, usual))


def _act(user: User) -> Act:
    return Act(
        action=Action.RELEASED,
        mechanism=Mechanism.STAFF,
        actor=Actor.STAFF,
        user_id=user.pk,
        explanation="What the server said means something else by the rules of today.",
        source={"rescue": True},
    )
