"""Why somebody is in a segment or not: every condition asked about one contact.

From the same compiled tree as everything else, in one query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Q, TextField, Value, When
from django.db.models.functions import Cast

from contacts.models import Contact
from segments.compile import condition, value_of
from segments.dates import Clock
from segments.fields import Source
from segments.operators import Type
from segments.rules import Filter, Group, name_of
from segments.vocabulary import Vocabulary
from segments.words import phrase

MATCHES = {
    "all": "All of these",
    "any": "At least one of these",
    "none": "None of these",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the answer. `level` 0 is the whole segment."""

    words: str
    holds: bool
    level: int
    is_group: bool
    # what she has, "" where there is nothing to show
    actual: str = ""


def explain(
    contact: Contact, rules: Group, words: Vocabulary, clock: Clock
) -> list[Verdict]:
    """The verdict on the whole, then on every group and condition, as they stand."""
    nodes = list(_walk(rules, 0))
    columns: dict[str, Any] = {}
    for n, (rule, _) in enumerate(nodes):
        columns[f"holds_{n}"] = _asked(condition(rule, clock))
        if isinstance(rule, Filter) and rule.field.source is not Source.FACT:
            columns[f"actual_{n}"] = Cast(value_of(rule.field), TextField())
    row = Contact.objects.filter(pk=contact.pk).annotate(**columns).values(*columns)
    found = row.get()
    return [
        Verdict(
            _words(rule, words),
            found[f"holds_{n}"],
            level,
            isinstance(rule, Group),
            _actual(rule, found.get(f"actual_{n}", "")),
        )
        for n, (rule, level) in enumerate(nodes)
    ]


def _asked(question: Q) -> Case:
    return Case(
        When(question, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _walk(rule: Group | Filter, level: int) -> Iterator[tuple[Group | Filter, int]]:
    yield rule, level
    if isinstance(rule, Group):
        for one in rule.rules:
            yield from _walk(one, level + 1)


def _words(rule: Group | Filter, words: Vocabulary) -> str:
    if isinstance(rule, Filter):
        text = phrase(rule, words).removeprefix("whose ").removeprefix("who ")
        return text[:1].upper() + text[1:]
    if not rule.place:
        return "The segment"
    return f"{name_of(rule.place)}: {MATCHES[rule.match].lower()}"


def _actual(rule: Group | Filter, value: str | None) -> str:
    if isinstance(rule, Group) or rule.field.source is Source.FACT:
        return ""
    if value is None or value == "":
        return "no value"
    if rule.field.type is Type.DATETIME:
        return f"{value[:16].replace('T', ' ')} UTC"
    return value[:80]
