"""Dates in English: “3 November 2026”, as the rest of the console writes them."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
