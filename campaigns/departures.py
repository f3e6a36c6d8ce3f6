"""When the mails of an email leave, by whose clock, in numbers that add up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from campaigns.audience import people_with
from campaigns.models import LAUNCH_GRACE, MarketingEmail
from campaigns.models.states import SPREADS
from deliveries import pace
from deliveries.audience import AT_ONCE, plan_of
from deliveries.clock import Plan
from deliveries.models import Delivery, DeliveryState
from deliveries.room import roomy


@dataclass(frozen=True, slots=True)
class Leaving:
    """`rows` of ui/bars.html: a moment and how many mails leave then, or in the hours
    that begin then; empty where all leave at once. `ends`: by hours, when the last
    leaves where they are spread over so many."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    ends: dict[int, dt.datetime] = field(default_factory=dict)

    @property
    def people(self) -> int:
        return sum(one["count"] for one in self.rows)


def leaving(email: MarketingEmail, earliest: dt.datetime | None = None) -> Leaving:
    """As planned, at the earliest at `earliest` (now); of a draft, if sent now. Asks
    everybody once, and nobody where all leave at once."""
    planned = email.scheduled_at is not None
    theirs = email.readers_on_their_clock if planned else None
    plan = plan_of(theirs, email.spread if planned else AT_ONCE)
    start = max(earliest or timezone.now(), timezone.now())
    if plan.is_plain and plan.due("", start) == start:
        return Leaving([], _ends(plan, [""], start + LAUNCH_GRACE))
    people = _zones(email)
    rows = [
        {"label": _label(moment, start), "count": count, "tint": "d1"}
        for moment, count in plan.departures(people, start)
    ]
    return Leaving(rows, _ends(plan, list(people) or [""], start))


def _zones(email: MarketingEmail) -> dict[str, int]:
    """How many who get it read in which time zone."""
    with roomy():
        zones = people_with(email, "").order_by().values_list("time_zone")
        return dict(zones.annotate(people=Count("pk")))


def _ends(plan: Plan, zones: list[str], start: dt.datetime) -> dict[int, dt.datetime]:
    """Of every offer, and of what is planned."""
    planned = int(plan.spread / dt.timedelta(hours=1))
    found = {}
    for hours in {*SPREADS, planned}:
        spread = replace(plan, spread=dt.timedelta(hours=hours))
        found[hours] = spread.until(zones, start)
    return found


def next_moment(email: MarketingEmail) -> dt.datetime | None:
    """When the next mail may leave, while all that is left waits for its hour."""
    first = _queued(email).order_by("due_at").values_list("due_at", flat=True).first()
    return first if first and first > timezone.now() else None


def last_moment(email: MarketingEmail, waiting: int) -> dt.datetime | None:
    """When the last of an email leaves that is spread over hours and has so many left,
    where nothing stops it again."""
    if not (email.spread_hours and email.message_id):
        return None
    last = _queued(email).order_by("-due_at").values_list("due_at", flat=True).first()
    evenly = pace.over(email.message_id, waiting, timezone.now())
    return max(last, evenly) if last and evenly else last


def _queued(email: MarketingEmail) -> QuerySet[Delivery]:
    return Delivery.objects.filter(message=email.message_id, state=DeliveryState.QUEUED)


def _label(moment: dt.datetime, start: dt.datetime) -> str:
    """By the clock of whoever looks."""
    if moment <= start:
        return "At once"
    return f"{timezone.localtime(moment):%a %-d %b, %H:%M}"
