"""Dates in English: “3 November 2026” and “3 Nov 2026”."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
TIME_FORMAT = "H:i"
# without the year
MONTH_DAY_FORMAT = "j F"
SHORT_DAY_FORMAT = "j M"
SHORT_MONTH_FORMAT = "M"
