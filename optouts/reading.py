"""What a list of opt-outs says: addresses, and cells that are none. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _

from consent import addresses, tables
from consent.addresses import BadAddress, Parsed
from consent.tables import Shape

# More formulas than this in the column: not a list of addresses but an attack, or
# the wrong column.
MOST_FORMULAS = 0.01
# Fewer addresses than this among the cells: the wrong column.
FEWEST_ADDRESSES = 0.5


class Cell(NamedTuple):
    """One cell of the email column; `number` is the row number of a spreadsheet."""

    number: int
    text: str
    parsed: Parsed | None


class Piece(NamedTuple):
    """Some of the rows, one after another, and the addresses in them, each once."""

    last: int
    rows: int
    addresses: dict[str, Parsed]


@dataclass(slots=True)
class Tally:
    """How many rows, and what is in them. Distinct addresses are counted elsewhere."""

    rows: int = 0
    valid: int = 0
    formulas: int = 0

    @property
    def invalid(self) -> int:
        return self.rows - self.valid

    def add(self, cell: Cell) -> None:
        self.rows += 1
        if cell.parsed:
            self.valid += 1
        elif tables.is_formula(cell.text):
            self.formulas += 1

    def refusal(self, column: str) -> str:
        """Why this column is not a list of addresses, in a sentence; "" when it is."""
        if not self.rows:
            return "The file has no rows under its header. Choose another file."
        if self.formulas > self.rows * MOST_FORMULAS:
            return (
                f"{self.formulas:,} of {self.rows:,} cells in “{column}” are formulas,"
                " not addresses. Save the list with its values instead of formulas."
            )
        if self.valid < self.rows * FEWEST_ADDRESSES:
            return (
                f"Only {self.valid:,} of {self.rows:,} cells in “{column}” are email"
                " addresses. Choose the column that holds the addresses."
            )
        return ""


def cells(
    file: BinaryIO, shape: Shape, column: int, *, after: int = 0
) -> Iterator[Cell]:
    """The email column, row by row; flat in memory."""
    for number, row in tables.rows(file, shape, after=after):
        text = row[column] if column < len(row) else ""
        yield Cell(number, text, tables.address_in(text))


def pieces(
    file: BinaryIO, shape: Shape, column: int, *, after: int, size: int
) -> Iterator[Piece]:
    """The file in pieces of at most `size` addresses, from the row after `after`."""
    found: dict[str, Parsed] = {}
    last, count = after, 0
    for number, _text, parsed in cells(file, shape, column, after=after):
        last, count = number, count + 1
        if parsed:
            found[parsed.key] = parsed
        if len(found) == size:
            yield Piece(last, count, found)
            found, count = {}, 0
    if count:
        yield Piece(last, count, found)


def problem(text: str) -> str:
    """Why this cell is not an address, in a sentence."""
    if not text.strip():
        return _("There is no address.")
    if tables.is_formula(text):
        return _("This is a formula, not an address.")
    try:
        addresses.parse(tables.unescaped(text))
    except BadAddress as refusal:
        return str(refusal)
    return _("This is not an address.")


def table_of(pasted: str) -> str:
    """Pasted text as a table of one column; a pasted table stays as it is.

    Rows copied from a spreadsheet have the same number of tabs each: a tab that
    slipped into one line of a list makes no table of it.
    """
    lines = [line for line in pasted.strip("\r\n").splitlines() if line.strip()]
    if len({line.count("\t") for line in lines}) == 1 and "\t" in lines[0]:
        return "\n".join(lines)
    found = (word for line in lines for word in _words(line))
    return "\n".join(
        ["Email", *(f'"{word.replace(chr(34), chr(34) * 2)}"' for word in found)]
    )


def _words(line: str) -> Iterator[str]:
    """The addresses of one line: by comma and semicolon, by space where all are."""
    for part in re.split(r"[,;]", line):
        words = part.split()
        if all("@" in word for word in words):
            yield from words
        elif part.strip():
            yield part.strip()
