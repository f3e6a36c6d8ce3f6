"""One mail to one address, asked for by a person and not by a list."""

from __future__ import annotations

from django.db import transaction
from django.db.models import OuterRef, Value

from accounts.doorbell import ring
from consent.models import Address
from deliveries import partitions
from deliveries.audience import freeze
from deliveries.measuring import Measured
from deliveries.models import Delivery, DeliveryState, Message
from deliveries.predicates import Asked
from deliveries.providers import provider_of
from deliveries.queue import SEND_DUE
from deliveries.refusals import refusal, sentence


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
            **Measured.of(message).flags,
        },
    )
    ring(SEND_DUE)
    return delivery


def hindrance(delivery: Delivery) -> str:
    """Why the mail does not leave now, in a sentence; "" where nothing keeps it."""
    message = delivery.message
    asked = Asked(
        OuterRef("address_id"),
        message.subscription_type_id,
        Value(message.brand_id),
        message=OuterRef("message_id"),
        domain=OuterRef("address__domain"),
        provider=OuterRef("provider"),
    )
    rows = Delivery.objects.filter(pk=delivery.pk, message=message)
    found = refusal(message.channel, asked, passing=True)
    key = rows.annotate(refusal=found).values_list("refusal", flat=True).get()
    return sentence(key) if key else ""
