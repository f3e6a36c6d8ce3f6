"""When campaigns move: rung by the pages, and by beat for whatever was not rung."""

from celery import shared_task

from accounts.doorbell import ring
from accounts.models import Job
from reengagement.models import Campaign, Sunset
from reengagement.models.sunset import JobKind

TASKS: dict[str, str] = {
    JobKind.RUN: "reengagement.tasks.opt_out_silent",
    JobKind.UNDO: "reengagement.tasks.undo_opt_out",
}


@shared_task
def advance(campaign_id: int) -> None:
    Campaign.objects.get(pk=campaign_id).advance()


@shared_task
def advance_all() -> None:
    """Ring for every campaign that moves; see to opt-outs that nobody works on."""
    Campaign.objects.pause_stopped()
    for campaign in Campaign.objects.awake():
        ring("reengagement.tasks.advance", campaign.pk)
    for campaign in Campaign.objects.broken_off():
        campaign.break_off_opt_out()
    for job in Job.objects.claimable().filter(kind__in=TASKS):
        ring(TASKS[job.kind], job.pk)


@shared_task
def opt_out_silent(job_id: int) -> None:
    """Opt out the silent piece by piece; goes on where a dead worker stopped."""
    job = Job.objects.claim(job_id)
    if job:
        Sunset.objects.get(job=job).run(job)


@shared_task
def undo_opt_out(job_id: int) -> None:
    """Take an opt-out of the silent back; goes on where a dead worker stopped."""
    job = Job.objects.claim(job_id)
    if job:
        Sunset.objects.get(undo_job=job).take_back(job)
