"""What workers do for bounces. Safe to run at any time, any number of times."""

from celery import shared_task

from bounces import intake, judging


@shared_task
def judge_refusals() -> None:
    judging.judge_refusals()


@shared_task
def read_caught() -> None:
    intake.read_caught()
