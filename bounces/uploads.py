"""Files of mail that came back, uploaded in the console: read at once, or by a job.

The counts add up to the mails that were read. The same mail twice counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from accounts import jobfiles
from accounts.doorbell import ring
from accounts.models import AuditEntry, Job, User
from bounces.intake import BATCH, batched, tally
from bounces.models import Outcome, Source
from bounces.recording import Incoming, record_many
from deliveries.mailfiles import mails_in

KIND = "read_reports"
AT_ONCE = 1024 * 1024  # octets; more is for a worker
GONE = "An uploaded file is gone. Upload the files again; what was read counts once."


def take(files: Sequence[UploadedFile[bytes]], user: User) -> Counter[str] | Job:
    """What became of the mails in these files, or the job that reads them."""
    AuditEntry.objects.record(
        user, "uploaded mail that came back", detail={"files": len(files)}
    )
    if sum(file.size or 0 for file in files) > AT_ONCE:
        return _keep(files, user)
    counts: Counter[str] = Counter()
    for file in files:
        for some in batched(mails_in(cast(BinaryIO, file)), BATCH):
            counts += _record(some)
    return counts


def _record(mails: Iterable[bytes]) -> Counter[str]:
    return tally(record_many(Incoming(raw, Source.UPLOAD) for raw in mails))


@transaction.atomic
def _keep(files: Sequence[UploadedFile[bytes]], user: User) -> Job:
    """Put the files where a worker finds them, before it finds the job."""
    job = Job.objects.create(
        kind=KIND,
        label=f"Read {len(files)} file{'s' if len(files) > 1 else ''} of returned mail",
        url=reverse("bounces:reports"),
        owner=user,
        unit="mails",
        resume={"files": len(files)},
    )
    jobfiles.folder().mkdir(parents=True, exist_ok=True)
    for path, file in zip(_paths(job), files, strict=True):
        with path.open("wb") as kept:
            kept.writelines(file.chunks())
    ring("bounces.tasks.read_uploads", job.pk)
    return job


def _paths(job: Job) -> list[Path]:
    names = (f"{job.kind}-{job.pk}-{n}" for n in range(job.resume["files"]))
    return [jobfiles.folder() / name for name in names]


def run(job: Job) -> None:
    """Read what was not read before; a worker that dies repeats nothing."""
    counts = Counter(job.resume.get("counts", {}))
    try:
        if job.total is None:
            total = sum(1 for path in _paths(job) for _ in _mails(path))
            job.report(0, total=total)
        is_done = _read(job, counts)
    except FileNotFoundError:
        job.fail(GONE)
        return
    for path in _paths(job):
        path.unlink(missing_ok=True)
    if is_done:
        job.finish(**result(counts))


def _read(job: Job, counts: Counter[str]) -> bool:
    """All mails after those that are counted; False when somebody stopped it."""
    mails = (mail for path in _paths(job) for mail in _mails(path))
    for some in batched(islice(mails, counts.total(), None), BATCH):
        with transaction.atomic():
            counts += _record(some)
            if not job.report(counts.total(), counts=dict(counts)):
                transaction.set_rollback(True)  # what is not told is not done
                return False
    return True


def _mails(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from mails_in(file)


def result(counts: Counter[str]) -> dict[str, int]:
    """The counts in words, each outcome named even where there is none."""
    words = {one.label.lower().replace(" ", "_"): counts[one.value] for one in Outcome}
    return {"read": counts.total(), **words}


def told(counts: Counter[str]) -> str:
    """The same in a sentence."""
    parts = [
        f"{counts[one.value]:,} {one.label.lower()}"
        for one in Outcome
        if counts[one.value]
    ]
    return f"{counts.total():,} read: {', '.join(parts)}."
