"""Rules of a segment: JSON -> frozen dataclasses, or complaints that name the place.

A rule is a group or a filter:

    {"match": "all" | "any" | "none", "rules": [rule, ...]}
    {"field": "delivered", "operator": "greater", "value": 11}
    {"field": "last_opened_at", "operator": "more_than_ago",
     "value": 52, "unit": "weeks", "include_unknown": true}
    {"field": "country", "operator": "any_of", "values": ["Finland", "Norway"]}
    {"field": "email_event", "operator": "sent_but_not_clicked", "group": "email:12"}
    {"field": "created_at", "operator": "before_other", "value": "last_opened_at"}
    {"field": "segment", "operator": "not_member", "values": ["7"]}
    {"field": "property:3", "operator": "unknown"}

The outermost rule is a group. `fields.py` says which fields there are, `operators.py`
which operators, `operands.py` which keys they take, and `emails.py` what narrows emails
down; "none" is the complement of "any", people without a value included. An unknown key
is refused: a filter that was narrowed by a newer version must never be read as a wider
one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from segments import dates, emails
from segments.emails import Emails
from segments.fields import Field, Source
from segments.operands import JSON, KEYS, OPERANDS, BadOperand, Reasons, short
from segments.operators import Operand, Operator, Type

MAX_DEPTH = 5  # groups in one another, beside the outermost
MAX_FILTERS = 250

Place = tuple[int, ...]
Value = (
    str
    | bool
    | Decimal
    | tuple[str, ...]
    | tuple[Decimal, Decimal]
    | dt.date
    | tuple[dt.date, dt.date]
    | dates.Span
    | Emails
    | Reasons
    | Field
    | None
)
DATES = (Type.DATE, Type.DATETIME)


@dataclass(frozen=True, slots=True)
class Filter:
    """One complete condition. `place` is where it stands; equality ignores it."""

    field: Field
    operator: Operator
    value: Value = None
    include_unknown: bool = False
    place: Place = dataclasses.field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that all, any, or none of must hold."""

    match: str
    rules: tuple[Group | Filter, ...]
    place: Place = dataclasses.field(default=(), compare=False)

    def filters(self) -> Iterator[Filter]:
        for rule in self.rules:
            if isinstance(rule, Filter):
                yield rule
            else:
                yield from rule.filters()


class Words(Protocol):
    """What the parser needs to know of this installation (see vocabulary)."""

    def field(self, key: str) -> Field | None: ...
    def choices(self, field: Field) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with the rule at `place`, and what to do."""

    place: Place
    sentence: str

    def __str__(self) -> str:
        return f"{name_of(self.place)}: {self.sentence}"


class BadRules(ValueError):
    """The rules cannot be used; `complaints` has at least one."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__(" ".join(map(str, complaints)))
        self.complaints = complaints


def name_of(place: Place) -> str:
    """“Group 2, condition 3.1” for (1, 2, 0): as the builder numbers them."""
    if not place:
        return _("The segment")
    if len(place) == 1:
        return _("Group %(group)s") % {"group": place[0] + 1}
    rest = ".".join(str(index + 1) for index in place[1:])
    said = _("Group %(group)s, condition %(condition)s")
    return said % {"group": place[0] + 1, "condition": rest}


@dataclass(slots=True)
class Reading:
    """The complete part of some rules, and what is wrong with the rest."""

    words: Words
    complaints: list[Complaint] = dataclasses.field(default_factory=list)
    filters: int = 0

    def rule(self, data: Any, place: Place) -> Group | Filter | None:
        if not isinstance(data, Mapping):
            self._complain(place, _("a rule is an object."))
            return None
        if "rules" in data or "match" in data:
            return self._group(data, place)
        return self._filter(data, place)

    def _complain(self, place: Place, sentence: str) -> None:
        self.complaints.append(Complaint(place, sentence))

    def _group(self, data: JSON, place: Place) -> Group | None:
        refusal = _group_refusal(data, place)
        if refusal:
            self._complain(place, refusal)
            return None
        found = [
            self.rule(one, (*place, index)) for index, one in enumerate(data["rules"])
        ]
        rules = tuple(rule for rule in found if rule is not None)
        return Group(data["match"], rules, place) if rules else None

    def _filter(self, data: JSON, place: Place) -> Filter | None:
        self.filters += 1
        if self.filters == MAX_FILTERS + 1:
            said = _(
                "a segment takes %(most)s conditions. Remove some, or put part"
                " of them into a segment of their own."
            )
            self._complain(place, said % {"most": MAX_FILTERS})
            return None
        try:
            return self._complete(data, place)
        except BadOperand as error:
            self._complain(place, str(error))
            return None

    def _complete(self, data: JSON, place: Place) -> Filter:
        found = self._field(data.get("field"))
        operator = _operator(found, data.get("operator"))
        _check_keys(data, operator)
        value = self._value(data, found, operator)
        wide = data.get("include_unknown", False)
        if not isinstance(wide, bool):
            raise BadOperand(_("“include_unknown” is true or false."))
        return Filter(found, operator, value, wide, place)

    def _value(self, data: JSON, found: Field, operator: Operator) -> Value:
        if operator.operand is Operand.EMAILS:
            return emails.read(data)
        value: Value = OPERANDS[operator.operand](data)
        if operator.operand is Operand.OTHER:
            return _other(self._field(value), found)
        _check_choices(value, found, operator.operand, self.words)
        return value

    def _field(self, key: Any) -> Field:
        if not key:
            raise BadOperand(_("choose what to filter by."))
        found = self.words.field(str(key)) if isinstance(key, str) else None
        if found is None:
            said = _("there is no field “%(key)s”. Choose another.")
            raise BadOperand(said % {"key": short(key)})
        return found


