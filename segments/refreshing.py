"""The statements that change members: each is one, whatever the number of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import F, Func, Value

from contacts.models import Contact
from segments.members import SegmentMember

# more who joined or left than this are noted as "everybody"
NOTED = 20_000
# of so many contacts one tells that it is written: by this notice, while the statement
# goes on
EACH = 1_000
WRITTEN = "segments: written"
COUNTED = "CASE WHEN id %% {each} = 0 THEN segments_written(id) ELSE id END"


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


# who joined and who left, noted for the segments that are made from this one
_NOTED = f"""
changed (id) AS (SELECT contact_id FROM joined UNION ALL SELECT contact_id FROM gone),
size AS (SELECT count(*) AS n FROM changed),
noted AS (
    INSERT INTO segments_change (contacts, fields)
    SELECT CASE WHEN n <= {NOTED} THEN ARRAY(SELECT id FROM changed) END,
        ARRAY[%(name)s]
    FROM size WHERE n > 0)
SELECT (SELECT count(*) FROM joined), (SELECT count(*) FROM gone),
    (SELECT count(*) FROM wanted)
"""  # noqa: S608  a number of ours


def _difference(
    segment: int, contacts: models.QuerySet[Contact], ids: str | None = None
) -> Change:
    """Only of the contacts `ids`, or of everybody."""
    wanted = _ids(contacts)
    # not written out: planning weighs every number of an array that stands there
    among = "" if ids is None else "AND m.contact_id = ANY((SELECT %(ids)s)::bigint[])"
    with connection.cursor() as cursor:
        inner = cursor.mogrify(*wanted).replace("%", "%%")
        cursor.execute(
            f"""
            WITH wanted (id) AS MATERIALIZED ({inner}),
            joined AS (
                INSERT INTO segments_segmentmember (segment_id, contact_id, joined_at)
                SELECT %(segment)s, id, statement_timestamp() FROM wanted
                WHERE NOT EXISTS (
                    SELECT FROM segments_segmentmember m
                    WHERE m.segment_id = %(segment)s AND m.contact_id = wanted.id
                    AND m.left_at IS NULL)
                RETURNING contact_id),
            gone AS (
                UPDATE segments_segmentmember m SET left_at = statement_timestamp()
                WHERE m.segment_id = %(segment)s AND m.left_at IS NULL {among}
                AND NOT EXISTS (SELECT FROM wanted WHERE wanted.id = m.contact_id)
                RETURNING contact_id),
            {_NOTED}
            """,  # noqa: S608  the condition is compiled, every value quoted
            {"segment": segment, "ids": ids, "name": f"segment:{segment}"},
        )
        return Change(*cursor.fetchone())


def only(contacts: models.QuerySet[Contact], ids: str) -> models.QuerySet[Contact]:
    """Those of `contacts` with one of `ids`: an array as PostgreSQL writes it.

    It stands in the question as it is: the plan depends on how many they are.
    """
    among = Func(
        F("pk"),
        Value(ids),
        template="(%(expressions)s::bigint[]))",
        arg_joiner=" = ANY(",
        output_field=models.BooleanField(),
    )
    return contacts.filter(among)


def renew(
    segment: int, contacts: models.QuerySet[Contact], ids: str
) -> tuple[int, int]:
    """Of the contacts `ids`, make `contacts` the members; (who joined, who left)."""
    change = _difference(segment, contacts, ids)
    return change.joined, change.left


def _note(segment: int) -> None:
    """Whoever is made from this segment has to look at everybody again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO segments_change (fields) VALUES (ARRAY[%s])",
            [f"segment:{segment}"],
        )


def refill(segment: int, contacts: models.QuerySet[Contact]) -> Change:
    """Make `contacts` the members of `segment`, writing only what changed."""
    if SegmentMember.objects.current().filter(segment=segment).exists():
        return _difference(segment, contacts)
    # nobody is in, and the caller holds the segment: no difference, and no conflict
    joined = add(segment, contacts, conflicts="")
    return Change(joined, 0, joined)


_IN_ALREADY = "ON CONFLICT (segment_id, contact_id) WHERE left_at IS NULL DO NOTHING"


def add(
    segment: int, contacts: models.QuerySet[Contact], *, conflicts: str = _IN_ALREADY
) -> int:
    """Join these people; how many were not in."""
    sql, params = _ids(contacts)
    counted = COUNTED.format(each=EACH)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO segments_segmentmember (segment_id, contact_id, joined_at)
            SELECT %s, {counted}, statement_timestamp() FROM ({sql}) AS wanted (id)
            {conflicts}
            """,  # noqa: S608  as above
            [segment, *params],
        )
        count = int(cursor.rowcount)
    if count:
        _note(segment)
    return count


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
        count = int(cursor.rowcount)
    if count:
        _note(segment)
    return count
