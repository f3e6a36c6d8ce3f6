"""What was on its way when somebody left."""

from __future__ import annotations

import time

from django.utils.translation import ngettext

from deliveries.models import Delivery, DeliveryState

# How long an opt-out waits for mails that were on their way before it answers.
PATIENCE = 2.0  # seconds
_PAUSE = 0.05


def in_flight(*address_ids: int) -> int:
    """Mails to these addresses that were started and have no outcome yet.

    Asked after the commit of an opt-out: nothing starts any more. Waits for them up
    to PATIENCE; what is left then is on its way.
    """
    started = Delivery.objects.filter(
        address_id__in=address_ids, state=DeliveryState.STARTED
    )
    end = time.monotonic() + PATIENCE
    while (count := started.count()) and time.monotonic() < end:
        time.sleep(_PAUSE)
    return count


def said(count: int) -> str:
    """The sentence about `count` mails in flight; '' for none."""
    if not count:
        return ""
    return ngettext(
        "%(count)d email was on the way already and may still arrive.",
        "%(count)d emails were on the way already and may still arrive.",
        count,
    ) % {"count": count}
