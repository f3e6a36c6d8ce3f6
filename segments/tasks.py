"""The doorbells of segments; the timetable rings for what was not rung."""

from __future__ import annotations

from celery import shared_task

from accounts import jobfiles
from accounts.models import Job
from segments import exporting, indexing, tallying
from segments.models import JOB_KIND, Segment


@shared_task
def refresh_due() -> int:
    return Segment.objects.refresh_due()


@shared_task
def ensure_indexes() -> int:
    return indexing.ensure()


@shared_task
def fill(job_id: int) -> None:
    if job := Job.objects.claim(job_id):
        if segment := Segment.objects.filter(pk=job.resume["segment"]).first():
            segment.fill(job)
        else:
            job.fail("The segment was deleted before it was filled.")


@shared_task
def export(job_id: int) -> None:
    if job := Job.objects.claim(job_id):
        exporting.write(job)


@shared_task
def tally(job_id: int) -> None:
    if job := Job.objects.claim(job_id):
        tallying.tally(job)


@shared_task
def clean_up_exports() -> None:
    jobfiles.clean_up()


@shared_task
def run_open_jobs() -> None:
    """Those nobody rang for, or whose worker died."""
    tasks = {JOB_KIND: fill, exporting.JOB_KIND: export, tallying.JOB_KIND: tally}
    for job in Job.objects.claimable().filter(kind__in=tasks).order_by("pk"):
        tasks[job.kind](job.pk)
