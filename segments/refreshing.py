"""The statements that change members: each is one, whatever the number of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

from contacts.models import Contact
from segments.members import SegmentMember


@dataclass(frozen=True, slots=True)
class Change:
    """What a refresh did: who joined, who left, how many are in now."""

    joined: int
    left: int
    size: int


def _ids(contacts: models.QuerySet[Contact]) -> tuple[str, tuple[Any, ...]]:
    """The ids of `contacts` as SQL and its parameters, also where it is nobody."""
    query = contacts.order_by().values("pk").query
    sql, params = query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
    return sql, params


def _difference(segment: int, contacts: models.QuerySet[Contact]) -> Change:
    sql, params = _ids(contacts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wanted (id) AS MATERIALIZED ({sql}),
            joined AS (
                INSERT INTO segments_segmentmember (segment_id, contact_id, joined_at)
                SELECT %s, id, statement_timestamp() FROM wanted
                WHERE NOT EXISTS (
                    SELECT FROM segments_segmentmember m
                    WHERE m.segment_id = %s AND m.contact_id = wanted.id
                    AND m.left_at IS NULL)
                RETURNING 1),
            gone AS (
                UPDATE segments_segmentmember m SET left_at = statement_timestamp()
                WHERE m.segment_id = %s AND m.left_at IS NULL
                AND NOT EXISTS (SELECT FROM wanted WHERE wanted.id = m.contact_id)
                RETURNING 1)
            SELECT (SELECT count(*) FROM joined), (SELECT count(*) FROM gone),
                (SELECT count(*) FROM wanted)
            """,  # noqa: S608  the condition is compiled, every value a parameter
            [*params, segment, segment, segment],
        )
        return Change(*cursor.fetchone())


def refill(segment: int, contacts: models.QuerySet[Contact]) -> Change:
    """Make `contacts` the members of `segment`, writing only what changed."""
    if SegmentMember.objects.current().filter(segment=segment).exists():
        return _difference(segment, contacts)
    joined = add(segment, contacts)  # nobody is in: there is no difference to look for
    return Change(joined, 0, joined)


def add(segment: int, contacts: models.QuerySet[Contact]) -> int:
    """Join these people; how many were not in."""
    sql, params = _ids(contacts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO segments_segmentmember (segment_id, contact_id, joined_at)
            SELECT %s, id, statement_timestamp() FROM ({sql}) AS wanted (id)
            ON CONFLICT (segment_id, contact_id) WHERE left_at IS NULL DO NOTHING
            """,  # noqa: S608  as above
            [segment, *params],
        )
        return int(cursor.rowcount)


def end(segment: int, contacts: models.QuerySet[Contact]) -> int:
    """End the stay of these people; how many were in."""
    sql, params = _ids(contacts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE segments_segmentmember SET left_at = statement_timestamp()
            WHERE segment_id = %s AND left_at IS NULL AND contact_id IN ({sql})
            """,  # noqa: S608  as above
            [segment, *params],
        )
        return int(cursor.rowcount)
