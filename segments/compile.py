"""Rules -> one condition on Contact, in SQL. There is no other evaluator.

Count, sample, members, export and "why is she in" all ask the condition made here.

A leaf may be unknown (null) for a contact without a value; where it stands, null counts
as no. "None" is pushed down to the leaves as a complement, so that a null becomes yes
there, and a question to another table stays a plain (NOT) EXISTS, which the database
answers with a semi or an anti join.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Lower, TruncDate
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from segments import facts
from segments.dates import Clock, Interval, interval, moments
from segments.displaced import Displaced
from segments.expressions import (
    IsNotTrue,
    Json,
    JsonDate,
    JsonNumber,
    JsonText,
    TextDate,
    TextDay,
    TextNumber,
)
from segments.fields import Field, Source
from segments.operators import Type
from segments.rules import Filter, Group

# Any: Django's lookups and expressions have no common type that Q accepts
Condition = Any

_TEXTS = ArrayField(models.TextField())


_JSON: dict[Type, type[Func]] = {
    Type.NUMBER: JsonNumber,
    Type.CHOICES: Json,
    Type.DATE: JsonDate,
    Type.DATETIME: JsonDate,
}


def value_of(field: Field) -> Any:
    """The field as an expression on Contact; null or '' for unknown."""
    if field.source is Source.ASKED:
        return facts.VALUES[field.name]()
    if field.source is not Source.PROPERTY:
        return F(field.name)
    return _JSON.get(field.type, JsonText)(F("properties"), Value(field.name))


def unknown(field: Field) -> Condition:
    """The condition that a contact has no value; never null."""
    if field.source is Source.FACT:
        return facts.nobody()
    value = value_of(field)
    if field.type is Type.CHOICES:
        return Q(IsNull(value, True)) | Q(Exact(value, Value([], models.JSONField())))
    if field.source is Source.COLUMN:
        return Exact(value, "") if field.type is not Type.NUMBER else facts.nobody()
    if field.source is Source.PROPERTY and field.type is Type.STRING:
        return Q(IsNull(value, True)) | Q(Exact(value, ""))
    return IsNull(value, True)


def _text(operator: str, value: Any, wanted: Any) -> Condition:
    """Text is compared without regard to upper and lower case."""
    if operator == "any_of":
        return In(Lower(value), [Lower(Value(one)) for one in wanted])
    low, small = Lower(value), Lower(Value(wanted))
    if operator == "is":
        return Exact(low, small)
    if operator == "contains":
        found = Func(low, small, function="strpos", output_field=models.IntegerField())
        return GreaterThan(found, 0)
    if operator == "starts_with":
        return _test("starts_with", low, small)
    size = Func(small, function="length", output_field=models.IntegerField())
    end = Func(low, size, function="right", output_field=models.TextField())
    return Exact(end, small)


def _test(function: str, *arguments: Any) -> Func:
    return Func(*arguments, function=function, output_field=models.BooleanField())


_COMPARE: dict[str, Callable[[Any, Any], Condition]] = {
    "greater": GreaterThan,
    "at_least": GreaterThanOrEqual,
    "less": LessThan,
    "at_most": LessThanOrEqual,
    "is": Exact,
}


def _number(operator: str, value: Any, wanted: Any) -> Condition:
    if operator == "between":
        low, high = map(_plain, wanted)
        return Q(GreaterThanOrEqual(value, low)) & Q(LessThanOrEqual(value, high))
    if operator == "not_between":
        low, high = map(_plain, wanted)
        return Q(LessThan(value, low)) | Q(GreaterThan(value, high))
    return _COMPARE[operator](value, _plain(wanted))


def _plain(number: Any) -> Any:
    """Whole numbers as such: comparing a column with them needs no conversion."""
    return Value(int(number) if number == int(number) else number)


def _choices(operator: str, value: Any, wanted: Any) -> Condition:
    words = Value(list(wanted), _TEXTS)
    if operator == "any_of":
        return _test("jsonb_exists_any", value, words)
    everything = _test("jsonb_exists_all", value, words)
    if operator == "all_of":
        return everything
    within = _test("jsonb_contained", value, Value(list(wanted), models.JSONField()))
    return Q(everything) & Q(within)


def _when(filter: Filter, clock: Clock) -> Condition:
    days = interval(filter.operator.key, filter.value, clock.today)  # type: ignore[arg-type]
    value = value_of(filter.field)
    inverse = filter.operator.key == "not_between"
    return _within(value, *_bounds(filter.field, days, clock), inverse=inverse)


def _within(value: Any, low: Any, high: Any, *, inverse: bool) -> Condition:
    if inverse:
        return Q(LessThan(value, low)) | Q(GreaterThanOrEqual(value, high))
    parts: list[Condition] = [] if low is None else [GreaterThanOrEqual(value, low)]
    if high is not None:
        parts.append(LessThan(value, high))
    return reduce(and_, map(Q, parts))


def _bounds(field: Field, days: Interval, clock: Clock) -> tuple[Any, Any]:
    """The half-open interval in the spelling of the field.

    The ends "0" and ":" keep out of a property what does not begin with a digit.
    """
    if field.type is Type.DATE:
        low, high = _date_bounds(days, clock.today)
        return low.isoformat() if low else "0", high.isoformat() if high else ":"
    start, end = moments(days, clock)
    if field.source is Source.PROPERTY:
        return _spelt(start) or "0", _spelt(end) or ":"
    return start, end


def _date_bounds(days: Interval, today: dt.date) -> tuple[Any, Any]:
    tomorrow = today + dt.timedelta(days=1)
    return (
        today if days.future else days.low,
        tomorrow if days.past else days.high,
    )


def _spelt(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).isoformat() if moment else ""


def _leaf(filter: Filter, clock: Clock) -> Condition:
    """What the (positive) operator of `filter` asks; may be null."""
    field, operator = filter.field, _positive(filter)
    if field.source is Source.FACT:
        return facts.FACTS[field.key](operator, filter.value, clock)
    if operator == "known":
        return ~Q(unknown(field))
    if operator.startswith("ever_"):
        return _ever(operator.removeprefix("ever_"), filter)
    if isinstance(filter.value, Field):
        return _compared(operator, field, filter.value, clock)
    if field.type in (Type.DATE, Type.DATETIME):
        return _when(filter, clock)
    return _plain_leaf(operator, field, value_of(field), filter.value)


def _plain_leaf(operator: str, field: Field, value: Any, wanted: Any) -> Condition:
    """Text, numbers and choices; `value` is an expression, of now or of before."""
    if field.type is Type.STRING:
        return _text(operator, value, wanted)
    if field.type is Type.NUMBER:
        return _number(operator, value, wanted)
    if field.type is Type.BOOLEAN:
        return Exact(value, str(wanted).lower())
    if field.type is Type.CHOICE:
        return In(value, [int(x) for x in wanted] if _is_key(field) else list(wanted))
    return _choices(operator, value, wanted)


def _is_key(field: Field) -> bool:
    return field.name == "owner_id"


def _ever(operator: str, filter: Filter) -> Condition:
    """The value of now, or one that was displaced."""
    field, wanted = filter.field, filter.value
    now = _plain_leaf(operator, field, value_of(field), wanted)
    kept = Displaced.objects.filter(contact_id=OuterRef("pk"), field=field.key)
    before: Any = F("value")
    if field.type is Type.NUMBER or _is_key(field):
        before = TextNumber(before)
    return Q(now) | Exists(kept.filter(Q(_plain_leaf(operator, field, before, wanted))))


_BY_DAY: dict[str, Callable[[Any, Any], Condition]] = {
    "before_other": LessThan,
    "after_other": GreaterThan,
    "same_day": Exact,
}


def _compared(operator: str, field: Field, other: Field, clock: Clock) -> Condition:
    return _BY_DAY[operator](_day_of(field, clock), _day_of(other, clock))


def _day_of(field: Field, clock: Clock) -> Any:
    """The account's day of a date or moment; null for what is none."""
    value = value_of(field)
    if field.source is not Source.PROPERTY:
        return TruncDate(value, tzinfo=clock.zone)
    if field.type is Type.DATE:
        return TextDate(value)
    return TextDay(value, Value(str(clock.zone)))


