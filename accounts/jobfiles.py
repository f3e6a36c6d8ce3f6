"""Files of jobs, for 24 hours: what they write to be fetched, what they are to read.

Named by the job alone; what people called a file is said when it is fetched.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.models import Job

KEPT = dt.timedelta(hours=24)
CSV = "csv"


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "exports"


def format_of(job: Job) -> str:
    return str(job.resume.get("format", CSV))


def path_of(job: Job) -> Path:
    return folder() / f"{job.kind}-{job.pk}.{format_of(job)}"


def is_there(job: Job) -> bool:
    """Is the file of a finished job still to be had?"""
    recent = job.finished_at and timezone.now() - job.finished_at < KEPT
    return bool(recent) and path_of(job).exists()


def clean_up() -> int:
    """Delete the files that are older than their link; how many."""
    gone, oldest = 0, (timezone.now() - KEPT).timestamp()
    for path in folder().glob("*") if folder().is_dir() else ():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
