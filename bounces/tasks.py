"""What workers do for bounces. Safe to run at any time, any number of times."""

from celery import shared_task

from bounces import domains, intake, judging, releasing


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
def release_due() -> None:
    releasing.release_due()
