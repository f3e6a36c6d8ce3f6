"""The feed of everything that is written into the ledger, for whoever has to follow.

Ordered by the transaction that wrote it, and only as far as no older transaction is
open: whatever commits late comes behind what was read, never before it, and is not
lost. A number of a row, or a clock, could not say that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

_PLACE = re.compile(r"([0-9]{1,20})\.([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,9})")
_HERE = "(SELECT system_identifier FROM pg_control_system())"
_NOW = f"SELECT {_HERE}, pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_BEHIND = f"""
SELECT c.database, c.transaction::text::bigint, c.id, r.place, r.record
FROM consent_consentchange c
CROSS JOIN LATERAL unnest(c.records) WITH ORDINALITY AS r (record, place)
WHERE c.database = {_HERE}
    AND c.transaction < pg_snapshot_xmin(pg_current_snapshot())
    AND (c.transaction, c.id) >= (%(transaction)s::text::xid8, %(change)s)
    AND (c.transaction, c.id, r.place)
        > (%(transaction)s::text::xid8, %(change)s, %(place)s)
ORDER BY c.transaction, c.id, r.place
LIMIT %(count)s
"""  # noqa: S608  no value stands in it


class OtherHistory(ValueError):
    """The place belongs to another database, as after a restore: begin anew."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody has read."""

    database: int
    transaction: int = 0
    change: int = 0
    place: int = 0

    def __str__(self) -> str:
        return f"{self.database}.{self.transaction}.{self.change}.{self.place}"

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
        if place and place.database != self.here().database:
            raise OtherHistory("This place belongs to another database.")
        at = place or Place(0)
        with connection.cursor() as cursor:
            cursor.execute(
                _BEHIND,
                {
                    "transaction": str(at.transaction),
                    "change": at.change,
                    "place": at.place,
                    "count": count,
                },
            )
            return [Written(row[4], Place(*row[:4])) for row in cursor.fetchall()]


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
