"""Dates in French: “3 nov. 2026”."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
# without the year
SHORT_DAY_FORMAT = "j M"
