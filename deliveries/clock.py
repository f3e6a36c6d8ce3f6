"""When a mail may leave, by the clock of whoever reads it.

Pure. There are some hundred time zones and millions of readers: the moment is worked
out once for each zone, with the rules of daylight saving time, and joined in by SQL.
"""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing begins to leave; 22:00 to 07:00 spans midnight."""

    begins: dt.time
    ends: dt.time

    def holds(self, time: dt.time) -> bool:
        if self.begins < self.ends:
            return self.begins <= time < self.ends
        return time >= self.begins or time < self.ends

    def over(self, moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
        """`moment`, or the end of the quiet hours that it falls into in `zone`.

        Where the clocks go back the end comes twice: the next of the two counts.
        """
        local = moment.astimezone(zone)
        if not self.holds(local.time()):
            return moment
        late = self.begins > self.ends and local.time() >= self.begins
        day = local.date() + dt.timedelta(days=late)
        ends = (
            dt.datetime.combine(day, self.ends, zone).replace(fold=fold)
            for fold in (0, 1)
        )
        found = (end.astimezone(dt.UTC) for end in ends)
        return next((end for end in found if end > moment), moment)

    def next_begin(self, moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
        """When they begin next in `zone`, after `moment`, which is outside of them."""
        day = moment.astimezone(zone).date()
        begins = (
            dt.datetime.combine(day + dt.timedelta(days=n), self.begins, zone)
            for n in (0, 1, 2)
        )
        found = (one.replace(fold=f) for one in begins for f in (0, 1))
        return next(utc for one in found if (utc := one.astimezone(dt.UTC)) > moment)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time without a break in which mails leave evenly: those from the share `low`
    of all up to the share `high`, from `begins` to `ends`."""

    low: float
    high: float
    begins: dt.datetime
    ends: dt.datetime

    def share_at(self, moment: dt.datetime) -> float:
        """Of all, which share has left by `moment`."""
        if moment == self.ends:  # what the next one begins with, to the last bit
            return self.high
        gone = (moment - self.begins) / (self.ends - self.begins)
        return self.low + gone * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the mails of one message leave.

    `readers_at`: on which date and at what time each reader gets it, by her own clock;
    None: all at once. Whoever is past it already gets it at once. `quiet`: the hours to
    leave out, by her clock or, with `quiet_zone`, by that one. `spread`: over how long
    they leave from then on, evenly; quiet hours do not count.
    """

    home: str
    readers_at: dt.datetime | None = None
    quiet: Quiet | None = None
    quiet_zone: str = ""
    spread: dt.timedelta = dt.timedelta()

    @property
    def is_plain(self) -> bool:
        """Everybody's mail leaves at the same moment, whichever it is."""
        return not self.spread and not self.by_zone

    @property
    def by_zone(self) -> bool:
        """It depends on where somebody reads when her mail leaves."""
        by_reader = self.quiet is not None and not self.quiet_zone
        return self.readers_at is not None or by_reader

    def due(self, zone: str, earliest: dt.datetime) -> dt.datetime:
        """When the mail of a reader in `zone` leaves; '' and unknown: the account's."""
        there = zone_of(zone, self.home)
        moment = earliest
        if self.readers_at is not None:
            theirs = self.readers_at.replace(tzinfo=there).astimezone(dt.UTC)
            moment = max(moment, theirs)
        return self._not_quiet(moment, zone)

    def _not_quiet(self, moment: dt.datetime, zone: str) -> dt.datetime:
        if self.quiet is None:
            return moment
        return self.quiet.over(moment, self._clock(zone))

    def _clock(self, zone: str) -> zoneinfo.ZoneInfo:
        """By which the quiet hours of a reader in `zone` go."""
        return zone_of(self.quiet_zone or zone, self.home)

    def stretches(self, zone: str, earliest: dt.datetime) -> list[Stretch]:
        """When the mails of readers in `zone` leave that are spread over some time."""
        begins = self.due(zone, earliest).astimezone(dt.UTC)
        gone = dt.timedelta()
        found: list[Stretch] = []
        while gone < self.spread:
            ends = begins + self.spread - gone
            if self.quiet:
                ends = min(ends, self.quiet.next_begin(begins, self._clock(zone)))
            after = gone + (ends - begins)
            found.append(Stretch(gone / self.spread, after / self.spread, begins, ends))
            gone, begins = after, self._not_quiet(ends, zone).astimezone(dt.UTC)
        return found

    def until(self, zones: Iterable[str], earliest: dt.datetime) -> dt.datetime:
        """When the last mail leaves."""
        return max(self._last(zone, earliest) for zone in zones)

    def _last(self, zone: str, earliest: dt.datetime) -> dt.datetime:
        if self.spread:
            return self.stretches(zone, earliest)[-1].ends
        return self.due(zone, earliest)

    def dues(
        self, zones: Iterable[str], earliest: dt.datetime
    ) -> dict[str, dt.datetime]:
        return {zone: self.due(zone, earliest) for zone in zones}

    def departures(
        self, people: Mapping[str, int], earliest: dt.datetime
    ) -> list[tuple[dt.datetime, int]]:
        """(moment, people), the first moment first. `people`: how many in each zone.
        Spread over hours: who leaves in the time that begins then."""
        found: Counter[dt.datetime] = Counter()
        for zone, count in people.items():
            if self.spread:
                found.update(self._steps(zone, count, earliest))
            else:
                found[self.due(zone, earliest).astimezone(dt.UTC)] += count
        return sorted(found.items())

    def _steps(
        self, zone: str, count: int, earliest: dt.datetime
    ) -> Counter[dt.datetime]:
        """How many of `count` leave in each step; they add up to `count`."""
        found: Counter[dt.datetime] = Counter()
        for one in self.stretches(zone, earliest):
            moment, gone = one.begins, _up_to(one.low, count)
            while moment < one.ends:
                ends = min(_next_hour(moment, self.step), one.ends)
                upto = _up_to(one.share_at(ends), count)
                found[moment] += upto - gone
                moment, gone = ends, upto
        return +found

    @property
    def step(self) -> int:
        """Of how many hours a step is, that there are not too many."""
        hours = self.spread / dt.timedelta(hours=1)
        return next((one for one in (1, 2, 3, 6) if hours / one <= MOST_STEPS), 12)


# rows that can still be taken in
MOST_STEPS = 12


def _up_to(share: float, count: int) -> int:
    """How many of `count` have left with this share of all: the first leaves at once,
    whatever a sum of fractions makes of a whole number."""
    return math.ceil(share * count - 1e-6)


def _next_hour(moment: dt.datetime, step: int) -> dt.datetime:
    """The next full hour that `step` hours divide, so that zones share their steps."""
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole + dt.timedelta(hours=step - whole.hour % step)


def zone_of(name: str, home: str) -> zoneinfo.ZoneInfo:
    """A time zone by its name, or that of `home` where there is none of this name."""
    try:
        return zoneinfo.ZoneInfo(name or home)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo(home)


# the first place on earth where a day begins
FIRST = dt.timezone(dt.timedelta(hours=14))


def first_moment(readers_at: dt.datetime) -> dt.datetime:
    """When the first reader of all may get what each gets at `readers_at`."""
    return readers_at.replace(tzinfo=FIRST)
