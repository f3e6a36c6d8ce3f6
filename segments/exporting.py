"""The members of a segment, or other people, as a file, CSV or XLSX: in pieces.

First column "Email", then names, then the chosen properties. Cells that a spreadsheet
would run as a formula get an apostrophe; the file can be read back as an opt-out list.
In XLSX a text is stored as a text, so it needs none. A file is there for 24 hours.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db import connection, models
from django.db.models import F, Func, Max
from django.db.models.functions import Cast
from django.utils.text import slugify

from accounts.jobfiles import CSV, format_of, path_of
from accounts.models import AuditEntry, Job
from contacts.models import Contact
from segments import sheets
from segments.compile import value_of
from segments.fields import Field, Source
from segments.models import Segment
from segments.operators import Type
from segments.vocabulary import Vocabulary

JOB_KIND = "segment_export"
PIECE = 50_000
FIRST = ("email", "first_name", "last_name")
BYTE_ORDER_MARK = "\ufeff"
XLSX = "xlsx"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Escaped(Func):
    """Text that no spreadsheet runs as a formula; the rule of consent.tables."""

    template = (
        "(CASE WHEN %(expressions)s ~ '^''*[=+@\\t\\r-]'"
        " AND %(expressions)s !~ '^[+-]?[0-9][0-9 ]*([.,][0-9]+)?$'"
        " THEN '''' || %(expressions)s ELSE %(expressions)s END)"
    )
    output_field = models.TextField()

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        sql, params = super().as_sql(*args, **kwargs)
        return sql, tuple(params) * 4  # the expression stands there four times


class Listed(Func):
    """Several choices in one cell: “red; green”."""

    template = (
        "(CASE WHEN jsonb_typeof(%(expressions)s) = 'array' THEN array_to_string("
        "ARRAY(SELECT jsonb_array_elements_text(%(expressions)s)), '; ') END)"
    )
    output_field = models.TextField()

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        sql, params = super().as_sql(*args, **kwargs)
        return sql, tuple(params) * 2


def exportable(words: Vocabulary) -> list[Field]:
    """The properties that can be added to the first three columns."""
    return [
        one
        for one in words.fields.values()
        if one.source is not Source.FACT and one.key not in FIRST
    ]


def request_export(
    segment: Segment, user: Any, keys: Sequence[str], *, bom: bool, format: str = CSV
) -> Job:
    """A job that writes the file; the caller rings for it."""
    AuditEntry.objects.record(
        user, "exported a segment", subject=segment.name, url=segment.get_absolute_url()
    )
    return Job.objects.create(
        kind=JOB_KIND,
        label=f"Export “{segment.name}”"[:300],
        url=segment.get_absolute_url(),
        owner=user,
        unit="contacts",
        resume={
            "segment": segment.pk,
            "fields": list(keys),
            "bom": bom,
            "format": format,
        },
    )


@dataclass(frozen=True, slots=True)
class People:
    """Whom a file is about. `rows` has each of them once, whose id stands in `key`."""

    contacts: models.QuerySet[Contact]
    rows: models.QuerySet[Any]
    key: str

    def piece(self, ids: tuple[int, int]) -> models.QuerySet[Contact]:
        return self.contacts.filter(pk__gt=ids[0], pk__lte=ids[1]).order_by("pk")

    def next_bound(self, last: int) -> int | None:
        """The contact id at which the next piece ends."""
        rest = self.rows.filter(**{f"{self.key}__gt": last}).order_by(self.key)
        piece = rest.values(self.key)[:PIECE]
        bound: int | None = piece.aggregate(bound=Max(self.key))["bound"]
        return bound


def members(segment: Segment) -> People:
    return People(segment.members(), segment.stays.filter(left_at=None), "contact_id")


def write(job: Job) -> None:
    """Write the file of `job` from the start; safe to repeat."""
    segment = Segment.objects.filter(pk=job.resume["segment"]).first()
    if segment is None:
        job.fail("The segment was deleted before the export began.")
        return
    done = write_file(members(segment), job.resume, job)
    if done is not None:
        name = slugify(segment.name) or "segment"
        job.finish(rows=done, name=f"{name}.{format_of(job)}")


def write_file(people: People, how: Mapping[str, Any], job: Job) -> int | None:
    """`how` names the `fields`, and whether a `bom` begins a CSV. Rows written; None
    when somebody stopped the job."""
    path = path_of(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = write_csv if format_of(job) == CSV else write_xlsx
    done = writer(people, how, path, job)
    if done is None:
        path.unlink(missing_ok=True)
    return done


def write_csv(
    people: People, how: Mapping[str, Any], path: Path, job: Job
) -> int | None:
    fields = chosen(how["fields"])
    with path.open("wb") as file:
        file.write(header(fields, bom=how["bom"]))
        return in_pieces(people, job, lambda ids: copy_piece(people, fields, ids, file))


def write_xlsx(
    people: People, how: Mapping[str, Any], path: Path, job: Job
) -> int | None:
    fields = chosen(how["fields"])
    with sheets.Writer(path, [str(one.label) for one in fields]) as writer:
        return in_pieces(
            people, job, lambda ids: writer.add(plain_rows(people, fields, ids))
        )


def plain_rows(
    people: People, fields: Sequence[Field], ids: tuple[int, int]
) -> Iterator[tuple[str | None, ...]]:
    """The cells of a piece as they are."""
    columns = {f"cell_{n}": plain(one) for n, one in enumerate(fields)}
    rows = people.piece(ids).annotate(**columns).values_list(*columns)
    return rows.iterator(chunk_size=2000)


def chosen(keys: Sequence[str]) -> list[Field]:
    """Email and names, then the chosen fields that (still) exist."""
    words = Vocabulary()
    found = [words.field(key) for key in (*FIRST, *keys)]
    return [one for one in found if one is not None]


def header(fields: Sequence[Field], *, bom: bool) -> bytes:
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK if bom else "")
    csv.writer(out).writerow([str(one.label) for one in fields])
    return out.getvalue().encode()


def in_pieces(
    people: People, job: Job, write: Callable[[tuple[int, int]], int]
) -> int | None:
    """All of them, in pieces of 50,000; rows written, None when cancelled."""
    total = people.rows.count()
    last, done = 0, 0
    while job.report(done, total=total):
        bound = people.next_bound(last)
        if bound is None:
            return done
        done += write((last, bound))
        last = bound
    return None


def copy_piece(
    people: People, fields: Sequence[Field], ids: tuple[int, int], file: IO[bytes]
) -> int:
    columns = {f"cell_{n}": Escaped(plain(one)) for n, one in enumerate(fields)}
    query = people.piece(ids).annotate(**columns).values_list(*columns).query
    sql, params = query.sql_with_params()
    with connection.cursor() as cursor:
        inner = cursor.mogrify(sql, params)
        with cursor.copy(f"COPY ({inner}) TO STDOUT WITH (FORMAT csv)") as copy:
            return sum(1 for block in copy if file.write(block))


def plain(field: Field) -> models.Expression:
    """The field as text."""
    if field.name == "owner_id":
        return Cast(F("owner__email"), models.TextField())
    value = value_of(field)
    if field.type is Type.CHOICES:
        return Listed(value)
    return Cast(value, models.TextField())
