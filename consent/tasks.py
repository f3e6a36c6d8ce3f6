"""When the ledger of consent is sealed, and what proved it is forgotten."""

from celery import shared_task

from accounts.models import Retention
from accounts.retention import Kept
from consent import forgetting
from consent.models import ConsentChange, Seal


@shared_task
def seal_ledger() -> None:
    Seal.objects.seal()


@shared_task
def forget_evidence() -> None:
    forgetting.forget()


@shared_task
def forget_changes() -> None:
    ConsentChange.objects.forget(Retention.objects.since(Kept.CHANGES))
