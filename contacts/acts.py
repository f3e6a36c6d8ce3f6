"""What somebody who works here does to a permission, as the ledger has it."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from consent.vocabulary import Act, Action, Actor, Mechanism


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
