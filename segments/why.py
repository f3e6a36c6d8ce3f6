"""Why somebody is in a segment or not: every condition asked about one contact.

From the same compiled tree as everything else, in one query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from contacts.models import Contact
from segments.compile import condition, value_of
from segments.dates import Clock
from segments.fields import Source
from segments.models import Segment, current_clock
from segments.operators import Type
from segments.rules import BadRules, Filter, Group, name_of
from segments.vocabulary import Vocabulary
from segments.words import Line, lines


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the answer. `level` 0 is the whole segment."""

    words: str
    holds: bool
    level: int
    is_group: bool
    # what she has, "" where there is nothing to show
    actual: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Is she in, and what every condition says of her."""

    contact: Contact
    holds: bool
    # the groups that let her in
    through: tuple[str, ...]
    verdicts: Sequence[Verdict]

    def __str__(self) -> str:
        if not self.holds:
            said = _("%(contact)s is not in")
        elif self.through:
            said = _("%(contact)s is in, through %(groups)s")
        else:
            said = _("%(contact)s is in")
        groups = _(" and ").join(self.through)
        return said % {"contact": self.contact, "groups": groups}


def standing(segment: Segment, contact: Contact) -> dict[str, Any]:
    """How she stands to a segment as saved: is and was she in it, and why."""
    stay = segment.stays.filter(contact=contact).order_by("-pk").first()
    told: dict[str, Any] = {
        "segment": segment,
        "contact": contact,
        "stay": stay,
        "is_member": stay is not None and stay.left_at is None,
    }
    if segment.rules is None:
        return told
    words = Vocabulary()
    try:
        answer = explain(contact, segment.parsed(words), words, current_clock())
    except BadRules as error:
        return told | {"problem": str(error)}
    return told | {"answer": answer}


def explain(contact: Contact, rules: Group, words: Vocabulary, clock: Clock) -> Answer:
    """The verdict on the whole, then on every group and condition, as they stand."""
    asked = list(lines(rules, words))
    columns: dict[str, Any] = {}
    for n, line in enumerate(asked):
        columns[f"holds_{n}"] = _asked(condition(line.rule, clock))
        if isinstance(line.rule, Filter) and line.rule.field.source is not Source.FACT:
            columns[f"actual_{n}"] = Cast(value_of(line.rule.field), TextField())
    row = Contact.objects.filter(pk=contact.pk).annotate(**columns).values(*columns)
    found = row.get()
    verdicts = [
        Verdict(
            _words(line),
            found[f"holds_{n}"],
            line.level,
            isinstance(line.rule, Group),
            _actual(line.rule, found.get(f"actual_{n}", "")),
        )
        for n, line in enumerate(asked)
    ]
    through = [
        name_of(line.rule.place)
        for line, verdict in zip(asked, verdicts, strict=True)
        if line.level == 1 and verdict.is_group and verdict.holds
    ]
    doors = tuple(through) if rules.match == "any" else ()
    return Answer(contact, verdicts[0].holds, doors, verdicts[1:])


def _asked(question: Q) -> Case:
    return Case(
        When(question, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _words(line: Line) -> str:
    if isinstance(line.rule, Filter) or not line.rule.place:
        return line.words
    return f"{name_of(line.rule.place)}: {line.words.lower()}"


def _actual(rule: Group | Filter, value: str | None) -> str:
    if isinstance(rule, Group) or rule.field.source is Source.FACT:
        return ""
    if value is None or value == "":
        return _("no value")
    if rule.field.type is Type.DATETIME:
        return f"{value[:16].replace('T', ' ')} UTC"
    return value[:80]
