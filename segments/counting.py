"""How many, and who for example: quick answers while conditions are built."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import OperationalError
from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from accounts.numbers import number
from consent.models import SubscriptionType, Suppression
from consent.vocabulary import BOUNCE_REASONS, OPT_OUT_REASONS
from contacts.models import Contact, ContactQuerySet
from deliveries.refusals import mailable
from deliveries.room import roomy

# A live count may take this long; then the planner's estimate is shown instead.
PATIENCE_MS = 1500
# and so long each count at least, when those before it took all the time there was
LEAST_MS = 50
# planning takes a few of these; on a full machine it waits for its turn
PLANNING_MS = 2000
SAMPLE = 5
SEEDS = 1000


class Patience:
    """What all counts of one page may take together, in milliseconds."""

    def __init__(self, milliseconds: int) -> None:
        self.until = time.monotonic() + milliseconds / 1000

    @property
    def left_ms(self) -> int:
        return max(LEAST_MS, int((self.until - time.monotonic()) * 1000))


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of contacts; `about`: the database's estimate, not counted."""

    number: int
    about: bool = False

    def __str__(self) -> str:
        return f"{'≈ ' if self.about else ''}{number(self.number)}"


def count(condition: Q, *, patience_ms: int = PATIENCE_MS) -> Counted:
    """How many contacts fulfil `condition`, exactly when that is quick."""
    contacts = Contact.objects.filter(condition)
    try:
        with roomy(patience_ms):
            return Counted(contacts.count())
    except OperationalError:
        with roomy(PLANNING_MS):
            return Counted(estimated(contacts), about=True)


def estimated(contacts: ContactQuerySet) -> int:
    """About how many these are, from the statistics of the database."""
    plan = json.loads(contacts.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


def count_each(
    conditions: Mapping[int, Q], *, patience_ms: int = PATIENCE_MS
) -> dict[int, int]:
    """Many simple counts in one pass; what takes too long is left out."""
    if not conditions:
        return {}
    columns = {
        f"c{key}": Count("pk", filter=condition)
        for key, condition in conditions.items()
    }
    try:
        with roomy(patience_ms):
            found = Contact.objects.aggregate(**columns)
    except OperationalError:
        return {}
    return {key: found[f"c{key}"] for key in conditions}


def sample(condition: Q, seed: int, *, patience_ms: int = PATIENCE_MS) -> list[Contact]:
    """A few who fulfil `condition`, others for another seed (0 to 999)."""
    contacts = Contact.objects.filter(condition).order_by("pk")
    try:
        with roomy(patience_ms):
            ends = Contact.objects.aggregate(first=Min("pk"), last=Max("pk"))
            before = (ends["first"] or 1) - 1
            start = before + ((ends["last"] or 0) - before) * (seed % SEEDS) // SEEDS
            found = list(contacts.filter(pk__gt=start)[:SAMPLE])
            if len(found) < SAMPLE:
                rest = contacts.filter(pk__lte=start)
                found += list(rest[: SAMPLE - len(found)])
            return found
    except OperationalError:
        return []


@dataclass(frozen=True, slots=True)
class Reach:
    """Of some contacts: who may be emailed about one subscription, who not and why."""

    can: int
    opted_out: int
    bounced: int


def reach(
    condition: Q,
    subscription_type: SubscriptionType,
    *,
    patience_ms: int = PATIENCE_MS,
) -> Reach | None:
    """How far an email about this reaches; None when that takes too long.

    Who opted out and bounced is one who opted out: there is no way back to her.
    """
    contacts = Contact.objects.filter(condition)
    noes = Suppression.objects.active().covering(subscription_type)
    hers = noes.filter(address=OuterRef("address_id"))
    opted_out = Exists(hers.filter(reason__in=OPT_OUT_REASONS))
    bounced = Exists(hers.filter(reason__in=BOUNCE_REASONS))
    try:
        with roomy(patience_ms):
            found = contacts.aggregate(
                opted_out=Count("pk", filter=opted_out),
                bounced=Count("pk", filter=bounced & ~opted_out),
            )
            return Reach(mailable(contacts, subscription_type).count(), **found)
    except OperationalError:
        return None


def total() -> int:
    return Contact.objects.count()
