"""Rules in plain words, from the same tree that is compiled. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from segments.emails import HUMAN, TIMES, WHO, WINDOWS, Emails
from segments.operands import Reasons
from segments.operators import Operand, Type
from segments.rules import Filter, Group, Words

SHOWN = 4
MATCHES = {
    "all": "All of these",
    "any": "At least one of these",
    "none": "None of these",
}
UNSENT = "an email not sent yet"


@dataclass(frozen=True, slots=True)
class Line:
    """A group or condition in words; `level` 0 is the whole segment."""

    rule: Group | Filter
    level: int
    words: str


def sentence(rules: Group, words: Words) -> str:
    """“Contacts whose … and whose …; or who …”, one sentence."""
    return f"Contacts {_group(rules, words, outer=True)}."


def lines(rule: Group | Filter, words: Words) -> Iterator[Line]:
    """Every group and condition on a line of its own, as they stand."""
    yield from _lines(rule, words, 0)


def _lines(rule: Group | Filter, words: Words, level: int) -> Iterator[Line]:
    if isinstance(rule, Filter):
        text = phrase(rule, words).removeprefix("whose ").removeprefix("who ")
        yield Line(rule, level, text[:1].upper() + text[1:])
        return
    yield Line(rule, level, MATCHES[rule.match])
    for one in rule.rules:
        yield from _lines(one, words, level + 1)


def _group(group: Group, words: Words, *, outer: bool = False) -> str:
    parts = [
        _group(one, words) if isinstance(one, Group) else phrase(one, words)
        for one in group.rules
    ]
    if group.match == "none":
        return f"of whom none of this is true: {'; '.join(parts)}"
    if outer and group.match == "any":
        return "; or ".join(parts)
    joined = f" {'and' if group.match == 'all' else 'or'} ".join(parts)
    nested = not outer and len(parts) > 1 and len(group.place) > 1
    return f"({joined})" if nested else joined


def phrase(filter: Filter, words: Words) -> str:
    """“whose Company contains “x”” or “who received any marketing email”."""
    field, operator = filter.field, filter.operator
    value = value_in_words(filter, words.choices(field) if _lists(filter) else {})
    if field.type in _DOERS:
        return f"who {operator.label} {value}"
    asked = operator.label.replace("…", value)
    if asked == operator.label:
        asked = f"{asked} {value}".strip()
    known = " or has no value" if filter.include_unknown else ""
    return f"whose {field.label} {asked}{known}"


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
    return text + more_than(filter)


def more_than(filter: Filter) -> str:
    """ " (12 or more)" behind “more than 11”: people read it as 11 or more."""
    value = filter.value
    if filter.operator.key != "greater" or not isinstance(value, Decimal):
        return ""
    return f" ({int(value) + 1:,} or more)" if value == int(value) else ""


def _tuple(filter: Filter) -> tuple[str, ...]:
    value = filter.value
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def _series(items: list[str], *, both: bool = False) -> str:
    if len(items) > SHOWN:
        rest = len(items) - SHOWN + 1
        items = [*items[: SHOWN - 1], f"{rest:,} more"]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {'and' if both else 'or'} {items[-1]}"


def number(value: Decimal) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value.normalize():,f}"


def day(value: dt.date) -> str:
    return f"{value.day} {value:%B %Y}"


def _emails(value: Emails, names: Mapping[str, str]) -> str:
    which = _series([_named(key, names) for key in value.keys])
    return f"{which or 'any marketing email'}{_narrowed(value)}"


def _named(key: str, names: Mapping[str, str]) -> str:
    name = names.get(key, UNSENT)
    if key.startswith("type:"):
        return name[:1].lower() + name[1:]
    return f"“{name}”"


def _narrowed(value: Emails) -> str:
    """“, at least 3 of them, in the last 30 days, by machines, link with “x””."""
    parts = []
    if value.times:
        parts.append(f"{TIMES[value.times.operator]} {value.times.number:,} of them")
    if value.when:
        label, operand = WINDOWS[value.when.operator]
        when = _VALUES[operand](value.when.value, {})
        parts.append(label.replace("…", when) if "…" in label else f"{label} {when}")
    if value.link:
        parts.append(f"a link with “{value.link}”")
    if value.by != HUMAN:
        parts.append(f"by {WHO[value.by]}")
    return "".join(f", {part}" for part in parts)


def _reasons(value: Reasons, names: Mapping[str, str]) -> str:
    return _series([names.get(key, key) for key in value.keys])


# by operand: the value, and the names of what can be chosen
_VALUES: dict[Operand, Callable[[Any, Mapping[str, str]], str]] = {
    Operand.NOTHING: lambda value, names: "",
    Operand.TEXT: lambda value, names: f"“{value}”",
    Operand.TEXTS: lambda value, names: _series([f"“{one}”" for one in value]),
    Operand.NUMBER: lambda value, names: number(value),
    Operand.NUMBERS: lambda value, names: " and ".join(map(number, value)),
    Operand.YES_NO: lambda value, names: "yes" if value else "no",
    Operand.DAY: lambda value, names: day(value),
    Operand.DAYS: lambda value, names: " and ".join(map(day, value)),
    Operand.SPAN: lambda value, names: str(value),
    Operand.CHOICES: lambda value, names: "",
    Operand.OTHER: lambda value, names: value.label,
    Operand.REASONS: _reasons,
    Operand.EMAILS: _emails,
}
