"""Lists of segments and members: tabs, and how a segment has grown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from contacts.models import ContactQuerySet
from segments.models import Segment, SegmentKind, SegmentQuerySet

TABS: dict[str, Callable[[SegmentQuerySet], SegmentQuerySet]] = {
    "": lambda found: found.current(),
    "active": lambda found: found.current().filter(kind=SegmentKind.ACTIVE),
    "static": lambda found: found.current().filter(kind=SegmentKind.STATIC),
    "archived": lambda found: found.filter(archived_at__isnull=False),
}
LABELS = {"": "All", "active": "Active", "static": "Static", "archived": "Archived"}
HISTORY_DAYS = 30
LATEST = 5


def tabs(current: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": f"?show={key}" if key else "?",
            "current": key == current,
        }
        for key, label in LABELS.items()
    ]


def with_joined(segment: Segment, contacts: ContactQuerySet) -> ContactQuerySet:
    """`contacts` with `.joined_at`: since when each is in `segment`."""
    stay = segment.stays.filter(left_at=None, contact_id=OuterRef("pk"))
    return contacts.annotate(joined_at=Subquery(stay.values("joined_at")[:1]))


def history(segment: Segment) -> dict[str, Any]:
    """How many came and went in the last 30 days, and who went last."""
    since = timezone.now() - dt.timedelta(days=HISTORY_DAYS)
    gone = segment.stays.filter(left_at__gte=since)
    return {
        "joined": segment.stays.filter(joined_at__gte=since).count(),
        "left": gone.count(),
        "latest": gone.select_related("contact").order_by("-left_at")[:LATEST],
    }
