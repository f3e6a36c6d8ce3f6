"""Spreadsheets as tables."""

import datetime as dt
import io
import subprocess
import sys
import zipfile

import pytest

from consent import sheets
from consent.tables import BadTable
from tests.spreadsheets import workbook


def csv_of(content, sheet):
    with sheets.as_csv(io.BytesIO(content), sheet) as table:
        return table.read().decode().splitlines()


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        (41.0, "41"),
        (358401234567890.0, "358401234567890"),
        (1.1, "1.1"),
        (True, "true"),
        ("007", "007"),
        (dt.date(2026, 11, 22), "2026-11-22"),
        (dt.datetime(2026, 11, 22, 10, 5), "2026-11-22 10:05:00"),
        (dt.datetime(2026, 11, 22, 23, 59, 59, 914000), "2026-11-23 00:00:00"),
        (dt.time(12, 30), "12:30:00"),
    ],
)
def test_a_cell_is_text_as_somebody_would_type_it(cell, typed):
    assert sheets.text_of(cell) == typed


def test_a_row_keeps_its_number():
    content = workbook(People=[[], ["Email"], [], ["ada@people.example"]])
    assert csv_of(content, "People") == ["", "Email", "", "ada@people.example"]


def test_a_cell_with_commas_and_lines_stays_one_cell():
    content = workbook(People=[["a,b", 'say "x"']])
    assert csv_of(content, "People") == ['"a,b","say ""x"""']


def test_empty_sheets_are_not_offered():
    content = workbook(One=[["Email"], ["a@people.example"]], Two=[])
    assert sheets.sheets(io.BytesIO(content)) == [{"name": "One", "rows": 2}]


def test_a_workbook_without_content_gets_a_sentence():
    with pytest.raises(BadTable, match="Every sheet of the file is empty"):
        sheets.sheets(io.BytesIO(workbook(One=[])))


def test_half_a_workbook_is_no_workbook():
    content = workbook(One=[["Email"], ["a@people.example"]])
    assert not sheets.is_workbook(io.BytesIO(content[: len(content) // 2]))


def test_a_damaged_workbook_gets_a_sentence():
    content = workbook(One=[["Email"], ["a@people.example"]])
    at = content.index(b"xl/worksheets/sheet1.xml") + 40
    damaged = content[:at] + b"\xff" * 60 + content[at + 60 :]
    with pytest.raises(BadTable, match="damaged, or too large"):
        sheets.sheets(io.BytesIO(damaged))


def test_what_unpacks_to_more_than_fits_gets_a_sentence(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 10)
    content = io.BytesIO(workbook(One=[["Email"]]))
    with sheets._on_disk(content) as path, pytest.raises(BadTable, match="too large"):
        sheets._main("sheets", path)


def test_an_archive_whose_names_cannot_be_read_is_no_workbook():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("ä.txt", "words")
    damaged = content.getvalue().replace("ä".encode(), b"\xff\xfe")
    assert not sheets.is_workbook(io.BytesIO(damaged))


def test_where_the_system_allows_less_memory_a_workbook_is_still_read(tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook(People=[["Email"], ["a@b.example"]]))
    less = sheets.MOST_MEMORY // 2
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({less}, {less}));"
        f"from consent import sheets; print(sheets.sheets(open({str(path)!r}, 'rb')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=sheets.ROOT, capture_output=True, check=False
    )
    assert b"People" in done.stdout, done.stderr
