"""The file in a table of its own, unlogged: read once, then everything is set-based.

The table lives from the check of the file until its people are taken in. It may be
lost with the server (that is what unlogged means): then the file is read again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import connection, transaction

from accounts.models import Account, Job, User
from consent import tables
from contacts.importing import cells, rows, told
from contacts.models import ENGAGEMENT_FIELDS, ContactImport, PropertyDefinition

CHUNK = 20_000
# Read together, column by column: so many that it pays, and no more memory.
TOGETHER = 2_000
DUPLICATE = "duplicate"
# Why a column of dates stays out: some have the day first and some the month, or what
# stands in all of them can be either.
MIXED, OPEN = "mixed", "open"
# `why`, `heading`, and an `example` of a date that can be two days
StaysOut = dict[str, str]

_TYPES = {
    "number": "bigint PRIMARY KEY",
    "fate": "text NOT NULL",
    "remarks": "text NOT NULL",
    "key": "text",
    "key_hmac": "bytea",
    "email": "text NOT NULL",
    **dict.fromkeys(rows.PERSON_FIELDS, "text"),
    rows.OWNER: "bigint",
    "properties": "jsonb",
    **{
        name: "integer" if name in rows.NUMBERS else "timestamptz"
        for name in ENGAGEMENT_FIELDS
    },
    "last_email_name": "text",
    "opted_out": "boolean NOT NULL DEFAULT false",
    "opted_out_of": "bigint[] NOT NULL DEFAULT '{}'",
    "bounce_reason": "text NOT NULL DEFAULT ''",
    # of a file that does not tell it row by row, everybody agreed or nobody
    "agreed": "boolean NOT NULL DEFAULT true",
    "agreed_at": "timestamptz",
    "agreed_where": "text NOT NULL DEFAULT ''",
}
COLUMNS = tuple(_TYPES)
# What one address says in several rows: the first row counts, any no counts.
_DUPLICATES = """
WITH first AS (
    SELECT key, min(number) AS number FROM {staged}
    WHERE fate = 'ready' GROUP BY key HAVING count(*) > 1
)
UPDATE {staged} r SET fate = 'duplicate',
    remarks = json_build_array(json_build_array(
        '', %(twice)s::text, json_build_object('row', first.number)))::text
FROM first
WHERE r.key = first.key AND r.number > first.number AND r.fate = 'ready'
"""
_EVERY_NO = """
UPDATE {staged} r SET opted_out = r.opted_out OR d.opted_out,
    agreed = r.agreed AND d.agreed,
    opted_out_of = r.opted_out_of || d.types,
    bounce_reason = coalesce(nullif(r.bounce_reason, ''), d.bounce_reason)
FROM (
    SELECT d.key, bool_or(d.opted_out) AS opted_out, bool_and(d.agreed) AS agreed,
        array_remove(array_agg(DISTINCT t.id), NULL) AS types,
        max(d.bounce_reason) AS bounce_reason
    FROM {staged} d LEFT JOIN LATERAL unnest(d.opted_out_of) AS t(id) ON true
    WHERE d.fate = 'duplicate' GROUP BY d.key
) d
WHERE r.key = d.key AND r.fate = 'ready'
    AND (d.opted_out OR NOT d.agreed OR d.bounce_reason <> '' OR d.types <> '{{}}')
"""
_PROBLEMS = """
SELECT number, remarks FROM {{staged}}
WHERE remarks <> '' AND number > {after:d} ORDER BY number LIMIT {limit:d}
"""


def table_of(found: ContactImport) -> str:
    """A table per check: one that comes late writes into nobody else's."""
    return f"{_of(found)}{found.check_job_id or 0:d}"


def _of(found: ContactImport) -> str:
    return f"contacts_staged_{found.pk:d}_"


def run(found: ContactImport, statement: str) -> list[dict[str, Any]]:
    """`statement` on the staged table of this import; its rows by column name."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(staged=table_of(found)))
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def change(found: ContactImport, statement: str, values: dict[str, Any]) -> int:
    """`statement` with `values` on the staged table; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(staged=table_of(found)), values)
        return int(cursor.rowcount)


