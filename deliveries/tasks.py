"""What workers do for deliveries. Safe to run at any time, any number of times."""

from celery import shared_task

from deliveries import (
    days,
    forgetting,
    guard,
    journal,
    late,
    loopback,
    months,
    partitions,
    rollups,
    sending,
    settling,
)
from deliveries.models import Hold, SendingDomain


@shared_task
def send_due() -> None:
    sending.send_due(lanes=2)


@shared_task
def release_stuck() -> None:
    sending.release_stuck()


@shared_task
def write_journal() -> None:
    journal.write()


@shared_task
def ensure_partitions() -> None:
    partitions.ensure()


@shared_task
def settle_verdicts() -> None:
    settling.settle_all()


@shared_task
def forget_browsers() -> None:
    forgetting.forget()


@shared_task
def fold_engagement() -> None:
    rollups.fold_all()


@shared_task
def sum_up_months() -> None:
    months.sum_up()


@shared_task
def sum_up_days() -> None:
    days.sum_up()


@shared_task
def find_late_mail() -> None:
    late.find()


@shared_task
def check_domains() -> None:
    for domain in SendingDomain.objects.due():
        domain.check_records()
    loopback.send_due()


@shared_task
def guard_mailings() -> None:
    Hold.objects.lift_due()
    guard.look_after_all()
