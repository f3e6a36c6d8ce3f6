"""Custom properties: their types, and text -> value for each type.

A value lives in `Contact.properties` under the id of its definition, as JSON:
string, number, boolean, "2026-11-22" (date), "2026-11-22T09:15:00+00:00" (datetime,
always UTC), one choice as a string, several as a list of strings. A missing key
means unknown: null is never stored.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from accounts.sentences import Unfit

Value = str | int | float | bool | list[str]


class Kind(models.TextChoices):
    STRING = "string", gettext_lazy("Text")
    NUMBER = "number", gettext_lazy("Number")
    BOOLEAN = "boolean", gettext_lazy("Yes or no")
    DATE = "date", gettext_lazy("Date")
    DATETIME = "datetime", gettext_lazy("Date and time")
    CHOICE = "choice", gettext_lazy("One of several")
    CHOICES = "choices", gettext_lazy("Several of several")


class BadValue(Unfit):
    """This text is not a value of the type; the message is a sentence."""


YES = frozenset({"true", "yes", "y", "1", "on", "wahr", "ja", "oui", "kyllä", "tak"})
NO = frozenset({"false", "no", "n", "0", "off", "falsch", "nein", "non", "ei", "nie"})


MOST_DIGITS = 100
# “0,125” and “00,750” are fractions
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DOTTED_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+")


def parse(kind: str, text: str, choices: Sequence[str] = ()) -> Value:
    """`text`, not blank, as a value of `kind`, or BadValue with a sentence."""
    return _PARSERS[Kind(kind)](text.strip(), choices)


def _string(text: str, choices: Sequence[str]) -> Value:
    return text


def _number(text: str, choices: Sequence[str]) -> Value:
    try:
        number = Decimal(_in_full(text))
    except InvalidOperation:
        raise BadValue(_("“%(text)s” is not a number."), text=text) from None
    if not number.is_finite():
        raise BadValue(_("“%(text)s” is not a number."), text=text)
    if number.adjusted() > MOST_DIGITS:  # 1e999999999 would take all memory there is
        raise BadValue(_("“%(text)s” is too large a number."), text=text[:60])
    return int(number) if number == number.to_integral_value() else float(number)


def _in_full(text: str) -> str:
    """Digits with a point: “1,234” and “1.234,5” have thousands, “1,5” a fraction."""
    compact = re.sub(r"\s", "", text)
    if _THOUSANDS.fullmatch(compact):
        return compact.replace(",", "")
    if _DOTTED_THOUSANDS.fullmatch(compact):
        return compact.replace(".", "").replace(",", ".")
    return compact if "." in compact else compact.replace(",", ".", 1)


def _boolean(text: str, choices: Sequence[str]) -> Value:
    word = text.casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise BadValue(_("“%(text)s” is neither yes nor no."), text=text)


def _date(text: str, choices: Sequence[str]) -> Value:
    return _moment(text).date().isoformat()


def _datetime(text: str, choices: Sequence[str]) -> Value:
    return in_utc(_moment(text)).isoformat()


def in_utc(moment: dt.datetime) -> dt.datetime:
    """BadValue at the ends of the calendar, where it is in no year of UTC."""
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        text = moment.isoformat(" ", "minutes")
        raise BadValue(
            _("“%(text)s” is where the calendar ends. Move it by a day."), text=text
        ) from None


def _moment(text: str) -> dt.datetime:
    try:
        moment = parse_datetime(text)
        day = None if moment else parse_date(text)
    except ValueError:
        moment = day = None
    if moment:  # without an offset it is as the clock of who types it says
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    if day:
        return dt.datetime.combine(day, dt.time(), dt.UTC)
    raise BadValue(_("“%(text)s” is not a date. Write it as 2026-11-22."), text=text)


def _choice(text: str, choices: Sequence[str]) -> Value:
    for choice in choices:
        if choice.casefold() == text.casefold():
            return choice
    raise BadValue(
        _("“%(text)s” is not one of: %(choices)s."),
        text=text,
        choices=", ".join(choices),
    )


def _choices(text: str, choices: Sequence[str]) -> Value:
    words = [word.strip() for word in text.split(";") if word.strip()]
    if not words:
        raise BadValue(
            _("“%(text)s” names nothing. Write the choices with ; between."), text=text
        )
    return sorted({str(_choice(word, choices)) for word in words})


_PARSERS: dict[Kind, Callable[[str, Sequence[str]], Value]] = {
    Kind.STRING: _string,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
}