def _group_refusal(data: JSON, place: Place) -> str:
    if data.get("match") not in ("all", "any", "none"):
        return _("choose whether all, any or none of the conditions must hold.")
    rules = data.get("rules")
    if set(data) - {"match", "rules"} or not isinstance(rules, list):
        return _("a group has “match” and “rules”, nothing else.")
    if len(place) > MAX_DEPTH:
        said = _("groups nest %(most)s deep at most. Move this one up.")
        return said % {"most": MAX_DEPTH}
    if not rules:
        return _("the group is empty. Add a condition or remove the group.")
    return ""


def _operator(found: Field, key: Any) -> Operator:
    if not key:
        said = _("choose how to compare “%(field)s”.")
        raise BadOperand(said % {"field": found.label})
    operator = found.operator(str(key))
    if operator is None:
        said = _("“%(key)s” is no way to ask for “%(field)s”.")
        raise BadOperand(said % {"key": short(key), "field": found.label})
    return operator


def _check_keys(data: JSON, operator: Operator) -> None:
    allowed = {"field", "operator", *KEYS[operator.operand], *operator.narrows}
    if operator.widens:
        allowed.add("include_unknown")
    extra = sorted(map(str, set(data) - allowed))
    if extra:
        said = _("“%(operator)s” does not take “%(keys)s”.")
        keys = short(", ".join(extra))
        raise BadOperand(said % {"operator": operator.label, "keys": keys})


def _other(other: Field, found: Field) -> Field:
    if other.type not in DATES or other.source is Source.FACT:
        said = _("“%(field)s” is not a date. Choose another.")
        raise BadOperand(said % {"field": other.label})
    if other.key == found.key:
        raise BadOperand(_("choose another date than the one before."))
    return other


def _check_choices(value: Value, found: Field, operand: Operand, words: Words) -> None:
    keys = value.keys if isinstance(value, Reasons) else value
    if operand not in (Operand.CHOICES, Operand.REASONS) or not isinstance(keys, tuple):
        return
    known = words.choices(found)
    gone = [one for one in keys if one not in known]
    if gone:
        said = _("“%(value)s” is not there any more. Choose again.")
        raise BadOperand(said % {"value": short(gone[0])})


def read(data: Any, words: Words) -> tuple[Group | None, tuple[Complaint, ...]]:
    """The complete part of `data` (None: nothing is complete), and every complaint.

    For the builder, which counts what is complete while the rest is being written.
    """
    reading = Reading(words)
    if not isinstance(data, Mapping) or "rules" not in data:
        return None, (Complaint((), _("add at least one condition.")),)
    rules = reading.rule(data, ())
    return (
        rules if isinstance(rules, Group) else None,
        tuple(reading.complaints),
    )


def parse(data: Any, words: Words) -> Group:
    """`data` as rules, or BadRules."""
    rules, complaints = read(data, words)
    if complaints or rules is None:
        raise BadRules(complaints)
    return rules


def inputs(data: Any, words: Words) -> frozenset[str]:
    """What the log of changes calls everything that the rules depend on."""
    if not isinstance(data, Mapping):
        return frozenset()
    if data.get("field") == "segment":
        return frozenset(f"segment:{pk}" for pk in sources(data))
    found = {str(data.get("field", "")), str(data.get("value", ""))}
    fields = [words.field(key) for key in found]
    here = frozenset[str]().union(*(one.inputs for one in fields if one))
    rules = data.get("rules")
    inner = rules if isinstance(rules, list) else []
    return here.union(*(inputs(one, words) for one in inner))


def sources(data: Any) -> set[int]:
    """Ids of the segments that rules ask about; `data` as stored, or anything."""
    if not isinstance(data, Mapping):
        return set()
    if data.get("field") == "segment":
        values = data.get("values")
        found = values if isinstance(values, list) else []
        return {int(one) for one in found if str(one).isdecimal()}
    rules = data.get("rules")
    inner = rules if isinstance(rules, list) else []
    return {pk for one in inner for pk in sources(one)}
