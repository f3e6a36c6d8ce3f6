"""Dates in Norwegian Bokmål: “3. nov. 2026”."""

SHORT_DATE_FORMAT = "j. N Y"
SHORT_DATETIME_FORMAT = "j. N Y, H:i"
# without the year
SHORT_DAY_FORMAT = "j. N"
SHORT_MONTH_FORMAT = "N"
