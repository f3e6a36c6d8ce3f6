"""Reading and writing table files: what somebody exported, and what we export.

Pure, and flat in memory at any size. `detect` reads the whole file once as bytes
(a Latin-1 letter may stand in the last row); `rows` streams it. Every failure is a
BadTable whose message is a sentence for the person who brought the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.numbers import number
from consent import addresses

MAX_BYTES = 100 * 1024 * 1024
MAX_COLUMNS = 1_000
DELIMITERS = ",;\t|"
_CHUNK = 1024 * 1024
_SAMPLE = 64 * 1024
# A cell longer than this is a quotation mark that was never closed.
csv.field_size_limit(1024 * 1024)

# The first bytes of what people take for a CSV; what to tell them.
_NOT_TEXT = {
    b"PK\x03\x04": gettext_lazy("This is a spreadsheet or an archive"),
    b"\xd0\xcf\x11\xe0": gettext_lazy("This is an old Excel file"),
    b"%PDF": gettext_lazy("This is a PDF"),
    b"\x89PNG": gettext_lazy("This is a picture"),
    b"\xff\xd8\xff": gettext_lazy("This is a picture"),
    b"GIF8": gettext_lazy("This is a picture"),
    b"\x1f\x8b": gettext_lazy("This is a compressed file"),
    b"7z\xbc\xaf": gettext_lazy("This is a compressed file"),
    b"SQLite format 3": gettext_lazy("This is a database"),
}
# Longest first: the mark of UTF-16 begins like that of UTF-32.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9 ]*(?:[.,][0-9]+)?")
_NAMED = re.compile(r"[^<>]*<\s*([^<>]+)\s*>")
# Without spaces and underscores, in lower case.
_EMAIL_HEADERS = """
    email e-mail mail emailaddress e-mailaddress emailid contactemail workemail
    useremail recipient recipientemail subscriber e-mailadresse emailadresse
    mailadresse correo correoelectrónico courriel adressee-mail adresseemail
    indirizzoemail posta sähköposti sähköpostiosoite epost e-post e-postadress
    epostadresse
"""
EMAIL_HEADERS = frozenset(_EMAIL_HEADERS.split())


class BadTable(ValueError):
    """This file cannot be read as a table; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How to read one file. Words and a character, so that a row can store it."""

    encoding: str
    delimiter: str
    has_header: bool = True


class Row(NamedTuple):
    """`number` is what a spreadsheet shows beside the row: the header is 1."""

    number: int
    cells: list[str]


def detect(file: BinaryIO, delimiter: str = "") -> Shape:
    """Encoding, delimiter and header of `file`; BadTable when it is not a table.

    `delimiter`: known already, as of a table that we wrote.
    """
    encoding = _encoding(file)
    file.seek(0)
    sample = _decoded(file.read(_SAMPLE), encoding)
    delimiter = delimiter or _delimiter(sample)
    first = next(_parsed(io.StringIO(sample, newline=""), delimiter), None)
    if first is None:
        raise BadTable(_("The file is empty. Choose a file with at least one row."))
    has_header = not any(address_in(cell) for cell in first.cells)
    return Shape(encoding, delimiter, has_header)


def column_names(file: BinaryIO, shape: Shape) -> list[str]:
    """The header, or "Column 1", "Column 2" ... where there is none."""
    first = next(_all(file, shape), Row(1, []))
    if len(first.cells) > MAX_COLUMNS:
        raise BadTable(
            _(
                "The file has %(count)s columns, %(most)s is the most. Save only the"
                " columns you need."
            )
            % {"count": number(len(first.cells)), "most": number(MAX_COLUMNS)}
        )
    return [
        (cell.strip() if shape.has_header else "") or f"Column {place}"
        for place, cell in enumerate(first.cells, 1)
    ]


def rows(file: BinaryIO, shape: Shape, *, after: int = 0) -> Iterator[Row]:
    """The rows under the header that are not blank, numbered; those past `after`."""
    every = _all(file, shape)
    if shape.has_header:
        next(every, None)
    for row in every:
        if row.number > after:
            yield row


def sample(file: BinaryIO, shape: Shape, count: int = 5) -> list[Row]:
    """The first rows under the header."""
    return list(islice(rows(file, shape), count))


def guess_email_column(names: Sequence[str], examples: Sequence[Row]) -> int | None:
    """The column that most likely holds the address, by content, then by header."""
    best, column = 0.0, None
    for place, name in enumerate(names):
        cells = [row.cells[place] for row in examples if place < len(row.cells)]
        filled = [cell for cell in cells if cell.strip()]
        found = sum(address_in(cell) is not None for cell in filled)
        score = 2.0 * found / len(filled) if filled else 0.0
        plain = re.sub(r"[\s_]+", "", name.casefold())
        score += (plain in EMAIL_HEADERS) + 0.5 * ("mail" in plain)
        if score > best and (score >= 1 or found):
            best, column = score, place
    return column


def address_in(cell: str) -> addresses.Parsed | None:
    """The address a cell holds, in the spellings people use; None when it has none.

    Understands `Ana <ana@x.example>`, `mailto:`, and the apostrophe with which a
    spreadsheet (or our own export) keeps a cell from being a formula.
    """
    text = cell.strip()
    if "<" in text and (named := _NAMED.fullmatch(text)):
        text = named[1]
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if text[:1] in {"'", '"'} and "@" in text:
        text = text[1:].removesuffix(text[0])
    try:
        return addresses.parse(text)
    except addresses.BadAddress:
        return None


def is_formula(cell: str) -> bool:
    """A spreadsheet would calculate this cell; call it only on what is no address."""
    return cell.lstrip(" '")[:1] in {"=", "+", "-", "@"} and len(cell.strip()) > 1


def escaped(cell: str) -> str:
    """`cell` such that no spreadsheet runs it as a formula; plain numbers stay."""
    if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def unescaped(cell: str) -> str:
    """The opposite of `escaped`."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def csv_lines(table: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table as CSV, in pieces for a streamed answer; cells are escaped."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    for row in table:
        writer.writerow(["" if cell is None else escaped(str(cell)) for cell in row])
        if out.tell() > 32_768:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _encoding(file: BinaryIO) -> str:
    file.seek(0)
    start = file.read(4096)
    for magic, what in _NOT_TEXT.items():
        if start.startswith(magic):
            raise BadTable(
                _("%(what)s, not a CSV. Save the list as CSV and try again.")
                % {"what": what}
            )
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return _first_that_reads(file, [encoding])
    if b"\0" in start:
        return _first_that_reads(file, _utf16_by_zeros(start))
    return _first_that_reads(file, ["utf-8", "cp1252", "latin-1"])


