"""Lists of segments and members: tabs, keyset pages, and how a segment has grown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.web import SignedIn
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


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, newest first, and the addresses of the rows before and after them."""

    rows: list[Any]
    previous: str
    next: str

    @property
    def shown(self) -> str:
        return f"{len(self.rows):,} shown"


def page_of(request: SignedIn, rows: QuerySet[Any], size: int) -> Page:
    """The page that `?before=` or `?after=` (keys of a row) asks for."""
    before, after = _key(request, "before"), _key(request, "after")
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        more_up, page = len(found) > size, found[:size][::-1]
        more_down = True
    else:
        down = rows.filter(pk__lt=before) if before is not None else rows
        found = list(down.order_by("-pk")[: size + 1])
        more_up, page = before is not None, found[:size]
        more_down = len(found) > size
    up = _link(request, "after", page[0].pk) if page and more_up else ""
    return Page(
        page, up, _link(request, "before", page[-1].pk) if page and more_down else ""
    )


def _key(request: SignedIn, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _link(request: SignedIn, name: str, pk: int) -> str:
    kept = request.GET.copy()
    kept.pop("before", None)
    kept.pop("after", None)
    kept[name] = str(pk)
    return f"?{kept.urlencode()}"


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
