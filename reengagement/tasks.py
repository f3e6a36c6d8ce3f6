"""When campaigns move: rung by the pages, and by beat for whatever was not rung."""

from celery import shared_task

from accounts.models import Job
from reengagement.models import Campaign, Sunset


@shared_task
def advance(campaign_id: int) -> None:
    Campaign.objects.get(pk=campaign_id).advance()


@shared_task
def advance_all() -> None:
    """Every campaign that is starting or running, and opt-outs nobody works on."""
    for campaign in Campaign.objects.due():
        campaign.advance()
    for job in Job.objects.claimable().filter(kind="sunset"):
        opt_out_silent(job.pk)


@shared_task
def opt_out_silent(job_id: int) -> None:
    """Opt out the silent piece by piece; goes on where a dead worker stopped."""
    job = Job.objects.claim(job_id)
    if job:
        Sunset.objects.get(job=job).run(job)
