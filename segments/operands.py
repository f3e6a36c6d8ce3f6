"""What an operator compares with: JSON -> one typed value, or a sentence. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segments import dates
from segments.operators import UNITS, Operand

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_VALUES = 500
MAX_TEXT = 500
BIGGEST = Decimal(10) ** 15
# what a group of messages is called: email:12, reengagement:3
GROUP = re.compile(r"[a-z_]{1,40}:[0-9]{1,18}")

NO_TYPE = gettext_lazy("“%(value)s” is not the number of a subscription type.")

JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Keys of refusals, about one subscription type; None: the default one."""

    keys: tuple[str, ...]
    type: int | None = None


class BadOperand(ValueError):
    """The value does not fit the operator; the message is a sentence."""


def short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _text(data: JSON) -> str:
    return as_text(data.get("value"))


def as_text(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise BadOperand(_("type a text to compare with."))
    if len(text) > MAX_TEXT or "\0" in text:
        raise BadOperand(
            _("use a plain text of at most %(most)s characters.") % {"most": MAX_TEXT}
        )
    return text


def _list(data: JSON, sentence: str) -> list[Any]:
    values = data.get("values")
    if not isinstance(values, list) or not values:
        raise BadOperand(sentence)
    if len(values) > MAX_VALUES:
        raise BadOperand(_("choose %(most)s values at most.") % {"most": MAX_VALUES})
    return values


def _texts(data: JSON) -> tuple[str, ...]:
    values = _list(data, _("type at least one text to compare with."))
    return tuple(dict.fromkeys(as_text(value) for value in values))


def _choices(data: JSON) -> tuple[str, ...]:
    values = _list(data, _("choose at least one."))
    return tuple(dict.fromkeys(str(value) for value in values))


def as_number(value: Any) -> Decimal:
    if value in (None, "") or isinstance(value, bool):
        raise BadOperand(_("type a number to compare with."))
    try:
        number = Decimal(str(value).replace("\u00a0", "").replace(" ", ""))
    except InvalidOperation:
        raise BadOperand(
            _("“%(value)s” is not a number.") % {"value": short(value)}
        ) from None
    if not number.is_finite() or abs(number) > BIGGEST:
        raise BadOperand(
            _("“%(value)s” is too large to compare with.") % {"value": short(value)}
        )
    return number


def _number(data: JSON) -> Decimal:
    return as_number(data.get("value"))


def _numbers(data: JSON) -> tuple[Decimal, Decimal]:
    low, high = sorted(as_number(one) for one in _pair(data, _("type both numbers.")))
    return low, high


def _pair(data: JSON, sentence: str) -> list[Any]:
    values = data.get("values")
    if not isinstance(values, list) or len(values) != 2:
        raise BadOperand(sentence)
    return values


def _yes_no(data: JSON) -> bool:
    value = data.get("value")
    if not isinstance(value, bool):
        raise BadOperand(_("choose yes or no."))
    return value


def _as_day(value: Any) -> dt.date:
    if not value:
        raise BadOperand(_("choose a day."))
    try:
        day = dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadOperand(
            _("“%(value)s” is not a day. Write it as 2026-11-22.")
            % {"value": short(value)}
        ) from None
    if not dates.FIRST_DAY <= day < dates.LAST_DAY:
        raise BadOperand(
            _("choose a day after %(year)s.") % {"year": dates.FIRST_DAY.year}
        )
    return day


def _day(data: JSON) -> dt.date:
    return _as_day(data.get("value"))


def _days(data: JSON) -> tuple[dt.date, dt.date]:
    low, high = sorted(_as_day(one) for one in _pair(data, _("choose both days.")))
    return low, high


def _span(data: JSON) -> dates.Span:
    number, unit = as_number(data.get("value")), data.get("unit")
    if number != int(number) or not 0 <= number <= dates.LONGEST_SPAN:
        said = _("type a whole number from %(least)s to %(most)s.")
        raise BadOperand(said % {"least": 0, "most": dates.LONGEST_SPAN})
    if unit not in UNITS:
        raise BadOperand(_("choose days, weeks, months or years."))
    return dates.Span(int(number), str(unit))


def as_group(value: Any) -> str:
    if not GROUP.fullmatch(str(value)):
        raise BadOperand(_("“%(value)s” is not an email.") % {"value": short(value)})
    return str(value)


def as_id(value: Any, otherwise: StrOrPromise) -> int:
    if not str(value).isdecimal() or len(str(value)) > 18:
        raise BadOperand(otherwise % {"value": short(value)})
    return int(value)


def _other(data: JSON) -> str:
    if not data.get("value"):
        raise BadOperand(_("choose the date to compare with."))
    return str(data["value"])


def _reasons(data: JSON) -> Reasons:
    about = data.get("type")
    kind = None if about is None else as_id(about, NO_TYPE)
    return Reasons(_choices(data), kind)


KEYS: dict[Operand, tuple[str, ...]] = {
    Operand.NOTHING: (),
    Operand.TEXT: ("value",),
    Operand.TEXTS: ("values",),
    Operand.NUMBER: ("value",),
    Operand.NUMBERS: ("values",),
    Operand.YES_NO: ("value",),
    Operand.DAY: ("value",),
    Operand.DAYS: ("values",),
    Operand.SPAN: ("value", "unit"),
    Operand.CHOICES: ("values",),
    Operand.OTHER: ("value",),
    Operand.REASONS: ("values", "type"),
    Operand.EMAILS: (
        "group",
        "groups",
        "messages",
        "types",
        "when",
        "times",
    ),
}
# of emails see emails.read
OPERANDS: dict[Operand, Callable[[JSON], Any]] = {
    Operand.NOTHING: lambda data: None,
    Operand.TEXT: _text,
    Operand.TEXTS: _texts,
    Operand.NUMBER: _number,
    Operand.NUMBERS: _numbers,
    Operand.YES_NO: _yes_no,
    Operand.DAY: _day,
    Operand.DAYS: _days,
    Operand.SPAN: _span,
    Operand.CHOICES: _choices,
    Operand.OTHER: _other,
    Operand.REASONS: _reasons,
}
