"""Why mail came back, and what is done about it: the policy, as tables.

Two things are kept apart: what is reported (kind and category) and what is done to
the address. Only a mailbox that is not there ends an address at once. What a server
holds against the sender (policy, reputation, content, authentication) never touches
the address: it says nothing about whether somebody reads there.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from bounces.rules.causes import CAUSES


class Kind(models.TextChoices):
    """What is reported."""

    HARD = "hard", "Hard bounce"
    SOFT = "soft", "Soft bounce"
    BLOCK = "block", "Blocked"
    COMPLAINT = "complaint", "Spam complaint"


class Doing(models.TextChoices):
    """What is done to the address."""

    DEAD = "dead", "Blocked for good at once"
    COUNT = "count", "Counted; blocked when it goes on"
    COUNT_FULL = "count_full", "Counted as full; blocked when it goes on"
    NOTHING = "nothing", "Nothing"
    COMPLAINED = "complained", "No more marketing"


@dataclass(frozen=True, slots=True)
class Category:
    kind: Kind
    doing: Doing
    meaning: str


CATEGORIES: dict[str, Category] = {
    key: Category(Kind(kind), Doing(doing), meaning)
    for key, (kind, doing, meaning) in CAUSES.items()
}
COMPLAINT = "complaint"