def is_there(found: ContactImport) -> bool:
    """Whether there is a table of this import, whole or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table_of(found)])
        return bool(cursor.fetchone()[0])


def exists(found: ContactImport) -> bool:
    """Whether the whole file still stands in its table, as this version reads it."""
    if not is_there(found):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table_of(found)} LIMIT 0")  # noqa: S608  ours
        names = tuple(column.name for column in cursor.description or ())
    staged = run(found, "SELECT count(*) AS n FROM {staged}")
    return names == COLUMNS and bool(staged[0]["n"] == found.checked.get("rows"))


def drop(found: ContactImport) -> None:
    """Every table of this import, also of checks that a worker died over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ %s",
            [f"^{_of(found)}[0-9]+$"],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def drop_late(found: ContactImport) -> None:
    """The table of a check whose columns were matched anew since."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table_of(found)}")


def fill(found: ContactImport, job: Job) -> list[StaysOut] | None:
    """Read the file into the table, from its first row; None when cancelled.

    Each column that had to stay out, with the reason. Reports to `job` after every
    chunk. Memory stays flat at any size.
    """
    definitions = list(PropertyDefinition.objects.all())
    orders, out = date_orders(found, definitions)
    zone = Account.current().zone
    recipe = rows.recipe(
        found.headers,
        found.mapping,
        definitions=definitions,
        times={at: (order, zone) for at, order in orders.items()},
        owners=_owners(),
    )
    _create(found)
    with found.rows() as every:
        if not _copy_all(found, recipe, every, job):
            return None
    _settle(found)
    return out


def _owners() -> dict[str, int]:
    """Who signs in, by address and, where it is one person's, by name."""
    people = list(User.objects.filter(is_active=True))
    names = Counter(one.get_full_name().casefold() for one in people)
    owners = {name: one.pk for one in people if names[name := str(one).casefold()] == 1}
    return owners | {one.email.casefold(): one.pk for one in people}


def _create(found: ContactImport) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
    drop_late(found)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE {table_of(found)} ({columns})")


def _copy_all(
    found: ContactImport, recipe: rows.Recipe, every: Iterator[tables.Row], job: Job
) -> bool:
    into = f"COPY {table_of(found)} ({', '.join(recipe.into)}) FROM STDIN"
    done = job.done
    while chunk := list(islice(every, CHUNK)):
        _copy(into, recipe, chunk)
        done += len(chunk)
        if not job.report(done):
            return False
    return True


def _copy(into: str, recipe: rows.Recipe, chunk: list[tables.Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for at in range(0, len(chunk), TOGETHER):
            copy.write("".join(recipe.lines(chunk[at : at + TOGETHER])))


def _settle(found: ContactImport) -> None:
    """Duplicates, and statistics for the planner."""
    with transaction.atomic():
        change(found, _DUPLICATES, {"twice": told.TWICE})
        change(found, _EVERY_NO, {})
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table_of(found)}")


def date_orders(
    found: ContactImport, definitions: list[PropertyDefinition]
) -> tuple[dict[int, str], list[StaysOut]]:
    """The order of each column of dates; each that stays out, with the reason.

    Reads the file once when there are such columns and nobody said the order.
    """
    columns = rows.dated(found.mapping, definitions)
    if found.date_order or not columns:
        return dict.fromkeys(columns, found.date_order), []
    orders: dict[int, str] = {}
    out: list[StaysOut] = []
    for at, evidence in _evidence(found, columns).items():
        order = _judged(evidence)
        if order in {MIXED, OPEN}:
            example = evidence[2]
            out.append({"why": order, "heading": found.headers[at], "example": example})
        else:
            orders[at] = order
    return orders, out


Evidence = tuple[bool, bool, str]


def _evidence(found: ContactImport, columns: list[int]) -> dict[int, Evidence]:
    """What the cells of each column tell of the order, looked at in chunks."""
    told: dict[int, Evidence] = defaultdict(lambda: (False, False, ""))
    with found.rows() as every:
        while chunk := list(islice(every, CHUNK)):
            for at in columns:
                day, month, open_ = told[at]
                more = cells.order_of(
                    row.cells[at].strip() for row in chunk if at < len(row.cells)
                )
                told[at] = (day or more[0], month or more[1], open_ or more[2])
    return {at: told[at] for at in columns}


def _judged(evidence: Evidence) -> str:
    """The order of a column of dates, or why it stays out."""
    day_first, month_first, example = evidence
    if day_first and month_first:
        return MIXED
    if example and not (day_first or month_first):
        return OPEN
    return cells.MONTH_FIRST if month_first else cells.DAY_FIRST


def problems(found: ContactImport) -> Iterator[tuple[int, str]]:
    """(row number, sentence) of every row with something to say, in file order."""
    after = 0
    while True:
        page = run(found, _PROBLEMS.format(after=after, limit=CHUNK))
        yield from ((row["number"], told.said(row["remarks"])) for row in page)
        if len(page) < CHUNK:
            return
        after = page[-1]["number"]


def until(found: ContactImport) -> dt.datetime:
    """When the engagement numbers of the file end."""
    now = dt.datetime.now(dt.UTC)
    if not found.engagement_until:
        return now
    zone = Account.current().zone
    return min(now, dt.datetime.combine(found.engagement_until, dt.time.max, zone))
