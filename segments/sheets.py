"""Rows into an XLSX file, one after another: never more than one in memory.

Every cell is a text, so that no spreadsheet runs one as a formula or loses a leading
zero. A sheet takes about a million rows; what is more goes on in the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

import xlsxwriter  # type: ignore[import-untyped]  # has no types

FULL = 1_000_000
# what a cell of the format can hold
LONGEST = 32_767
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class Writer:
    """A file that is open; the heading stands in the first row of every sheet."""

    def __init__(self, path: Path, heading: Sequence[str]) -> None:
        self.book = xlsxwriter.Workbook(str(path), OPTIONS)
        self.bold = self.book.add_format({"bold": True})
        self.heading = heading
        self.row = FULL + 1

    def __enter__(self) -> Writer:
        self._turn()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.book.close()

    def _turn(self) -> None:
        self.sheet = self.book.add_worksheet()
        self.sheet.freeze_panes(1, 0)
        for column, label in enumerate(self.heading):
            self.sheet.write_string(0, column, label, self.bold)
        self.row = 1

    def add(self, rows: Iterable[Sequence[str | None]]) -> int:
        """How many rows there were."""
        count = 0
        for count, cells in enumerate(rows, 1):  # noqa: B007  the last is the number
            if self.row > FULL:
                self._turn()
            for column, text in enumerate(cells):
                if text:
                    self.sheet.write_string(self.row, column, text[:LONGEST])
            self.row += 1
        return count
