"""One number from 1 to 10 for the mail of the last month, and what it is made of.

Pure. Ten points are to be had, more of them where mailbox providers look harder. What
nobody measured is left out, and the rest counts for the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bounces.complaints import LIMIT
from console.mail_rates import MEASURES, Place

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Part:
    """`points` for the rate `full`, none for `none`, and in between their share."""

    label: StrOrPromise
    part: str
    base: str
    points: int
    full: float
    none: float


# Bounces, reports and noes cost points from the first on, and all of them at the limit
# of the judgements. Of opens and clicks what newsletters usually have (machines do not
# count) earns all; opens are estimated and weigh least.
PARTS: tuple[Part, ...] = (
    Part(_("Hard bounces"), "hard", "sent", 3, 0, 0.05),
    Part(_("Spam reports"), "complaints", "told", 3, 0, LIMIT),
    Part(_("Unsubscribes"), "unsubscribed", "delivered", 1, 0, 0.03),
    Part(_("Clicks"), "clicked", "click_tracked", 2, 0.02, 0),
    Part(_("Opens"), "opened", "open_tracked", 1, 0.25, 0),
)
# no good rate makes up for one beyond its limit
MOST_BEYOND_A_LIMIT = 4
# the score up to which each word holds, and its look
WORDS: tuple[tuple[int, StrOrPromise, str], ...] = (
    (2, pgettext_lazy("score", "Poor"), "too_many"),
    (4, pgettext_lazy("score", "Needs work"), "too_many"),
    (6, pgettext_lazy("score", "Okay"), "many"),
    (7, pgettext_lazy("score", "Good"), "well"),
    (8, pgettext_lazy("score", "Very good"), "well"),
    (10, pgettext_lazy("score", "Excellent"), "well"),
)
UNKNOWN: dict[str, StrOrPromise] = {
    "told": _("no provider told"),
    "": _("not tracked"),
}


@dataclass(frozen=True, slots=True)
class Scored:
    """One part with its rate; `points` is None where nobody measured it."""

    part: Part
    rate: str
    points: float | None

    @property
    def words(self) -> str:
        if self.points is None:
            return str(UNKNOWN.get(self.part.base, UNKNOWN[""]))
        return gettext("%(points)s of %(most)s") % {
            "points": number_format(round(self.points, 1), 1),
            "most": self.part.points,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """`value`: 1 to 10. `limited`: a rate beyond its limit keeps it down."""

    value: int
    parts: tuple[Scored, ...]
    limited: bool

    @classmethod
    def of(cls, place: Place) -> Score:
        parts = tuple(_scored(place))
        known = [one for one in parts if one.points is not None]
        had = sum(one.points or 0 for one in known)
        possible = sum(one.part.points for one in known)
        value = max(1, round(10 * had / possible)) if possible else 1
        beyond = any(place.judged(one) == "too_many" for one in MEASURES)
        most = MOST_BEYOND_A_LIMIT if beyond else 10
        return cls(min(value, most), parts, limited=value > most)

    @property
    def word(self) -> StrOrPromise:
        return self._word[1]

    @property
    def look(self) -> str:
        return self._word[2]

    @property
    def _word(self) -> tuple[int, StrOrPromise, str]:
        return next(row for row in WORDS if self.value <= row[0])


def _scored(place: Place) -> Iterator[Scored]:
    for one in PARTS:
        share = place.share(one.part, one.base)
        points = None if share is None else one.points * _portion(one, share)
        yield Scored(one, place.rate(one.part, one.base), points)


def _portion(part: Part, share: float) -> float:
    """Of the points, from 0 to 1."""
    way = (share - part.none) / (part.full - part.none)
    return min(1.0, max(0.0, way))
