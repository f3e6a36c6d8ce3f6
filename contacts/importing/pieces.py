"""One batch of staged rows in a table of its own, and the statements that run on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Value

from consent.models import BATCH_SIZE, Address
from consent.models.address import as_array
from contacts.importing import staging
from contacts.models import ContactImport

# In a statement: the rows of the piece (r), each with its address and, where there is
# one, its contact. The table is gone with the transaction.
PIECE = "contacts_piece r"
_CUT = """
DROP TABLE IF EXISTS contacts_piece;
CREATE TEMPORARY TABLE contacts_piece ON COMMIT DROP AS
SELECT NULL::bigint AS address_id, NULL::bigint AS contact_id, s.* FROM {{staged}} s
WHERE s.number > {after:d} AND s.fate = 'ready' ORDER BY s.number LIMIT {limit:d}
"""
# One by one, by the unique index: no plan goes astray for want of statistics.
_KNOWN = """
UPDATE contacts_piece r SET contact_id = (
    SELECT c.id FROM contacts_contact c WHERE c.address_id = r.address_id)
"""


@dataclass(frozen=True)
class Piece:
    """The next ready rows, up to number `upto`. `known` of them we have already;
    `addresses` has everybody's."""

    found: ContactImport
    upto: int
    known: int
    addresses: list[int]

    def here(self) -> Func:
        """A filter: who stands in this piece."""
        return among(self.addresses)

    def change(self, statement: str) -> int:
        """How many rows `statement` touched; it names its rows by PIECE."""
        values = {
            "import": self.found.pk,
            "source": self.found.name,
            "until": staging.until(self.found),
        }
        return staging.change(self.found, statement, values)

    def saying(self, columns: str, condition: str) -> list[tuple[Any, ...]]:
        """`columns` of the rows that meet `condition`, both SQL of our own."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {PIECE} WHERE {condition}")  # noqa: S608
            return list(cursor.fetchall())


def among(addresses: Iterable[int]) -> Func:
    """A filter: address_id = ANY(one array). The plan is good without statistics,
    which tables that are being filled do not have."""
    return Func(
        F("address_id"),
        Value(as_array(addresses)),
        template="(%(expressions)s::bigint[]))",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


def next_piece(found: ContactImport) -> Piece | None:
    """The rows after the position of `found`, their addresses made and locked."""
    cut = _CUT.format(after=found.position, limit=BATCH_SIZE)
    staging.change(found, cut, {})
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(number) FROM contacts_piece")
        upto = cursor.fetchone()[0]
        if upto is None:
            return None
        addresses = Address.objects.settle("contacts_piece")
        cursor.execute(_KNOWN)
        cursor.execute("ANALYZE contacts_piece")
        cursor.execute("SELECT count(contact_id) FROM contacts_piece")
        return Piece(found, upto, cursor.fetchone()[0], addresses)
