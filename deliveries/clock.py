"""When a mail may leave, by the clock of whoever reads it.

Pure. There are some hundred time zones and millions of readers: the moment is worked
out once for each zone, with the rules of daylight saving time, and joined in by SQL.
"""

from __future__ import annotations

import datetime as dt
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


@dataclass(frozen=True, slots=True)
class Plan:
    """How the mails of one message leave.

    `readers_at`: on which date and at what time each reader gets it, by her own clock;
    None: all at once. Whoever is past it already gets it at once. `quiet`: the hours to
    leave out, by her clock or, with `quiet_zone`, by that one.
    """

    home: str
    readers_at: dt.datetime | None = None
    quiet: Quiet | None = None
    quiet_zone: str = ""

    @property
    def is_plain(self) -> bool:
        """Everybody's mail leaves at the same moment, whichever it is."""
        return self.readers_at is None and (self.quiet is None or bool(self.quiet_zone))

    def due(self, zone: str, earliest: dt.datetime) -> dt.datetime:
        """When the mail of a reader in `zone` leaves; '' and unknown: the account's."""
        there = zone_of(zone, self.home)
        moment = earliest
        if self.readers_at is not None:
            theirs = self.readers_at.replace(tzinfo=there).astimezone(dt.UTC)
            moment = max(moment, theirs)
        if self.quiet is None:
            return moment
        clock = zone_of(self.quiet_zone, self.home) if self.quiet_zone else there
        return self.quiet.over(moment, clock)

    def dues(
        self, zones: Iterable[str], earliest: dt.datetime
    ) -> dict[str, dt.datetime]:
        return {zone: self.due(zone, earliest) for zone in zones}

    def departures(
        self, people: Mapping[str, int], earliest: dt.datetime
    ) -> list[tuple[dt.datetime, int]]:
        """(moment, people), the first moment first. `people`: how many in each zone."""
        found: Counter[dt.datetime] = Counter()
        for zone, count in people.items():
            found[self.due(zone, earliest).astimezone(dt.UTC)] += count
        return sorted(found.items())


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
