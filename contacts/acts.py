"""What somebody who works here does to a permission, as the ledger has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from consent.models import OwnLimit, Seldom, Suppression, TrackingChoice
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason


def act_of(
    user: User,
    action: Action,
    explanation: str,
    source: dict[str, Any] | None = None,
    **more: object,
) -> Act:
    """Of somebody who works here, or of a program in her name."""
    via = {"via": user.via} if user.via else {}
    return Act(
        action=action,
        mechanism=Mechanism.API if user.via else Mechanism.STAFF,
        actor=Actor.PROGRAM if user.via else Actor.STAFF,
        explanation=explanation,
        user_id=user.pk,
        source={**(source or {}), **via},
        **more,  # type: ignore[arg-type]
    )


def take_along(
    user: User, before: int, after: int, reasons: Iterable[Reason], explanation: str
) -> None:
    """What was said no to at the address `before` holds at `after` as well, since the
    same day and in the same batch; so do a no to being tracked and a wish for fewer
    emails. Both are locked."""
    said = Suppression.objects.active().filter(address=before, reason__in=list(reasons))
    for no in said.select_related("brand", "subscription_type"):
        act = act_of(
            user,
            Action.WITHDRAWN,
            explanation,
            {"suppression": no.pk},
            occurred_at=no.occurred_at,
            batch_id=no.batch_id,
            until=no.until,
        )
        Suppression.objects.suppress(
            [after],
            Reason(no.reason),
            act,
            brand=no.brand,
            subscription_type=no.subscription_type,
        )
    untracked = TrackingChoice.objects.filter(address=before, agreed=False)
    for choice in untracked.select_related("brand"):
        act = act_of(
            user,
            Action.TRACKING_REFUSED,
            explanation,
            {"record": choice.record_id},
            occurred_at=choice.said_at,
        )
        TrackingChoice.objects.say([after], choice.brand, act, agreed=False)
    _take_wishes_along(user, before, after, explanation)


def _take_wishes_along(user: User, before: int, after: int, explanation: str) -> None:
    wishes = OwnLimit.objects.in_force().filter(address=before)
    for wish in wishes.select_related("subscription_type"):
        act = act_of(
            user,
            Action.FEWER,
            explanation,
            {"record": wish.record_id},
            occurred_at=wish.said_at,
        )
        days = Seldom(wish.days or 0)
        OwnLimit.objects.say([after], wish.subscription_type, act, days)
