import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import tables
from consent.tables import BadTable, Row, Shape


def opened(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def everything(file: io.BytesIO) -> list[Row]:
    return list(tables.rows(file, tables.detect(file)))


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "latin-1",
        "cp1252",
    ],
)
def test_the_encodings_that_spreadsheets_write_are_understood(encoding):
    file = opened("Email,Name\nana@x.example,Zoë Å\n", encoding)
    shape = tables.detect(file)

    assert tables.column_names(file, shape) == ["Email", "Name"]
    assert everything(file) == [Row(2, ["ana@x.example", "Zoë Å"])]


def test_a_latin_letter_in_the_last_row_is_found():
    file = opened("Email,Name\n" + "a@x.example,Ana\n" * 90_000 + "b@x.example,Zoë\n")
    latin = io.BytesIO(file.getvalue().decode().encode("latin-1"))

    assert tables.detect(latin).encoding == "cp1252"
    assert everything(latin)[-1].cells[1] == "Zoë"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    file = opened(delimiter.join(["Email", "Name"]) + f"\na@x.example{delimiter}Ana\n")
    assert tables.detect(file).delimiter == delimiter


def test_the_delimiter_a_spreadsheet_declares_is_believed():
    file = opened("sep=;\r\nEmail;Note\r\na@x.example;one, two, three\r\n")
    shape = tables.detect(file)

    assert shape.delimiter == ";"
    assert tables.column_names(file, shape) == ["Email", "Note"]
    assert everything(file) == [Row(2, ["a@x.example", "one, two, three"])]


def test_a_file_that_begins_with_an_address_has_no_header():
    file = opened("a@x.example\nb@x.example\n")
    shape = tables.detect(file)

    assert not shape.has_header
    assert tables.column_names(file, shape) == ["Column 1"]
    assert [row.number for row in everything(file)] == [1, 2]


def test_row_numbers_are_those_of_a_spreadsheet():
    file = opened('Email,Note\n\na@x.example,"two\nlines"\n,\nb@x.example,\n')
    assert [row.number for row in everything(file)] == [3, 5]


def test_reading_goes_on_after_a_row():
    file = opened("Email\na@x.example\nb@x.example\nc@x.example\n")
    left = tables.rows(file, tables.detect(file), after=3)
    assert [row.cells for row in left] == [["c@x.example"]]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\n\n  \n", "The file is empty"),
        (b";;\n", "The file is empty"),
        (b"PK\x03\x04rest", "This is a spreadsheet or an archive, not a CSV"),
        (b"%PDF-1.7", "This is a PDF"),
        (bytes(range(256)) * 20, "This is not a text file"),
    ],
)
def test_what_is_no_table_gets_a_sentence(content, sentence):
    with pytest.raises(BadTable, match=sentence):
        tables.detect(io.BytesIO(content))


@pytest.mark.parametrize("end", ["", "\n", "\nb@x.example,x\n"])
def test_nobody_is_lost_in_a_cell_that_ends_with_the_file(end):
    file = opened(f'Email,Note\na@x.example,fine\nc@x.example,"open{end}')
    shape = tables.detect(file)
    with pytest.raises(BadTable, match="After row 2 a cell never ends"):
        list(tables.rows(file, shape))


def test_a_quotation_mark_that_is_never_closed_gets_a_sentence():
    file = opened('Email,Note\na@x.example,"open\n' + "x\n" * 600_000)
    with pytest.raises(BadTable, match="quotation mark"):
        list(tables.rows(file, Shape("utf-8", ",")))


def test_too_many_columns_get_a_sentence():
    file = opened(",".join(["x"] * 1_001) + "\n")
    with pytest.raises(BadTable, match="1,001 columns"):
        tables.column_names(file, Shape("utf-8", ","))


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        (" Ana@X.example ", "ana@x.example"),
        ("Ana Lee <ana@x.example>", "ana@x.example"),
        ("mailto:ana@x.example", "ana@x.example"),
        ("'ana@x.example", "ana@x.example"),
        ("'ana@x.example'", "ana@x.example"),
        ("'+tag@x.example", "+tag@x.example"),
        ("+tag@x.example", "+tag@x.example"),
        ("=HYPERLINK(1)", None),
        ("ana", None),
        ("", None),
    ],
)
def test_an_address_is_found_in_a_cell(cell, key):
    found = tables.address_in(cell)
    assert (found and found.key) == key


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Name,E-mail\nAna,ana@x.example\n", 1),
        ("Login,Backup\nana@x.example,\n", 0),
        ("Name,Email\nAna,\n", 1),
        ("Name,City\nAna,Oulu\n", None),
    ],
)
def test_the_email_column_is_guessed(text, column):
    file = opened(text)
    shape = tables.detect(file)
    names, examples = tables.column_names(file, shape), tables.sample(file, shape)
    assert tables.guess_email_column(names, examples) == column


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|x", "-x", "@SUM(A1)", "\tx", "'=1"])
def test_a_formula_is_escaped(cell):
    assert tables.escaped(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-5", "+358 40 123", "3.5", "Ana", ""])
def test_numbers_and_words_are_left_alone(cell):
    assert tables.escaped(cell) == cell


@pytest.mark.property
@given(st.text())
def test_escaping_can_be_taken_back(cell):
    assert tables.unescaped(tables.escaped(cell)) == cell


@pytest.mark.property
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_sentence(content):
    file = io.BytesIO(content)
    try:
        shape = tables.detect(file)
        names = tables.column_names(file, shape)
        tables.guess_email_column(names, tables.sample(file, shape))
    except BadTable as refusal:
        assert str(refusal).endswith(".")


def test_our_own_export_can_be_read_back():
    written = "".join(
        tables.csv_lines([["Email", "Note"], ["+a@x.example", "=1+1, “x”\n2"]])
    )
    ((_, cells),) = everything(opened(written))
    assert [tables.unescaped(cell) for cell in cells] == [
        "+a@x.example",
        "=1+1, “x”\n2",
    ]
