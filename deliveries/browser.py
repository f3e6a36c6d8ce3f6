"""A mail in the browser: what one reader got, from the frozen content."""

from __future__ import annotations

from django.utils import timezone

from consent.models import Grant
from deliveries.letters import Letter
from deliveries.models import Delivery, Message
from deliveries.rendering import Compiled, Recipient, render
from deliveries.targets import values_of
from deliveries.tokens import Token


def as_read_by(token: Token) -> str | None:
    """The HTML of the mail as its reader sees it today; None when it is gone."""
    message = (
        Message.objects.filter(pk=token.message_id, frozen_at__isnull=False)
        .select_related("brand", "subscription_type__brand")
        .first()
    )
    mail = Delivery.objects.filter(
        message_id=token.message_id, pk=token.delivery_id, address_id=token.address_id
    ).first()
    if message is None or mail is None:
        return None
    yes = Grant.objects.filter(
        address=token.address_id, subscription_type=message.subscription_type_id
    ).first()
    reader = Recipient(
        message_id=message.pk,
        delivery_id=mail.pk,
        address_id=token.address_id,
        deliver_to="",
        queued_at=mail.queued_at,
        values=values_of(token.address_id),
        since=yes.given_at.date() if yes else None,
        shown=mail.shown,
    )
    octets = render(Compiled.of(message, mail.language), reader, now=timezone.now())
    return Letter.of(octets).html
