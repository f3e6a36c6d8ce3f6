"""The job that does an act to many contacts, in committed pieces, and its undo.

Each piece is asked for anew under the lock of its people: who was deleted meanwhile, or
does not match any more, is left alone. A worker killed at any moment repeats nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import jobfiles
from accounts.doorbell import ring
from accounts.models import AuditEntry, Job, JobState, User
from consent.models import BATCH_SIZE, Address, Batch, BatchKind
from console.bulk.acts import (
    BY_KIND,
    EXPORT,
    OPT_OUT,
    BulkAct,
    NoLonger,
    Piece,
    changing,
)
from console.bulk.chosen import Chosen
from console.bulk.forms import Values
from contacts.models import Contact
from segments import exporting
from segments.exporting import People

TASK = "console.tasks.bulk"
UNDO = "bulk_undo"
KINDS = (*BY_KIND, UNDO)
UNDO_DAYS = 30
MAX_ATTEMPTS = 20
FILE_NAME = "contacts"


@transaction.atomic
def start(
    act: BulkAct, chosen: Chosen, values: Values, user: User, expected: dict[str, int]
) -> Job:
    """A job that does it to those who are there now; one entry in the audit log."""
    job = Job.objects.create(
        kind=act.kind,
        label=_label(act, expected["all"]),
        owner=user,
        total=expected["all"],
        unit="contacts",
        resume={
            "chosen": chosen.store(),
            "values": values,
            "format": values.get("format", jobfiles.CSV),
            "upto": Contact.objects.aggregate(last=Max("pk"))["last"] or 0,
        },
    )
    job.url = reverse("contacts:bulk_done", args=[job.pk])
    if act is OPT_OUT:
        job.resume["batch"] = str(_batch(job, user).pk)
    job.save(update_fields=["url", "resume"])
    detail: dict[str, Any] = {
        "contacts": expected["all"],
        "will_change": changing(expected),
    }
    if chosen.words:
        detail |= {"list": chosen.words}
    AuditEntry.objects.record(
        user, act.verb, subject=job.label, url=job.url, detail=detail
    )
    ring(TASK, job.pk)
    return job


def _label(act: BulkAct, count: int) -> str:
    """Kept in English, whoever presses."""
    with override("en"):
        return f"{act.label}: {count:,} contacts"


def _batch(job: Job, user: User) -> Batch:
    return Batch.objects.create(
        kind=BatchKind.BULK_OPT_OUT,
        label=job.label,
        url=job.url,
        created_by=user,
        undo_until=timezone.now() + dt.timedelta(days=UNDO_DAYS),
    )


def work(job_id: int) -> None:
    """Do the job unless another worker has it; safe to call at any time."""
    job = Job.objects.claim(job_id)
    if job is None:
        return
    if job.attempts > MAX_ATTEMPTS:
        job.fail(
            f"This stopped {MAX_ATTEMPTS} times; the log of the worker says why."
            " What was done so far stays in force."
        )
    elif job.kind == EXPORT.kind:
        _write(job)
    else:
        _in_pieces(job, _undo_piece if job.kind == UNDO else _piece)


def _in_pieces(job: Job, piece: Callable[[Job], bool]) -> None:
    try:
        while _locked(job.pk, piece):
            pass
    except NoLonger as problem:
        job.fail(str(problem))


@transaction.atomic
def _locked(pk: int, piece: Callable[[Job], bool]) -> bool:
    """The row of the job is locked: no piece counts twice, whoever else works at it."""
    job = Job.objects.select_for_update(no_key=True).get(pk=pk)
    return job.state == JobState.RUNNING and piece(job)


def _piece(job: Job) -> bool:
    act, counts = BY_KIND[job.kind], Counter(job.resume.get("counts", {}))
    ids = _next(job)
    if not ids:
        job.finish(**counts)
        return False
    counts.update(_do(act, job, ids))
    return job.report(job.done + len(ids), after=ids[-1], counts=dict(counts))


def _next(job: Job) -> list[int]:
    after, upto = job.resume.get("after", 0), job.resume["upto"]
    some = _chosen(job).filter(pk__gt=after, pk__lte=upto).order_by("pk")
    return list(some.values_list("pk", flat=True)[:BATCH_SIZE])


def _chosen(job: Job) -> QuerySet[Contact]:
    return Chosen.stored(job.resume["chosen"]).contacts()


def _do(act: BulkAct, job: Job, ids: list[int]) -> dict[str, int]:
    still = _lock(job, ids)
    counts = act.counts(Contact.objects.filter(pk__in=still), job.resume["values"])
    act.do(_of(job, still))
    stay = {name: count for name, count in counts.items() if name != "all"}
    return {"changed": changing(counts), "gone": len(ids) - len(still), **stay}


def _lock(job: Job, ids: list[int]) -> list[int]:
    """Their addresses, then they themselves, in order; those who still match."""
    there = Contact.objects.filter(pk__in=ids)
    hers = there.exclude(address=None).values_list("address_id", flat=True)
    Address.objects.lock_all(lambda: {pk for pk in hers.all() if pk})
    rows = there.select_for_update(no_key=True).order_by("pk")
    locked = list(rows.values_list("pk", flat=True))
    return list(_chosen(job).filter(pk__in=locked).values_list("pk", flat=True))


def _of(job: Job, ids: list[int]) -> Piece:
    assert job.owner is not None  # noqa: S101  for mypy: whoever pressed
    batch = job.resume.get("batch")
    return Piece(
        ids, job.resume["values"], job.owner, uuid.UUID(batch) if batch else None
    )


def _write(job: Job) -> None:
    chosen = _chosen(job).filter(pk__lte=job.resume["upto"])
    people = People(chosen, chosen.order_by("pk"), "pk")
    if (rows := exporting.write_file(people, job.resume["values"], job)) is not None:
        job.finish(changed=rows, name=f"{FILE_NAME}.{jobfiles.format_of(job)}")


def opted_out(job: Job) -> Batch | None:
    """What the opt-out of this job can be undone by."""
    return Batch.objects.filter(pk=job.resume.get("batch")).first()


def undoing(job: Job) -> Job | None:
    """The job that takes this one back."""
    return Job.objects.filter(pk=job.result.get("undo", 0), kind=UNDO).first()


def may_undo(job: Job) -> bool:
    batch = opted_out(job)
    return job.is_over and batch is not None and batch.may_undo(undoing(job))


@transaction.atomic
def start_undo(job: Job, user: User, reason: str) -> Job | None:
    """Begin to take an opt-out back, once; None when it is too late for that."""
    mine = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
    batch = opted_out(mine)
    if not mine.is_over or batch is None:
        return None
    if not batch.begin_undo(user, reason, undoing(mine)):
        return None
    undo = Job.objects.create(
        kind=UNDO,
        label=f"Undo: {mine.label}"[:300],
        url=mine.url,
        owner=user,
        total=mine.done,
        unit="contacts",
        resume={"batch": str(batch.pk)},
    )
    Job.objects.filter(pk=mine.pk).update(result={**mine.result, "undo": undo.pk})
    AuditEntry.objects.record(
        user,
        "undid an opt-out",
        subject=mine.label,
        url=mine.url,
        detail={"reason": reason},
    )
    ring(TASK, undo.pk)
    return undo


def _undo_piece(job: Job) -> bool:
    batch = Batch.objects.get(pk=job.resume["batch"])
    counts = Counter(job.resume.get("counts", {}))
    piece = next(batch.undo_pieces(job.resume.get("after", 0)), None)
    if piece is None:
        job.finish(**counts)
        return False
    counts.update(lifted=piece.lifted, kept=piece.kept)
    return job.report(counts.total(), after=piece.after, counts=dict(counts))


def told(job: Job) -> list[tuple[str, Any]]:
    """What came of it: pairs of words and number."""
    if job.kind == UNDO:
        words = {
            "lifted": _("Not opted out any more"),
            "kept": _("Stay opted out"),
        }
    else:
        act = BY_KIND[job.kind]
        words = {"changed": str(act.did)}
        words |= {stay.name: str(stay.words) for stay in act.stays}
        words |= {"gone": _("Gone meanwhile, or did not match any more")}
    counts = job.result if job.state == JobState.DONE else job.resume.get("counts", {})
    return [
        (label, counts.get(name, 0))
        for name, label in words.items()
        if counts.get(name) or name in {"changed", "lifted"}
    ]
