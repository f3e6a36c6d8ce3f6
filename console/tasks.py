"""The doorbell of what is done to many contacts, and to what all have of a property."""

from __future__ import annotations

from celery import shared_task

from accounts.models import Job
from console import converting
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


@shared_task
def convert_property(job_id: int) -> None:
    converting.work(job_id)


@shared_task
def run_open_conversions() -> None:
    """One that was not rung for, or whose worker died; the next one next time."""
    jobs = Job.objects.claimable().filter(kind=converting.KIND)
    if job := jobs.order_by("pk").first():
        converting.work(job.pk)
