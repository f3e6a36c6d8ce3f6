"""When the ledger of consent is sealed."""

from celery import shared_task

from consent.models import Seal


@shared_task
def seal_ledger() -> None:
    Seal.objects.seal()
