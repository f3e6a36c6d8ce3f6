"""Rules in plain words, from the same tree that is compiled. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.numbers import number
from segments.emails import HUMAN, WINDOWS, Emails
from segments.operands import Reasons
from segments.operators import Operand, Type
from segments.rules import Filter, Group, Words

SHOWN = 4
MATCHES = {
    "all": gettext_lazy("All of these"),
    "any": gettext_lazy("At least one of these"),
    "none": gettext_lazy("None of these"),
}
# in how many emails, and whose doing counts, behind the emails themselves
OFTEN = {
    "at_least": gettext_lazy("at least %(count)s of them"),
    "at_most": gettext_lazy("at most %(count)s of them"),
    "exactly": gettext_lazy("exactly %(count)s of them"),
}
DOERS = {
    "unverified": gettext_lazy("by uncertain ones"),
    "machine": gettext_lazy("by machines"),
    "any": gettext_lazy("by anybody or anything"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A group or condition in words; `level` 0 is the whole segment."""

    rule: Group | Filter
    level: int
    words: str


def sentence(rules: Group, words: Words) -> str:
    """“Contacts whose … and whose …; or who …”, one sentence."""
    conditions = _group(rules, words, outer=True)
    return _("Contacts %(conditions)s.") % {"conditions": conditions}


def lines(rule: Group | Filter, words: Words) -> Iterator[Line]:
    """Every group and condition on a line of its own, as they stand."""
    yield from _lines(rule, words, 0)


def _lines(rule: Group | Filter, words: Words, level: int) -> Iterator[Line]:
    if isinstance(rule, Filter):
        text = clause(rule, words)
        yield Line(rule, level, text[:1].upper() + text[1:])
        return
    yield Line(rule, level, str(MATCHES[rule.match]))
    for one in rule.rules:
        yield from _lines(one, words, level + 1)


def _group(group: Group, words: Words, *, outer: bool = False) -> str:
    parts = [
        _group(one, words) if isinstance(one, Group) else phrase(one, words)
        for one in group.rules
    ]
    if group.match == "none":
        said = _("of whom none of this is true: %(conditions)s")
        return said % {"conditions": "; ".join(parts)}
    if outer and group.match == "any":
        return _("; or ").join(parts)
    joined = (_(" and ") if group.match == "all" else _(" or ")).join(parts)
    nested = not outer and len(parts) > 1 and len(group.place) > 1
    return f"({joined})" if nested else joined


def phrase(filter: Filter, words: Words) -> str:
    """“whose Company contains “x”” or “who received any marketing email”."""
    said = _("who %(clause)s") if _is_doing(filter) else _("whose %(clause)s")
    return said % {"clause": clause(filter, words)}


def clause(filter: Filter, words: Words) -> str:
    """“Company contains “x””."""
    field = filter.field
    value = value_in_words(filter, words.choices(field) if _lists(filter) else {})
    said = filter.operator.pattern % {"field": field.label, "value": value}
    if filter.include_unknown and not _is_doing(filter):
        return _("%(clause)s or has no value") % {"clause": said}
    return said


def _is_doing(filter: Filter) -> bool:
    return filter.field.type in _DOERS


_DOERS = (Type.ACTIVITY, Type.MEMBERSHIP, Type.SUBSCRIPTION, Type.MAILABLE)


def _lists(filter: Filter) -> bool:
    return filter.operator.operand in (
        Operand.CHOICES,
        Operand.EMAILS,
        Operand.REASONS,
    )


def value_in_words(filter: Filter, names: Mapping[str, str]) -> str:
    text = _VALUES[filter.operator.operand](filter.value, names)
    if filter.operator.operand is Operand.CHOICES:
        both = filter.operator.key.endswith(("all_of", "exactly"))
        return _series([names.get(one, one) for one in _tuple(filter)], both=both)
    return f"{text} {more_than(filter)}".strip()


def more_than(filter: Filter) -> str:
    """“(12 or more)” behind “more than 11”: people read it as 11 or more."""
    value = filter.value
    if filter.operator.key != "greater" or not isinstance(value, Decimal):
        return ""
    if value != int(value):
        return ""
    return _("(%(number)s or more)") % {"number": number(int(value) + 1)}


def _tuple(filter: Filter) -> tuple[str, ...]:
    value = filter.value
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def _series(items: list[str], *, both: bool = False) -> str:
    if len(items) > SHOWN:
        rest = len(items) - SHOWN + 1
        more = ngettext("%(count)s more", "%(count)s more", rest)
        items = [*items[: SHOWN - 1], more % {"count": number(rest)}]
    if len(items) < 2:
        return "".join(items)
    said = _("%(first)s and %(last)s") if both else _("%(first)s or %(last)s")
    return said % {"first": ", ".join(items[:-1]), "last": items[-1]}


def day(value: dt.date) -> str:
    return formats.date_format(value, "DATE_FORMAT")


def _quoted(text: str) -> str:
    return _("“%(text)s”") % {"text": text}


def _between(ends: Iterable[str]) -> str:
    low, high = ends
    return _("%(low)s and %(high)s") % {"low": low, "high": high}


def _emails(value: Emails, names: Mapping[str, str]) -> str:
    which = _series([_named(key, names) for key in value.keys])
    return f"{which or _('any marketing email')}{_narrowed(value)}"


def _named(key: str, names: Mapping[str, str]) -> str:
    name = names.get(key, _("an email not sent yet"))
    if key.startswith("type:"):
        return name[:1].lower() + name[1:]
    return _quoted(name)


def _narrowed(value: Emails) -> str:
    """“, at least 3 of them, in the last 30 days, by machines, link with “x””."""
    parts = []
    if value.times:
        often = OFTEN[value.times.operator]
        parts.append(often % {"count": number(value.times.number)})
    if value.when:
        window, operand = WINDOWS[value.when.operator]
        parts.append(window % {"value": _VALUES[operand](value.when.value, {})})
    if value.link:
        parts.append(_("a link with “%(link)s”") % {"link": value.link})
    if value.by != HUMAN:
        parts.append(str(DOERS[value.by]))
    return "".join(f", {part}" for part in parts)


def _reasons(value: Reasons, names: Mapping[str, str]) -> str:
    return _series([names.get(key, key) for key in value.keys])


# by operand: the value, and the names of what can be chosen
_VALUES: dict[Operand, Callable[[Any, Mapping[str, str]], str]] = {
    Operand.NOTHING: lambda value, names: "",
    Operand.TEXT: lambda value, names: _quoted(value),
    Operand.TEXTS: lambda value, names: _series([_quoted(one) for one in value]),
    Operand.NUMBER: lambda value, names: number(value),
    Operand.NUMBERS: lambda value, names: _between(map(number, value)),
    Operand.YES_NO: lambda value, names: _("yes") if value else _("no"),
    Operand.DAY: lambda value, names: day(value),
    Operand.DAYS: lambda value, names: _between(map(day, value)),
    Operand.SPAN: lambda value, names: str(value),
    Operand.CHOICES: lambda value, names: "",
    Operand.OTHER: lambda value, names: str(value.label),
    Operand.REASONS: _reasons,
    Operand.EMAILS: _emails,
}
