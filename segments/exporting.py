"""The members of a segment as a CSV file: streamed by the database, in pieces.

First column "Email", then names, then the chosen properties. Cells that a spreadsheet
would run as a formula get an apostrophe; the file can be read back as an opt-out list.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Func, Max
from django.db.models.functions import Cast
from django.utils.text import slugify

from accounts.models import Job
from segments.compile import value_of
from segments.fields import Field, Source
from segments.models import Segment
from segments.operators import Type
from segments.vocabulary import Vocabulary

JOB_KIND = "segment_export"
PIECE = 50_000
FIRST = ("email", "first_name", "last_name")
BYTE_ORDER_MARK = "\ufeff"


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


def request_export(segment: Segment, user: Any, keys: Sequence[str], bom: bool) -> Job:
    """A job that writes the file; the caller rings for it."""
    return Job.objects.create(
        kind=JOB_KIND,
        label=f"Export “{segment.name}”"[:300],
        url=segment.get_absolute_url(),
        owner=user,
        unit="contacts",
        resume={"segment": segment.pk, "fields": list(keys), "bom": bom},
    )


def path_of(job: Job) -> Path:
    return Path(settings.MEDIA_ROOT) / "exports" / f"segment-{job.pk}.csv"


def write(job: Job) -> None:
    """Write the file of `job` from the start; safe to repeat."""
    segment = Segment.objects.filter(pk=job.resume["segment"]).first()
    if segment is None:
        job.fail("The segment was deleted before the export began.")
        return
    fields = chosen(job.resume["fields"])
    path = path_of(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(header(fields, bom=job.resume["bom"]))
        done = copy_all(segment, fields, file, job)
    if done is None:
        path.unlink(missing_ok=True)
        return
    job.finish(rows=done, name=f"{slugify(segment.name) or 'segment'}.csv")


def chosen(keys: Sequence[str]) -> list[Field]:
    """Email and names, then the chosen fields that (still) exist."""
    words = Vocabulary()
    found = [words.field(key) for key in (*FIRST, *keys)]
    return [one for one in found if one is not None]


def header(fields: Sequence[Field], *, bom: bool) -> bytes:
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK if bom else "")
    csv.writer(out).writerow([one.label for one in fields])
    return out.getvalue().encode()


def copy_all(
    segment: Segment, fields: Sequence[Field], file: IO[bytes], job: Job
) -> int | None:
    """All members, in pieces of 50,000; rows written, None when cancelled."""
    total = segment.stays.filter(left_at=None).count()
    last, done = 0, 0
    while job.report(done, total=total):
        bound = next_bound(segment, last)
        if bound is None:
            return done
        done += copy_piece(segment, fields, (last, bound), file)
        last = bound
    return None


def next_bound(segment: Segment, last: int) -> int | None:
    """The contact id at which the next piece ends."""
    stays = segment.stays.filter(left_at=None, contact_id__gt=last)
    piece = stays.order_by("contact_id").values("contact_id")[:PIECE]
    bound: int | None = piece.aggregate(bound=Max("contact_id"))["bound"]
    return bound


def copy_piece(
    segment: Segment, fields: Sequence[Field], ids: tuple[int, int], file: IO[bytes]
) -> int:
    contacts = segment.members().filter(pk__gt=ids[0], pk__lte=ids[1]).order_by("pk")
    columns = {f"cell_{n}": cell(one) for n, one in enumerate(fields)}
    query = contacts.annotate(**columns).values_list(*columns).query
    sql, params = query.sql_with_params()
    with connection.cursor() as cursor:
        inner = cursor.mogrify(sql, params)
        with cursor.copy(f"COPY ({inner}) TO STDOUT WITH (FORMAT csv)") as copy:
            return sum(1 for block in copy if file.write(block))


def cell(field: Field) -> models.Expression:
    """The field as escaped text."""
    if field.name == "owner_id":
        return Escaped(F("owner__email"))
    value = value_of(field)
    if field.type is Type.CHOICES:
        return Escaped(Listed(value))
    return Escaped(Cast(value, models.TextField()))
