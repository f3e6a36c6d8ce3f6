"""One batch of staged rows, with the statements that run on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, F, Func, Value

from consent import addresses
from consent.models import BATCH_SIZE, Address
from contacts.importing import staging
from contacts.models import ContactImport

_NEXT = """
SELECT number, key, opted_out, opted_out_of, bounce_reason FROM {{staged}}
WHERE number > {after:d} AND fate = 'ready' ORDER BY number LIMIT {limit:d}
"""


@dataclass(frozen=True)
class Piece:
    """The ready rows after `after` up to `upto`; `ids` has the address of each key."""

    found: ContactImport
    after: int
    upto: int
    rows: list[dict[str, Any]]
    ids: dict[str, int]

    def here(self) -> Func:
        """A filter: address_id = ANY(one array). The plan is good without statistics,
        which tables that are being filled do not have."""
        return Func(
            F("address_id"),
            Value(f"{{{','.join(map(str, self.ids.values()))}}}"),
            template="(%(expressions)s::bigint[]))",
            arg_joiner=" = ANY(",
            output_field=BooleanField(),
        )

    def change(self, statement: str) -> int:
        """How many rows `statement` touched; it names its rows by PIECE."""
        values = {
            "after": self.after,
            "upto": self.upto,
            "import": self.found.pk,
            "source": self.found.name,
            "until": staging.until(self.found),
        }
        return staging.change(self.found, statement, values)


# In a statement: the rows of the piece (r) with their addresses (a).
PIECE = """(
    SELECT a.id AS address_id, r.* FROM {staged} r JOIN consent_address a USING (key)
    WHERE r.number > %(after)s AND r.number <= %(upto)s AND r.fate = 'ready'
) r"""


def next_piece(found: ContactImport) -> Piece | None:
    """The rows after the position of `found`, their addresses made and locked."""
    statement = _NEXT.format(after=found.position, limit=BATCH_SIZE)
    batch = staging.run(found, statement)
    if not batch:
        return None
    parsed = (addresses.Parsed(row["key"], row["key"], "") for row in batch)
    ids = Address.objects.ensure(parsed)
    Address.objects.lock(ids.values())
    return Piece(found, found.position, batch[-1]["number"], batch, ids)
