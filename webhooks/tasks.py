"""When events are made of what happened, when they are sent, and forgotten."""

from celery import shared_task

from accounts.doorbell import ring
from webhooks import delivering
from webhooks.models import Notice, Reading


@shared_task
def tell() -> None:
    """Read on, and ring once for every endpoint that waits for something."""
    Reading.objects.read_on()
    for pk in Notice.objects.endpoints():
        ring(deliver, pk)


@shared_task
def deliver(endpoint_id: int) -> None:
    delivering.deliver(endpoint_id)


@shared_task
def forget_old() -> None:
    Notice.objects.forget()
