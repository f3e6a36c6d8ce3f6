"""When the mails of an email leave, by whose clock, in numbers that add up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count
from django.utils import timezone

from campaigns.audience import people_with
from campaigns.models import MarketingEmail
from deliveries.audience import plan_of
from deliveries.models import Delivery, DeliveryState
from deliveries.room import roomy


def departures(
    email: MarketingEmail, earliest: dt.datetime | None = None
) -> list[dict[str, Any]]:
    """Rows of ui/bars.html: a moment and how many mails leave then, at the earliest at
    `earliest` (now); empty where all leave at once. Asks everybody once."""
    theirs = email.readers_at if email.scheduled_at else None
    plan = plan_of(theirs and theirs.replace(tzinfo=None))
    start = max(earliest or timezone.now(), timezone.now())
    if plan.is_plain and plan.due("", start) == start:
        return []
    with roomy():
        zones = people_with(email, "").order_by().values_list("time_zone")
        people = dict(zones.annotate(people=Count("pk")))
    return [
        {"label": _label(moment, start), "count": count, "tint": "d1"}
        for moment, count in plan.departures(people, start)
    ]


def next_moment(email: MarketingEmail) -> dt.datetime | None:
    """When the next mail may leave, while all that is left waits for its hour."""
    queued = Delivery.objects.filter(
        message=email.message_id, state=DeliveryState.QUEUED
    )
    first = queued.order_by("due_at").values_list("due_at", flat=True).first()
    return first if first and first > timezone.now() else None


def _label(moment: dt.datetime, start: dt.datetime) -> str:
    """By the clock of whoever looks."""
    if moment <= start:
        return "At once"
    return f"{timezone.localtime(moment):%a %-d %b, %H:%M}"
