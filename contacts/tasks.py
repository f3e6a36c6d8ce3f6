"""The doorbell of imports; the timetable rings for what was not rung."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.models import Job
from contacts.importing import running
from contacts.models import ContactImport


@shared_task
def run_import(job_id: int) -> None:
    if job := Job.objects.claim(job_id):
        running.work(job)


@shared_task
def run_open_imports() -> None:
    """One in each turn: two would be longer than a task may last."""
    ContactImport.objects.end_stopped()
    if (job := running.open_jobs().first()) is not None:
        run_import(job.pk)


@shared_task
def clean_up_imports() -> None:
    running.clean_up(timezone.now())
