"""Spreadsheets made for a test."""

import io

import xlsxwriter  # type: ignore[import-untyped]


def workbook(**sheets):
    """The bytes of an XLSX: sheet name -> rows; a date is written as a date."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    ) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()
