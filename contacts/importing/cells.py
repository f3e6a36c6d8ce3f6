"""One cell of a file as a value: dates in their many spellings, yes and no, numbers."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_noop as _

from consent import tables
from contacts.models import HardBounceReason
from contacts.properties import NO, YES, BadValue

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
# 03/04/2026 or 3-4-26, perhaps with a time after it
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:,?\s+(.*))?")
_NAMED = (
    re.compile(
        r"(?P<d>\d{1,2})\.?\s+(?P<m>[a-z]{3,9})\.?,?\s+(?P<y>\d{4})(?:,?\s+(?P<t>.*))?"
    ),
    re.compile(
        r"(?P<m>[a-z]{3,9})\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})(?:,?\s+(?P<t>.*))?"
    ),
)
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr)}
_TIME = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([ap]\.?m\.?)?", re.I
)
# digits, or groups of three; "3,0" is no 30
_COUNT = re.compile(
    r"([0-9]{1,9}|[0-9]{1,3}(?:[,\s\u00a0\u202f][0-9]{3}){1,2})(?:\.00?)?"
)
# 2001-09-09 to 2286-11-20 in milliseconds, as programming interfaces write moments
_MILLISECONDS = re.compile(r"\d{12,13}")


def clean(cell: str) -> str:
    """Trimmed, and without the apostrophe that keeps a spreadsheet from running it."""
    text = cell.strip()
    return tables.unescaped(text).strip() if text.startswith("'") else text


def count(text: str) -> int:
    """A whole number, 0 or more."""
    if text.isdecimal() and text.isascii() and len(text) < 10:
        return int(text)
    match = _COUNT.fullmatch(text)
    if not match:
        raise BadValue(_("“%(text)s” is not a whole number."), text=text)
    return int(re.sub(r"\D", "", match[1]))


def opts_out(text: str) -> bool:
    """Whether an opt-out cell opts out: anything that is not a plain no does."""
    return bool(text) and text.casefold() not in NO | _STILL_IN


_STILL_IN = {"opted in", "subscribed", "not specified", "opt_in", "not_opted", "-"}


def agrees(text: str) -> bool:
    """Whether a cell says that somebody agreed: nothing but a plain yes does."""
    return text.casefold() in YES | _AGREED


_AGREED = {"opted in", "subscribed", "opt_in", "agreed", "granted", "confirmed"}


def bounce_reason(text: str) -> str:
    """A word of HardBounceReason; what is not known is OTHER."""
    word = re.sub(r"\W+", "_", text.strip()).upper()
    return word if word in HardBounceReason.values else HardBounceReason.OTHER.value


# en, pt-BR, zh-Hant-TW
_CODE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,2}", re.I)
_LANGUAGES = {
    name.casefold(): code
    for code, info in LANG_INFO.items()
    for name in (info.get("name", ""), info.get("name_local", ""))
    if name
}


def language(text: str) -> str:
    """The code of a language, from its code or from its name: “Suomi” is fi."""
    if known := _LANGUAGES.get(text.casefold()):
        return known
    if _CODE.fullmatch(text) and len(text) <= 12:
        return text.replace("_", "-")
    raise BadValue(_("“%(text)s” is no language such as en, fi or pt-BR."), text=text)


def moment(text: str, order: str, zone: dt.tzinfo) -> dt.datetime:
    """An aware moment. Without a zone of its own it is meant in `zone`.

    `order` says how 03/04/2026 is meant; with points between it is always day first.
    """
    found = _iso(text) or _milliseconds(text) or _named(text) or _slashed(text, order)
    if found is None:
        raise BadValue(
            _("“%(text)s” is not a date. Write it as 2026-11-22."), text=text
        )
    return found if found.tzinfo else found.replace(tzinfo=zone)


def order_of(cells: Iterable[str]) -> tuple[bool, bool, str]:
    """(a day above 12 comes first, ... comes second, an example that is open)."""
    day_first = month_first = False
    example = ""
    for cell in cells:
        match = _SLASHED.fullmatch(cell)
        if not match or match[2] == ".":
            continue
        first, second = int(match[1]), int(match[3])
        day_first |= first > 12
        month_first |= second > 12
        if not example and first != second and max(first, second) <= 12:
            example = cell
    return day_first, month_first, example


def _iso(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text.removesuffix(" UTC").strip())
    except ValueError:
        return None


def _milliseconds(text: str) -> dt.datetime | None:
    if not _MILLISECONDS.fullmatch(text):
        return None
    return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)


def _named(text: str) -> dt.datetime | None:
    for pattern in _NAMED:
        match = pattern.fullmatch(text.lower())
        if match and match["m"][:3] in _MONTHS:
            return _build(
                (match["y"], str(_MONTHS[match["m"][:3]]), match["d"]), match["t"]
            )
    return None


def _slashed(text: str, order: str) -> dt.datetime | None:
    match = _SLASHED.fullmatch(text)
    if not match:
        return None
    day_first = match[2] == "." or order != MONTH_FIRST
    day, month = (match[1], match[3]) if day_first else (match[3], match[1])
    year = match[4] if len(match[4]) == 4 else f"20{match[4]}"
    return _build((year, month, day), match[5])


def _build(date: tuple[str, str, str], time: str | None) -> dt.datetime | None:
    clock = _clock(time) if time else dt.time()
    try:
        day = dt.date(*map(int, date))
    except ValueError:
        return None
    return dt.datetime.combine(day, clock) if clock else None


def _clock(text: str) -> dt.time | None:
    match = _TIME.fullmatch(text.strip())
    if not match:
        return None
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower().startswith("p") else 0)
    try:
        return dt.time(hour, int(match[2]), int(match[3] or 0))
    except ValueError:
        return None
