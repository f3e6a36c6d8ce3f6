"""The feed of everything that is written into the ledger, for whoever has to follow.

Ordered by the transaction that wrote it, and only as far as no older transaction is
open: whatever commits late comes behind what was read, never before it, and is not
lost. A number of a row, or a clock, could not say that.

What is old is forgotten from its beginning on, and how far is written down: whoever
has not read that far is told so instead of missing something.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import ClassVar, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now

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
# the oldest of this database, as far as what follows them is as old and nobody writes
# among them any more; and how far that is
_FORGET = """
WITH gone AS (
    DELETE FROM consent_consentchange WHERE id IN (
        SELECT c.id FROM consent_consentchange c
        WHERE c.database = %(database)s AND c.transaction < LEAST(
            pg_snapshot_xmin(pg_current_snapshot()),
            (SELECT min(later.transaction) FROM consent_consentchange later
             WHERE later.database = %(database)s AND later.written_at >= %(before)s)
        )
        ORDER BY c.transaction, c.id LIMIT %(count)s
    )
    RETURNING transaction, id, records
)
SELECT transaction::text::bigint, id, cardinality(records), count(*) OVER ()
FROM gone ORDER BY transaction DESC, id DESC LIMIT 1
"""
PIECE = 20_000  # changes


class OtherHistory(ValueError):
    """What was read did not lead to this database, as after a restore: begin anew."""


class TooOld(OtherHistory):
    """What stood behind this place is not kept any more: begin anew."""


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

    @property
    def within(self) -> tuple[int, int, int]:
        """Where it is in its database."""
        return self.transaction, self.change, self.place

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
        """The records behind `place`, from the first that is kept where there is none,
        at most `count`; or OtherHistory, or TooOld."""
        here = self.here()
        if place and not self._led_here(place, here):
            raise OtherHistory("This place is in another history of the database.")
        at = place or Place(here.database, here.timeline)
        with connection.cursor() as cursor:
            cursor.execute(_BEHIND, asdict(at) | {"count": count})
            rows = cursor.fetchall()
        # only now: what was forgotten while this read is noticed as well
        end = Forgetting.objects.end_in(here.database)
        if place and end and place.within < end.within:
            raise TooOld("What followed this place is too old to be kept.")
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
        end = Forgetting.objects.end_in(here.database)
        if end and place.within <= end.within:  # no row is left to be looked for
            return True
        with connection.cursor() as cursor:
            cursor.execute(_WRITTEN, asdict(place))
            return cursor.fetchone() is not None

    def forget(self, before: dt.datetime) -> int:
        """Delete what was written before then; how many changes. Safe to repeat and to
        stop: each piece goes with how far it went."""
        gone = 0
        while found := self._forget_piece(before):
            gone += found
        other = self.exclude(database=self.here().database)
        return gone + other.filter(written_at__lt=before).delete()[0]

    @transaction.atomic
    def _forget_piece(self, before: dt.datetime) -> int:
        here = self.here()
        with connection.cursor() as cursor:
            cursor.execute(
                _FORGET,
                {"database": here.database, "before": before, "count": PIECE},
            )
            found = cursor.fetchone()
        if found is None:
            return 0
        *end, gone = found
        upto = str(Place(here.database, here.timeline, *end))
        Forgetting.objects.update_or_create(pk=1, defaults={"upto": upto})
        return int(gone)


class ConsentChange(models.Model):
    """The records that one statement wrote; made by the trigger of the ledger.

    `transaction` (xid8) is what orders them, `database` in which history it counts.
    One row for each statement: a row for each record would cost bulk writers more.
    """

    records = ArrayField(models.BigIntegerField())
    database = models.BigIntegerField()
    # for forgetting alone: nothing is ordered by it
    written_at = models.DateTimeField(db_default=Now())

    objects = ConsentChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{len(self.records)} records"


class ForgettingQuerySet(models.QuerySet["Forgetting"]):
    def end_in(self, database: int) -> Place | None:
        """The last place that is forgotten of this database; None where all is kept."""
        row = self.first()
        end = Place.read(row.upto) if row else None
        return end if end and end.database == database else None


class Forgetting(models.Model):
    """Up to where the feed is forgotten. One row."""

    upto = models.CharField(max_length=120)

    objects = ForgettingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="forgetting_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.upto
