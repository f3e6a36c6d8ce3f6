"""When campaigns move: rung by the pages, and by beat for whatever was not rung."""

from celery import shared_task

from accounts.doorbell import ring
from accounts.models import Job
from reengagement.models import Campaign, Sunset


@shared_task
def advance(campaign_id: int) -> None:
    Campaign.objects.get(pk=campaign_id).advance()


@shared_task
def advance_all() -> None:
    """Ring for every campaign that moves, and for opt-outs nobody works on."""
    for pk in Campaign.objects.due().values_list("pk", flat=True):
        ring("reengagement.tasks.advance", pk)
    for job in Job.objects.claimable().filter(kind="sunset"):
        ring("reengagement.tasks.opt_out_silent", job.pk)


@shared_task
def opt_out_silent(job_id: int) -> None:
    """Opt out the silent piece by piece; goes on where a dead worker stopped."""
    job = Job.objects.claim(job_id)
    if job:
        Sunset.objects.get(job=job).run(job)
