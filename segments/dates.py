"""What a date in a filter means: the account's days, as half-open intervals. Pure.

"After" a day begins with the next one, "before" ends where the day begins; "more than
two weeks ago" is before the day that was two weeks ago. What is relative is relative to
the account's today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import ngettext

from accounts.numbers import number

FIRST_DAY = dt.date(1800, 1, 1)
LAST_DAY = dt.date(2999, 12, 31)
LONGEST_SPAN = 9999
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment of asking and the account's time zone."""

    now: dt.datetime
    zone: ZoneInfo

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def start(self, day: dt.date) -> dt.datetime:
        """The first moment of the account's `day`, UTC."""
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """So many days, weeks, months or years."""

    number: int
    unit: str

    def before(self, day: dt.date) -> dt.date:
        return _shift(day, -self.number, self.unit)

    def after(self, day: dt.date) -> dt.date:
        return _shift(day, self.number, self.unit)

    def __str__(self) -> str:
        return _SAID[self.unit](self.number) % {"count": number(self.number)}


_SAID: dict[str, Callable[[int], str]] = {
    "days": lambda n: ngettext("%(count)s day", "%(count)s days", n),
    "weeks": lambda n: ngettext("%(count)s week", "%(count)s weeks", n),
    "months": lambda n: ngettext("%(count)s month", "%(count)s months", n),
    "years": lambda n: ngettext("%(count)s year", "%(count)s years", n),
}


def _shift(day: dt.date, number: int, unit: str) -> dt.date:
    if unit in ("days", "weeks"):
        return day + dt.timedelta(days=number * (7 if unit == "weeks" else 1))
    months = day.year * 12 + day.month - 1 + number * (12 if unit == "years" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= LAST_DAY.year:
        return FIRST_DAY if number < 0 else LAST_DAY
    last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - ONE_DAY).day
    return dt.date(year, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class Interval:
    """From the start of day `low` to before the start of day `high`; None: no end.

    `past`: nothing later than now; `future`: nothing that is over by now.
    """

    low: dt.date | None = None
    high: dt.date | None = None
    past: bool = False
    future: bool = False


Operand = dt.date | tuple[dt.date, dt.date] | Span


def interval(operator: str, operand: Operand, today: dt.date) -> Interval:
    """The days that `operator` means. "not_between" is the complement of "between"."""
    if isinstance(operand, Span):
        return _relative(operator, operand, today)
    if isinstance(operand, tuple):
        return Interval(min(operand), max(operand) + ONE_DAY)
    return {
        "before": Interval(high=operand),
        "after": Interval(low=operand + ONE_DAY),
        "on": Interval(operand, operand + ONE_DAY),
    }[operator]


def _relative(operator: str, span: Span, today: dt.date) -> Interval:
    ago = span.before(today)
    return {
        "more_than_ago": Interval(high=ago),
        "less_than_ago": Interval(low=ago + ONE_DAY, past=True),
        "in_last": Interval(low=ago, past=True),
        "in_next": Interval(high=span.after(today) + ONE_DAY, future=True),
    }[operator]


def moments(
    days: Interval, clock: Clock
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The half-open interval of moments that `days` means."""
    start = clock.start(days.low) if days.low else None
    end = clock.start(days.high) if days.high else None
    tick = dt.timedelta(microseconds=1)
    if days.past:
        end = clock.now + tick
    if days.future:
        start = clock.now + tick
    return start, end
