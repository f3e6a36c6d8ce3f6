"""The doorbell of imports; the timetable rings for what was not rung."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.models import Job
from contacts.importing import running


@shared_task
def run_import(job_id: int) -> None:
    if job := Job.objects.claim(job_id):
        running.work(job)


@shared_task
def run_open_imports() -> None:
    """One after the other; whoever claims a job first does it."""
    for job_id in running.open_jobs():
        run_import(job_id)


@shared_task
def clean_up_imports() -> None:
    running.clean_up(timezone.now())
