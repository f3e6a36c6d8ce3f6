"""The doorbell of what is done to many contacts."""

from __future__ import annotations

from celery import shared_task

from accounts.models import Job
from console.bulk import running


@shared_task
def bulk(job_id: int) -> None:
    running.work(job_id)


@shared_task
def run_open_bulk() -> None:
    """One that was not rung for, or whose worker died; the next one next time."""
    job = Job.objects.claimable().filter(kind__in=running.KINDS).order_by("pk").first()
    if job:
        running.work(job.pk)
