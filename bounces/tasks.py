"""What workers do for bounces. Safe to run at any time, any number of times."""

from celery import shared_task

from accounts.models import Job
from bounces import (
    domains,
    feeding,
    forgetting,
    intake,
    judging,
    rejudging,
    releasing,
    uploads,
)


@shared_task
def judge_refusals() -> None:
    judging.judge_refusals()


@shared_task
def read_caught() -> None:
    intake.read_caught()


@shared_task
def check_domains() -> None:
    domains.check_due()


@shared_task
def look_again() -> None:
    rejudging.look_again()


@shared_task
def release_due() -> None:
    releasing.release_due()


@shared_task
def read_suppression_lists() -> None:
    feeding.read_all(by_hand=False)


@shared_task
def forget_reports() -> None:
    forgetting.forget()


@shared_task
def rejudge(job_id: int) -> None:
    if job := Job.objects.claim(job_id):
        rejudging.run(job)


@shared_task
def read_uploads(job_id: int) -> None:
    if job := Job.objects.claim(job_id):
        uploads.run(job)


@shared_task
def run_open_jobs() -> None:
    """Those nobody rang for, or whose worker died."""
    for kind, task in ((rejudging.KIND, rejudge), (uploads.KIND, read_uploads)):
        for job in Job.objects.claimable().filter(kind=kind):
            task(job.pk)
