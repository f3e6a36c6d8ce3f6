"""Dates in Polish: “3 lis 2026”."""

SHORT_DATE_FORMAT = "j b Y"
SHORT_DATETIME_FORMAT = "j b Y, H:i"
# without the year
SHORT_DAY_FORMAT = "j b"
SHORT_MONTH_FORMAT = "b"
