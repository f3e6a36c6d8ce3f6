"""Dates in Finnish: “3.11.2026”."""

SHORT_DATE_FORMAT = "j.n.Y"
SHORT_DATETIME_FORMAT = "j.n.Y H.i"
# without the year
MONTH_DAY_FORMAT = "j. E"
SHORT_DAY_FORMAT = "j.n."
SHORT_MONTH_FORMAT = "N"