def _utf16_by_zeros(start: bytes) -> list[str]:
    """UTF-16 without a mark: every other byte of mostly ASCII text is zero."""
    half = len(start) // 2
    if start[1::2].count(0) > half * 0.7:
        return ["utf-16-le"]
    if start[0::2].count(0) > half * 0.7:
        return ["utf-16-be"]
    return []


def _first_that_reads(file: BinaryIO, encodings: Sequence[str]) -> str:
    for encoding in encodings:
        if _reads(file, encoding):
            return encoding
    raise BadTable(_("This is not a text file. Save the list as CSV and try again."))


def _reads(file: BinaryIO, encoding: str) -> bool:
    """The whole file is text in this encoding, without a zero character."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _decoded(start: bytes, encoding: str) -> str:
    """The text of a file's beginning, which may end within a character."""
    return codecs.getincrementaldecoder(encoding)().decode(start)


def _delimiter(text: str) -> str:
    """The one that cuts most rows of the sample into the same number of cells."""
    if declared := re.match(r"sep=([,;\t|])\r?\n", text):
        return declared[1]
    best, chosen = 0.0, ","
    whole = text[: text.rfind("\n") + 1] or text
    for delimiter in DELIMITERS:
        widths = Counter(
            len(cells)
            for cells in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter)
            if cells
        )
        width, often = widths.most_common(1)[0] if widths else (1, 0)
        score = often / widths.total() if width > 1 else 0.0
        if score > best:
            best, chosen = score, delimiter
    return chosen


def _all(file: BinaryIO, shape: Shape) -> Iterator[Row]:
    file.seek(0)
    text = io.TextIOWrapper(file, shape.encoding, errors="replace", newline="")
    try:
        yield from _parsed(text, shape.delimiter)
    finally:
        text.detach()


class _End:
    """Behind the last line of a text; knows whether somebody asked for one more."""

    asked = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.asked = True
        raise StopIteration


def _parsed(text: io.TextIOBase, delimiter: str) -> Iterator[Row]:
    last, end = 0, _End()
    try:
        for cells in csv.reader(chain(text, end), delimiter=delimiter):
            if end.asked:  # within a cell: the rest of the file would be lost in it
                raise csv.Error
            if last == 0 and delimiter.join(cells) == f"sep={delimiter}":
                continue
            last += 1
            if any(map(str.strip, cells)):
                yield Row(last, cells)
    except csv.Error:
        raise BadTable(
            _(
                "After row %(row)s a cell never ends: most often a quotation mark is"
                " opened and never closed. Correct it, or save the list as CSV again."
            )
            % {"row": number(last)}
        ) from None
