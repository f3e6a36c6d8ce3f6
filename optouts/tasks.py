"""When opt-out imports work: rung at once, picked up by beat where nobody rang."""

from celery import shared_task

from accounts.models import Job
from deliveries import doorbell
from optouts import jobs
from optouts.models import OptOutImport


def ring(job: Job) -> None:
    """Let a worker begin after the commit; a dead Redis only delays it."""
    doorbell.ring(work.name, job.pk)


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
