"""When the sending of emails begins, goes on and ends."""

from __future__ import annotations

from celery import shared_task

from accounts.doorbell import ring
from accounts.models import Job
from campaigns import figures, launching
from campaigns.models import MarketingEmail


@shared_task
def start_due() -> None:
    """Start what is due, and pick up what a lost worker was preparing."""
    for job_id in MarketingEmail.objects.start_due():
        ring("campaigns.tasks.prepare", job_id)


@shared_task
def prepare(job_id: int) -> None:
    if job := Job.objects.claim(job_id):
        launching.prepare(job)


@shared_task
def finish_sent() -> None:
    MarketingEmail.objects.finish_sent()
    figures.recount()


@shared_task
def cancel_stopped() -> None:
    """Piece by piece, until nothing of a stopped email is queued any more."""
    if MarketingEmail.objects.cancel_stopped():
        ring("campaigns.tasks.cancel_stopped")
