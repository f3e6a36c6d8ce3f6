"""When opt-out imports work: rung at once, picked up by beat where nobody rang."""

from functools import partial

from celery import shared_task
from django.db import transaction

from accounts.models import Job
from optouts import jobs
from optouts.models import OptOutImport


def ring(job: Job) -> None:
    """Let a worker begin after the commit; a dead Redis only delays it."""
    transaction.on_commit(partial(work.delay, job.pk), robust=True)


@shared_task
def work(job_id: int) -> None:
    jobs.work(job_id)


@shared_task
def pick_up() -> None:
    """Jobs that were not rung for, and those whose worker died."""
    for job in Job.objects.claimable().filter(kind__in=jobs.WORK).order_by("id"):
        work(job.pk)


@shared_task
def forget_abandoned() -> None:
    OptOutImport.objects.forget_abandoned()
