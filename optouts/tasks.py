"""When opt-out imports work: rung at once, picked up by beat where nobody rang."""

from celery import shared_task

from accounts import doorbell
from accounts.models import Job
from consent.models import Suppression
from optouts import exporting, jobs, letters
from optouts.models import OptOutImport


def ring(job: Job) -> None:
    """Let a worker begin after the commit; a dead Redis only delays it."""
    doorbell.ring(work.name, job.pk)


@shared_task
def work(job_id: int) -> None:
    jobs.work(job_id)


@shared_task
def export(job_id: int) -> None:
    if job := Job.objects.claim(job_id):
        exporting.write(job)


@shared_task
def pick_up() -> None:
    """A job that was not rung for, or whose worker died; the next one next time."""
    kinds = [*jobs.WORK, exporting.JOB_KIND]
    job = Job.objects.claimable().filter(kind__in=kinds).order_by("id").first()
    if job:
        (export if job.kind == exporting.JOB_KIND else work)(job.pk)


@shared_task
def forget_abandoned() -> None:
    OptOutImport.objects.forget_abandoned()


@shared_task
def end_pauses() -> None:
    while Suppression.objects.end_pauses():
        pass  # piece by piece, each a commit


@shared_task
def read_caught() -> None:
    letters.read_caught()
