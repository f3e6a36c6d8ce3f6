"""A property of another kind: what becomes of each value that contacts have of it.

Values are read as an import would read their text. What cannot be read is put aside
into another property, so that nothing is lost. To convert what was converted already
changes nothing: a piece may be done again, and whoever typed meanwhile loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from contacts import properties
from contacts.models import PropertyDefinition
from contacts.properties import BadValue, Kind, Value

# of different values that are looked at beforehand, the most frequent first
MOST_LOOKED_AT = 10_000
MOST_CHOICES = 100
SAMPLES = 5
PIECE = 5_000

# yes and no as text of the kind; of any other: Yes and No
TRUTHS = {Kind.NUMBER: ("1", "0")}

_COUNT = "SELECT count(*) FROM contacts_contact WHERE properties ? %(key)s"
_VALUES = """
SELECT properties -> %(key)s, count(*) FROM contacts_contact
WHERE properties ? %(key)s GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
_PIECE = """
SELECT id, properties -> %(key)s FROM contacts_contact
WHERE id > %(after)s AND properties ? %(key)s
ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE
"""
_WRITE = """
UPDATE contacts_contact c
SET properties = (c.properties - %(key)s) || n.fresh::jsonb,
    updated_at = clock_timestamp()
FROM unnest(%(ids)s::bigint[], %(fresh)s::text[]) AS n (id, fresh)
WHERE c.id = n.id
"""


@dataclass(frozen=True, slots=True)
class Target:
    """What a property becomes."""

    kind: Kind
    choices: tuple[str, ...] = ()

    def read(self, value: Value) -> Value | None:
        """The value as one of this kind, None where it says nothing; or BadValue."""
        text = self.text(value).strip()
        return properties.parse(self.kind, text, self.choices) if text else None

    def text(self, value: Value) -> str:
        if isinstance(value, bool):
            yes, no = TRUTHS.get(self.kind, ("Yes", "No"))
            return yes if value else no
        return "; ".join(value) if isinstance(value, list) else str(value)


class Sample(NamedTuple):
    """One value: how many have it, and what becomes of it or why nothing can."""

    value: str
    people: int
    told: str


@dataclass(slots=True)
class Preview:
    """What would come of it, by the values that were looked at."""

    total: int = 0
    looked_at: int = 0
    converted: int = 0
    aside: int = 0
    examples: list[Sample] = field(default_factory=list)
    refused: list[Sample] = field(default_factory=list)

    @property
    def unseen(self) -> int:
        """Contacts whose values are too rare to be looked at beforehand."""
        return self.total - self.looked_at

    @property
    def loses(self) -> bool:
        return bool(self.aside or self.unseen)

    def count(self, value: Value, count: int, target: Target) -> None:
        self.looked_at += count
        try:
            sample = Sample(shown(value), count, shown(target.read(value)))
        except BadValue as problem:
            self.aside += count
            self.refused.append(Sample(shown(value), count, str(problem)))
        else:
            self.converted += count
            self.examples.append(sample)


def shown(value: Value | None) -> str:
    return "" if value is None else Target(Kind.STRING).text(value)


def preview(definition: PropertyDefinition, target: Target) -> Preview:
    found = Preview(total=_total(definition))
    for value, count in _values(definition):
        found.count(value, count, target)
    del found.examples[SAMPLES:], found.refused[SAMPLES:]
    return found


def _total(definition: PropertyDefinition) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": definition.key})
        return int(cursor.fetchone()[0])


def _values(definition: PropertyDefinition) -> Iterator[tuple[Value, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, {"key": definition.key, "most": MOST_LOOKED_AT})
        for text, count in cursor.fetchall():
            yield json.loads(text), count


def choices_of(definition: PropertyDefinition, kind: Kind) -> tuple[str, ...] | None:
    """The values there are, as choices; None where they are too many for that."""
    found: dict[str, str] = {}
    for value, _ in _values(definition):
        text = shown(value)
        words = text.split(";") if kind is Kind.CHOICES else [text]
        for word in filter(None, map(str.strip, words)):
            if ";" not in word:
                found.setdefault(word.casefold(), word)
        if len(found) > MOST_CHOICES:
            return None
    return tuple(sorted(found.values(), key=str.casefold))


class Done(NamedTuple):
    """A piece: the last contact of it, how many were read, how many put aside."""

    last: int
    read: int
    aside: int


def convert(
    definition: PropertyDefinition, target: Target, aside: str, after: int
) -> Done | None:
    """The next piece behind contact `after`, in the transaction of the caller; None
    when there is none. `aside`: the key under which is kept what cannot be read."""
    asked: dict[str, str | int] = {"after": after, "most": PIECE}
    with connection.cursor() as cursor:
        cursor.execute(_PIECE, asked | {"key": definition.key})
        rows = [(pk, json.loads(text)) for pk, text in cursor.fetchall()]
        if not rows:
            return None
        fresh = {pk: _fresh(definition, target, aside, value) for pk, value in rows}
        changed = {
            pk: json.dumps(fresh[pk])
            for pk, value in rows
            if not _same(fresh[pk].get(definition.key), value)
        }
        ids, texts = [*changed], [*changed.values()]
        cursor.execute(_WRITE, {"key": definition.key, "ids": ids, "fresh": texts})
    put_aside = sum(aside in one for one in fresh.values())
    return Done(rows[-1][0], len(rows) - put_aside, put_aside)


def _fresh(
    definition: PropertyDefinition, target: Target, aside: str, value: Value
) -> dict[str, Any]:
    try:
        read = target.read(value)
    except BadValue:
        return {aside: value}
    return {} if read is None else {definition.key: read}


def _same(one: Value | None, other: Value) -> bool:
    """For Python True is 1; for a property it is not."""
    return type(one) is type(other) and one == other