def _positive(filter: Filter) -> str:
    return filter.operator.negates or filter.operator.key


def condition(rule: Group | Filter, clock: Clock, *, negated: bool = False) -> Q:
    """`rule`, or its complement, as a condition on Contact."""
    if isinstance(rule, Filter):
        return _filter(rule, clock, negated=negated)
    if rule.match == "none":
        negated = not negated
    parts = [condition(one, clock, negated=negated) for one in rule.rules]
    return reduce(and_ if (rule.match == "all") != negated else or_, parts)


def _filter(filter: Filter, clock: Clock, *, negated: bool) -> Q:
    if filter.operator.negates:
        negated = not negated
    if negated and _positive(filter) == "known":
        return Q(unknown(filter.field))
    asked = Q(_leaf(filter, clock))
    if filter.include_unknown:
        asked |= _either_unknown(filter)
    if not negated:
        return asked
    return ~asked if filter.field.source is Source.FACT else Q(IsNotTrue(asked))


def _either_unknown(filter: Filter) -> Q:
    found = Q(unknown(filter.field))
    other = filter.value
    return found | Q(unknown(other)) if isinstance(other, Field) else found


def left_out(filter: Filter, clock: Clock) -> Q | None:
    """Those whom `filter` leaves out because nobody knows; None: it leaves out nobody.

    People without a value, or of whom tracking was off (no switch includes those).
    """
    wanted: Any = filter.value
    if filter.field.type is Type.ACTIVITY:
        blind = facts.unknowable(filter.operator.key, wanted, clock)
        return None if blind is None else Q(blind)
    if not filter.operator.widens or filter.field.source is Source.FACT:
        return None
    if filter.field.source is Source.COLUMN and filter.field.type is Type.NUMBER:
        return None
    return _either_unknown(filter)


def simplified(group: Group) -> Group:
    """The same question, with what all branches of an "any" share asked once.

    (A and B) or (A and C) becomes A and (B or C): the database then joins A once
    instead of looking it up row by row in each branch.
    """
    branches = [
        one if isinstance(one, Group) and one.match == "all" else None
        for one in group.rules
    ]
    if group.match != "any" or len(branches) < 2 or None in branches:
        return group
    parts = [one.rules for one in branches if one is not None]
    shared = [rule for rule in parts[0] if all(rule in other for other in parts[1:])]
    if not shared:
        return group
    rests = [tuple(rule for rule in part if rule not in shared) for part in parts]
    if not all(rests):  # one branch asks nothing more: the others add nobody
        return Group("all", tuple(shared))
    either = Group("any", tuple(Group("all", rest) for rest in rests))
    return Group("all", (*shared, either))


def compile_rules(rules: Group, clock: Clock) -> Q:
    """The condition whose contacts are the segment."""
    return condition(simplified(rules), clock)
