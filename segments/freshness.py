"""Whom a refresh has to look at again, by the log of changes.

A segment remembers the snapshot of its last look (pg_snapshot). What it has not seen is
whatever is visible now and was not then: never by the clock, so that a row which was
written early and committed late is not lost. A database that was restored or copied has
another history: its snapshots are compared with nothing, everything is looked at anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from segments.dates import Clock
from segments.rules import DATES, Words

# more people than this are asked about faster by asking about everybody
SHARE = 10
ALWAYS = 20_000
EVERYTHING, GONE = "*", "gone"
NOBODY = "{}"

_NOW = """
SELECT pg_current_snapshot()::text, (SELECT system_identifier FROM pg_control_system())
    || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_UNSEEN = """
transaction >= pg_snapshot_xmin({seen}::pg_snapshot)
    AND NOT pg_visible_in_snapshot(transaction, {seen}::pg_snapshot)
"""
_TOUCHED = f"""
WITH noted AS MATERIALIZED (
    SELECT contacts, addresses, fields FROM segments_change
    WHERE {_UNSEEN.format(seen="%(seen)s")} AND fields && %(inputs)s
    LIMIT %(most)s
), size AS (
    SELECT coalesce(bool_or(contacts IS NULL AND addresses IS NULL), false)
            OR coalesce(sum(coalesce(cardinality(contacts), 0)
                + coalesce(cardinality(addresses), 0)), 0) >= %(most)s AS "all",
        coalesce(bool_or(%(gone)s = ANY(fields)), false) AS some_gone
    FROM noted
)
SELECT CASE WHEN NOT "all" THEN ARRAY(
    SELECT unnest(contacts) FROM noted
    UNION
    SELECT id FROM contacts_contact
    WHERE address_id IN (SELECT unnest(addresses) FROM noted)
)::text END, some_gone FROM size
"""  # noqa: S608  no value stands in it
_AFFECTED = f"""
SELECT s.id FROM unnest(%s::bigint[], %s::text[], %s::text[]) s (id, seen, inputs)
WHERE EXISTS (
    SELECT FROM segments_change
    WHERE {_UNSEEN.format(seen="s.seen")}
        AND fields && string_to_array(s.inputs, ',')
)
"""  # noqa: S608  no value stands in it
_PRUNE = """
DELETE FROM segments_change WHERE transaction < least(
    pg_snapshot_xmin(pg_current_snapshot()),
    (SELECT min(pg_snapshot_xmin(seen::pg_snapshot)) FROM segments_segment
     WHERE kind = 'active' AND archived_at IS NULL AND seen <> ''))
"""
_ADVANCE = """
UPDATE segments_segment s SET seen = %s
FROM unnest(%s::bigint[], %s::text[]) t (id, was) WHERE s.id = t.id AND s.seen = t.was
"""


@dataclass(frozen=True, slots=True)
class Look:
    """A moment of this database: its snapshot, and which database it is."""

    snapshot: str
    database: str

    @classmethod
    def now(cls) -> Look:
        """The changes of an open transaction of our own are not in it for certain:
        inside one, nothing can be remembered."""
        nested = len(connection.savepoint_ids) > 0
        with connection.cursor() as cursor:
            cursor.execute(_NOW)
            snapshot, database = cursor.fetchone()
        return cls("" if nested else snapshot, database)


@dataclass(frozen=True, slots=True)
class Touched:
    """The contacts whose answers may have changed; `ids` None: too many to name.

    `ids` are an array as PostgreSQL writes it: they go back to it as they came.
    `some_gone`: contacts were deleted, and their stays with them.
    """

    ids: str | None
    some_gone: bool = False


def touched(seen: str, inputs: Iterable[str], everybody: int) -> Touched:
    """Whom the log names since `seen`."""
    values: dict[str, Any] = {
        "seen": seen,
        "inputs": [*inputs, EVERYTHING],
        "most": max(ALWAYS, everybody // SHARE) + 1,
        "gone": GONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, values)
        return Touched(*cursor.fetchone())


def affected(seen: Mapping[int, tuple[str, frozenset[str]]]) -> set[int]:
    """Which segments, by id with their snapshot and inputs, have something to see."""
    rows = [(pk, text, inputs) for pk, (text, inputs) in seen.items()]
    columns = (
        [pk for pk, _, _ in rows],
        [text for _, text, _ in rows],
        [",".join([*inputs, EVERYTHING]) for _, _, inputs in rows],
    )
    with connection.cursor() as cursor:
        cursor.execute(_AFFECTED, columns)
        return {row[0] for row in cursor.fetchall()}


def advance(look: Look, seen: Mapping[int, str]) -> None:
    """Nothing since `seen` concerns these segments: they have seen all until `look`."""
    if not look.snapshot:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM segments_change)")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(_ADVANCE, [look.snapshot, list(seen), list(seen.values())])
        cursor.execute(_PRUNE)


# -- what time changes ----------------------------------------------------------

# until now, or from now on: another answer every hour; so many days ago: every day
_BY_HOUR = ("in_last", "less_than_ago", "in_next")
_BY_DAY = ("more_than_ago",)


def turns(data: Any, words: Words) -> str:
    """ "hour" or "day" when the passing of time changes who matches, else ""."""
    found = {_turn(one, words) for one in _leaves(data)}
    return "hour" if "hour" in found else "day" if "day" in found else ""


def _leaves(data: Any) -> Iterable[Mapping[str, Any]]:
    if not isinstance(data, Mapping):
        return
    rules = data.get("rules")
    if not isinstance(rules, list):
        yield data
        return
    for one in rules:
        yield from _leaves(one)


def _turn(rule: Mapping[str, Any], words: Words) -> str:
    field = words.field(str(rule.get("field", "")))
    when = rule.get("when")
    operator = when.get("operator") if isinstance(when, Mapping) else ""
    if field is not None and field.type in DATES:
        operator = rule.get("operator")
    if operator in _BY_DAY or (field and field.type == "date" and operator in _BY_HOUR):
        return "day"
    return "hour" if operator in _BY_HOUR else ""


def has_turned(turn: str, since: dt.datetime, clock: Clock) -> bool:
    """Did the account's day, or the hour, turn since then?"""
    before, now = since.astimezone(clock.zone), clock.now.astimezone(clock.zone)
    if turn == "hour":
        return before.replace(minute=0, second=0, microsecond=0) != now.replace(
            minute=0, second=0, microsecond=0
        )
    return turn == "day" and before.date() != now.date()
