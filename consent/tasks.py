"""When the ledger of consent is sealed, and what proved it is forgotten."""

from celery import shared_task

from consent import forgetting
from consent.models import Seal


@shared_task
def seal_ledger() -> None:
    Seal.objects.seal()


@shared_task
def forget_evidence() -> None:
    forgetting.forget()
