"""The jobs of an import: check the file, take the people in, undo that. Each may be
killed at any moment and run again."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from django.core.files import File
from django.db.models import Q

from accounts.models import Job, JobQuerySet, JobState, Retention
from accounts.retention import Kept
from consent import tables
from contacts.importing import reviewing, staging, taking, undoing
from contacts.models import ContactImport, ImportedContact, ImportState
from contacts.models.imports import CHECK, TAKE, UNDO, UNDO_FOR

# A task ends long before its limit; the job goes on in the next one.
ENOUGH_SECONDS = 600
MOST_ATTEMPTS = 10
FORGOTTEN_AT_ONCE = 10_000
# Files are full of addresses: they are kept no longer than they are of use.
DRAFT_KEPT_FOR = dt.timedelta(days=1)


def work(job: Job) -> None:
    """Do `job`, claimed by the caller, or as much of it as fits into one task."""
    if job.attempts > MOST_ATTEMPTS:
        job.fail(
            "The work stopped without an answer several times. What was taken in stays."
            " Ask your administrator to look into the log, then import the file again."
        )
    else:
        {CHECK: check, TAKE: take_in, UNDO: undo}[job.kind](job)


def open_jobs() -> JobQuerySet:
    """Checks, imports and undos that wait, or whose worker died; the oldest first."""
    kinds = [CHECK, TAKE, UNDO]
    return Job.objects.claimable().filter(kind__in=kinds).order_by("pk")


def check(job: Job) -> None:
    found = ContactImport.objects.filter(check_job=job).first()
    if found is None:  # matched anew before this check began
        job.cancel()
        return
    try:
        out = staging.fill(found, job)
    except tables.BadTable as problem:
        job.fail(str(problem))
        return
    if out is None:
        staging.drop_late(found)
        return
    checked = reviewing.numbers(found) | {"sentences": out}
    if found.keep_check(job, checked):
        job.finish(rows=checked["rows"])
    else:
        staging.drop_late(found)


def take_in(job: Job) -> None:
    found = ContactImport.objects.get(job=job)
    if not staging.exists(found) and staging.fill(found, job) is None:
        return
    if not _all_pieces(partial(taking.take, found, job), job):
        return
    found.refresh_from_db()
    job.refresh_from_db()
    if job.state == JobState.RUNNING:
        _finish(found, job)
    elif job.state == JobState.CANCELLED:
        found.end(ImportState.CANCELLED)


def undo(job: Job) -> None:
    found = ContactImport.objects.select_related("batch").get(undo_job=job)
    _all_pieces(partial(undoing.take_back, found, job.pk), job)


def _all_pieces(take: Callable[[], bool], job: Job) -> bool:
    """Take piece after piece; False when there are more than fit into one turn."""
    enough = time.monotonic() + ENOUGH_SECONDS
    while take():
        if time.monotonic() > enough:
            _go_on_later(job)
            return False
    return True


def _go_on_later(job: Job) -> None:
    Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(
        state=JobState.QUEUED, attempts=0
    )


def clean_up(now: dt.datetime) -> int:
    """Delete the files of drafts that nobody went on with, and of imports long over;
    how many imports lost theirs. What was found out about them stays."""
    over = Q(finished_at__lt=Retention.objects.since(Kept.IMPORTS, now))
    left = Q(state=ImportState.DRAFT, created_at__lt=now - DRAFT_KEPT_FOR)
    old = list(ContactImport.objects.filter(over | left).exclude(file="", workbook=""))
    for found in old:
        staging.drop(found)
        for file in (found.problems, found.file, found.workbook):
            file.delete(save=False)
        found.save(update_fields=["file", "workbook", "problems"])
    _forget_what_was_before(now)
    return len(old)


def _forget_what_was_before(now: dt.datetime) -> None:
    """The values that an import replaced are kept for its undo, and no longer."""
    late = ContactImport.objects.filter(finished_at__lt=now - UNDO_FOR)
    undone = ContactImport.objects.being_undone()
    over = late.exclude(pk__in=undone.values("pk"))
    remembered = ImportedContact.objects.filter(
        contact_import__in=over, before__isnull=False
    )
    while some := list(remembered.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        ImportedContact.objects.filter(pk__in=some).update(before=None, after=None)


def _finish(found: ContactImport, job: Job) -> None:
    """Add the numbers up, write the file of problems, forget the staged rows."""
    for name in ("duplicates", "no_address", "refused", "remarked"):
        found.counts[name] = found.checked[name]
    found.counts["rows"] = found.checked["rows"]
    _write_problems(found)
    found.end(ImportState.DONE)
    job.report(found.checked["rows"])
    job.finish(**found.counts)
    staging.drop(found)


def _write_problems(found: ContactImport) -> None:
    """The rows with something to say, as they stood in the file, and what it is."""
    sentences = staging.problems(found)
    first = next(sentences, None)
    if first is None:
        return
    with found.rows() as every, tempfile.TemporaryFile() as out:
        table = _told(found, every, chain([first], sentences))
        for piece in tables.csv_lines(table):
            out.write(piece.encode())
        found.problems.save("problems.csv", File(out), save=False)


def _told(
    found: ContactImport,
    every: Iterator[tables.Row],
    sentences: Iterator[tuple[int, str]],
) -> Iterator[list[str]]:
    yield ["Row", "What happened", *found.headers]
    for number, sentence in sentences:
        row = next(row for row in every if row.number == number)
        yield [str(number), sentence, *row.cells]
