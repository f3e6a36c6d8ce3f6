"""Spreadsheets (XLSX) as tables: which sheets there are, and one of them as CSV.

A spreadsheet cannot be read in pieces, and one can be built to unpack to anything. So
it is read in a process of its own (this module, run), with a limit on its memory and
time: nothing of it stays, and whatever it does there is told in a sentence here.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import logging
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from consent.tables import BadTable

logger = logging.getLogger(__name__)

MAGIC = b"PK\x03\x04"
MOST_MEMORY = 2 * 1024**3
MOST_UNPACKED = 1024**3
MOST_SECONDS = 90
LONGEST_NAME = 255  # Excel itself allows 31, other programs more
ROOT = Path(__file__).resolve().parent.parent
_TOO_MUCH = gettext_lazy(
    "The spreadsheet is damaged, or too large to be read. Save the list as CSV and"
    " try again: a CSV may have any number of rows."
)
_LOCKED = gettext_lazy(
    "The spreadsheet has a password. Save it without one and try again."
)
# what the exit code of a reader says: it speaks no language itself
_TOLD = {3: _TOO_MUCH, 4: _LOCKED}

Cell = str | int | float | bool | dt.date | dt.time | dt.timedelta
Sheet = dict[str, str | int]


def is_workbook(file: BinaryIO) -> bool:
    """Whether these are the bytes of an archive that holds a workbook."""
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        return False
    with _on_disk(file) as path:
        try:
            return _read_apart("kind", path) == "workbook"
        except BadTable:
            return False


def sheets(file: BinaryIO) -> list[Sheet]:
    """Name and number of rows of each visible sheet with content."""
    with _on_disk(file) as path:
        found: list[Sheet] = json.loads(_read_apart("sheets", path))
    if not found:
        raise BadTable(_("Every sheet of the file is empty. Choose another file."))
    if any(len(str(one["name"])) > LONGEST_NAME for one in found):
        raise BadTable(
            _(
                "The name of a sheet has more than %(most)s letters. Give it a shorter"
                " one and try again."
            )
            % {"most": LONGEST_NAME}
        )
    return found


@contextmanager
def as_csv(file: BinaryIO, sheet: str) -> Iterator[BinaryIO]:
    """The sheet as a CSV with commas, in UTF-8; row n of the sheet is row n of it."""
    with _on_disk(file) as path, tempfile.NamedTemporaryFile() as table:
        _read_apart("csv", path, sheet, table.name)
        yield cast("BinaryIO", table)


@contextmanager
def _on_disk(file: BinaryIO) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.flush()
        yield copy.name


def _read_apart(*words: str) -> str:
    command = [sys.executable, "-m", "consent.sheets", *words]
    try:
        done = subprocess.run(
            command, capture_output=True, cwd=ROOT, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise BadTable(_TOO_MUCH) from None
    answer = done.stdout.decode()
    if done.returncode in _TOLD:
        raise BadTable(_TOLD[done.returncode])
    if done.returncode:
        told = done.stderr.decode(errors="replace")[-2000:]
        logger.warning(
            "A spreadsheet could not be read (%s): %s", done.returncode, told
        )
        raise BadTable(_TOO_MUCH)
    return answer


def text_of(cell: Cell) -> str:
    """A cell as somebody would type it: 41, not 41.0; 2026-11-22; true."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        # a moment is stored as a part of a day: it comes out beside the second
        second = (cell + dt.timedelta(milliseconds=500)).replace(microsecond=0)
        return second.isoformat(" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _limit(what: int, most: int) -> None:
    """At most this, or what whoever started us allows; some systems know no limit."""
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))


def _main(what: str, path: str, *more: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, RuntimeError, ValueError):
        raise BadTable(_TOO_MUCH) from None
    if what == "kind":
        is_book = any(one.filename.startswith("xl/workbook.") for one in parts)
        return "workbook" if is_book else ""
    if sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise BadTable(_TOO_MUCH)
    try:
        book = CalamineWorkbook.from_path(path)
        return json.dumps(_filled(book)) if what == "sheets" else _write(book, *more)
    except PasswordError:
        raise BadTable(_LOCKED) from None
    except CalamineError:
        raise BadTable(_TOO_MUCH) from None


def _filled(book: CalamineWorkbook) -> list[Sheet]:
    names = [
        one.name
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet
        and one.visible == SheetVisibleEnum.Visible
    ]
    heights = ((name, book.get_sheet_by_name(name).height) for name in names)
    return [{"name": name, "rows": rows} for name, rows in heights if rows]


def _write(book: CalamineWorkbook, sheet: str, out: str) -> str:
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in book.get_sheet_by_name(sheet).iter_rows():
            cells = [text_of(cell) for cell in row]
            writer.writerow(cells if any(cells) else [])
    return ""


if __name__ == "__main__":
    _limit(resource.RLIMIT_AS, MOST_MEMORY)
    _limit(resource.RLIMIT_FSIZE, MOST_UNPACKED)
    try:
        sys.stdout.write(_main(*sys.argv[1:]))
    except BadTable as problem:
        sys.exit(next(code for code, one in _TOLD.items() if one is problem.args[0]))
