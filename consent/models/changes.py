"""The feed of everything that is written into the ledger, for whoever has to follow.

Ordered by the transaction that wrote it, and only as far as no older transaction is
open: whatever commits late comes behind what was read, never before it, and is not
lost. A number of a row, or a clock, could not say that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

_PLACE = re.compile(
    r"([0-9]{1,20})\.([0-9]{1,10})\.([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,9})"
)
# the timeline is the one that is written now: a backup from which the server goes on,
# or a standby that takes its place, begins the next one
_NOW = """
SELECT system_identifier,
    ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint
FROM pg_control_system()
"""
_WRITTEN = """
SELECT FROM consent_consentchange
WHERE id = %(change)s AND transaction = %(transaction)s::text::xid8
"""
_BEHIND = """
SELECT c.transaction::text::bigint, c.id, r.place, r.record
FROM consent_consentchange c
CROSS JOIN LATERAL unnest(c.records) WITH ORDINALITY AS r (record, place)
WHERE c.database = %(database)s
    AND c.transaction < pg_snapshot_xmin(pg_current_snapshot())
    AND (c.transaction, c.id) >= (%(transaction)s::text::xid8, %(change)s)
    AND (c.transaction, c.id, r.place)
        > (%(transaction)s::text::xid8, %(change)s, %(place)s)
ORDER BY c.transaction, c.id, r.place
LIMIT %(count)s
"""


class OtherHistory(ValueError):
    """What was read did not lead to this database, as after a restore: begin anew."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody has read."""

    database: int
    timeline: int
    transaction: int = 0
    change: int = 0
    place: int = 0

    def __str__(self) -> str:
        return ".".join(map(str, astuple(self)))

    @classmethod
    def read(cls, text: str) -> Place | None:
        """A place as it was told; None for anything else."""
        found = _PLACE.fullmatch(text)
        return cls(*map(int, found.groups())) if found else None


class Written(NamedTuple):
    """A record, and the place behind which reading goes on after it."""

    record: int
    place: Place


class ConsentChangeQuerySet(models.QuerySet["ConsentChange"]):
    def here(self) -> Place:
        """Behind all that is committed and before all that is not."""
        with connection.cursor() as cursor:
            cursor.execute(_NOW)
            return Place(*cursor.fetchone())

    def behind(self, place: Place | None, count: int) -> Sequence[Written]:
        """The records behind `place`, from the first where there is none, at most
        `count`; or OtherHistory."""
        here = self.here()
        if place and not self._led_here(place, here):
            raise OtherHistory("This place is in another history of the database.")
        at = place or Place(here.database, here.timeline)
        with connection.cursor() as cursor:
            cursor.execute(_BEHIND, asdict(at) | {"count": count})
            rows = cursor.fetchall()
        return [
            Written(record, Place(here.database, here.timeline, *found))
            for *found, record in rows
        ]

    def _led_here(self, place: Place, here: Place) -> bool:
        """Whether what was read up to `place` was written in this history."""
        if (place.database, place.timeline) != (here.database, here.timeline):
            return False
        if place.transaction > here.transaction:
            return False
        if not place.change:  # where somebody began
            return True
        with connection.cursor() as cursor:
            cursor.execute(_WRITTEN, asdict(place))
            return cursor.fetchone() is not None


class ConsentChange(models.Model):
    """The records that one statement wrote; made by the trigger of the ledger.

    `transaction` (xid8) is what orders them, `database` in which history it counts.
    One row for each statement: a row for each record would cost bulk writers more.
    """

    records = ArrayField(models.BigIntegerField())
    database = models.BigIntegerField()

    objects = ConsentChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{len(self.records)} records"
