"""One mail to one address, asked for by a person and not by a list."""

from __future__ import annotations

from django.db import transaction

from accounts.doorbell import ring
from consent.models import Address
from deliveries import partitions
from deliveries.audience import freeze
from deliveries.models import Delivery, DeliveryState, Message
from deliveries.providers import provider_of
from deliveries.queue import SEND_DUE


@transaction.atomic
def post(message: Message, address: Address, occurrence: int) -> Delivery:
    """Queue `message` for `address`, for the request number `occurrence`.

    Safe to repeat: the same request is one mail. Whether the address may be written
    to at all is asked when the mail starts, as for every mail.
    """
    freeze(message)
    partitions.ensure_for(message.pk)
    delivery, _ = Delivery.objects.get_or_create(
        message=message,
        address=address,
        occurrence=occurrence,
        defaults={
            "state": DeliveryState.QUEUED,
            "provider": provider_of(address.domain or ""),
            "open_tracked": message.open_tracked,
            "click_tracked": message.click_tracked,
        },
    )
    ring(SEND_DUE)
    return delivery
