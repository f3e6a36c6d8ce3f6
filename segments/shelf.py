"""Lists of segments and members: tabs, and how a segment has grown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Job
from accounts.numbers import number
from accounts.paging import Order, Page
from contacts.models import Contact, ContactQuerySet
from segments.exporting import exportable, plain
from segments.fields import Field
from segments.models import (
    Segment,
    SegmentDay,
    SegmentKind,
    SegmentQuerySet,
    fillings,
)
from segments.operators import Operator, Type
from segments.vocabulary import Vocabulary
from segments.watching import told

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TABS: dict[str, Callable[[SegmentQuerySet], SegmentQuerySet]] = {
    "": lambda found: found.current(),
    "active": lambda found: found.current().filter(kind=SegmentKind.ACTIVE),
    "static": lambda found: found.current().filter(kind=SegmentKind.STATIC),
    "archived": lambda found: found.filter(archived_at__isnull=False),
}
LABELS = {
    "": gettext_lazy("All"),
    "active": gettext_lazy("Active"),
    "static": gettext_lazy("Static"),
    "archived": gettext_lazy("Archived"),
}
HISTORY_DAYS = 30
LATEST = 5
USUAL = ("delivered", "last_opened_at")
MOST_COLUMNS = 6
MOMENTS: dict[Type, Callable[[str], dt.date]] = {
    Type.DATE: dt.date.fromisoformat,
    Type.DATETIME: dt.datetime.fromisoformat,
}


def tabs(current: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": f"?show={key}" if key else "?",
            "current": key == current,
        }
        for key, label in LABELS.items()
    ]


def tell_progress(segments: Iterable[Segment]) -> dict[int, Job]:
    """Give each its `progress`; the jobs that fill them now, by their ids."""
    asked = list(segments)
    jobs = fillings(asked)
    for one in asked:
        one.progress = told(jobs.get(one.pk), one.refresh_ms)
    return jobs


def inside(segment: Segment, contacts: ContactQuerySet) -> ContactQuerySet:
    """Those of `contacts` who are in `segment`, with `.joined_at`, to be read BY_STAY.

    Joined to the one stay of each: a page far behind begins in the index of members
    where the one before it ended.
    """
    return contacts.filter(
        segment_stays__segment=segment, segment_stays__left_at=None
    ).annotate(
        joined_at=F("segment_stays__joined_at"), stay=F("segment_stays__contact_id")
    )


# the newest contact first
BY_STAY = Order(falling=True, key="stay")


def alike(fields: Sequence[Field]) -> list[tuple[tuple[Operator, ...], list[Field]]]:
    """Fields that are asked in the same ways together, in their order."""
    found: dict[tuple[Operator, ...], list[Field]] = {}
    for field in fields:
        found.setdefault(field.operators, []).append(field)
    return list(found.items())


@dataclass(frozen=True, slots=True)
class Cell:
    """What a chosen column says of somebody."""

    label: StrOrPromise
    text: str
    is_number: bool = False
    # in whose own zone the page shows it
    moment: dt.date | None = None


def columns_of(asked: Sequence[str], words: Vocabulary) -> list[Field]:
    """The chosen columns that there are, or the usual ones."""
    offered = {one.key: one for one in exportable(words)}
    found = [offered[key] for key in dict.fromkeys(asked) if key in offered]
    return (found or [offered[key] for key in USUAL])[:MOST_COLUMNS]


def with_columns(contacts: ContactQuerySet, fields: Sequence[Field]) -> ContactQuerySet:
    return contacts.annotate(**{f"cell_{n}": plain(x) for n, x in enumerate(fields)})


def fill_in(page: Page[Contact], fields: Sequence[Field], words: Vocabulary) -> None:
    """Give each row its `cells`."""
    names = [words.choices(one) if one.choices or one.options else {} for one in fields]
    for contact in page.rows:
        contact.cells = [  # type: ignore[attr-defined]  # for the template alone
            _cell(one, getattr(contact, f"cell_{n}"), names[n])
            for n, one in enumerate(fields)
        ]


def _cell(field: Field, text: str | None, names: Mapping[str, str]) -> Cell:
    text = text or ""
    if text and field.type in MOMENTS:
        return Cell(field.label, text, moment=MOMENTS[field.type](text))
    if field.type is Type.BOOLEAN:
        text = {"true": _("yes"), "false": _("no")}.get(text, text)
    return Cell(field.label, names.get(text, text), field.type is Type.NUMBER)


def history(segment: Segment, today: dt.date) -> dict[str, Any]:
    """How large it was each day of a month, who came and went, and who went last."""
    first = today - dt.timedelta(days=HISTORY_DAYS - 1)
    days = {one.day: one for one in segment.days.filter(day__gte=first)}
    gone = segment.stays.filter(left_at__isnull=False).select_related("contact")
    return {
        "joined": sum(one.joined for one in days.values()),
        "left": sum(one.left for one in days.values()),
        "latest": gone.order_by("-left_at")[:LATEST],
        **_curve(segment, first, days),
    }


def _curve(
    segment: Segment, first: dt.date, days: Mapping[dt.date, SegmentDay]
) -> dict[str, Any]:
    """The chart; none before the second day."""
    before = segment.days.filter(day__lt=first).order_by("-day").first()
    size = before.size if before else None
    every = [first + dt.timedelta(days=n) for n in range(HISTORY_DAYS)]
    sizes: list[int | None] = []
    for day in every:
        size = days[day].size if day in days else size
        sizes.append(size)
    known = [one for one in sizes if one is not None]
    if len(known) < 2:
        return {"series": []}
    return {
        "labels": [formats.date_format(day, "j M") for day in every],
        "series": [{"label": _("Contacts"), "values": sizes}],
        "finding": _finding(known[0], known[-1]),
    }


def _finding(first: int, last: int) -> str:
    if first == last:
        said = _("As large as at the start of the curve: %(last)s.")
    elif last > first:
        said = _("Grew from %(first)s to %(last)s.")
    else:
        said = _("Shrank from %(first)s to %(last)s.")
    return said % {"first": number(first), "last": number(last)}
