"""Whether mail was accepted long after its reader had said no.

Nothing starts after the commit of an opt-out. What was started before may be on its way
for a moment; a server that accepts it more than GRACE later kept it too long, or
something here is wrong. Either way somebody has to know.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.utils import timezone

from consent.vocabulary import OPT_OUT_REASONS
from deliveries.days import LONGEST
from deliveries.models import Channel, Message
from deliveries.room import roomy

GRACE = dt.timedelta(minutes=5)
# looked at again: a look may have been missed
LOOKED_AT = dt.timedelta(days=1)

# The messages are named, so that the partitions of all others are left alone. The first
# no counts where several were said.
FIND = """
INSERT INTO deliveries_late (delivery_id, message_id, address_id, said_at, accepted_at,
    found_at)
SELECT d.id, d.message_id, d.address_id, min(s.created_at), d.delivered_at, now()
FROM deliveries_delivery d
JOIN deliveries_message m ON m.id = d.message_id
JOIN consent_suppression s ON s.address_id = d.address_id
    AND s.reason = ANY(%(reasons)s) AND d.delivered_at > s.created_at + %(grace)s
    AND (s.lifted_at IS NULL OR s.lifted_at > d.delivered_at)
    AND (s.scope = 'everything' OR s.brand_id = m.brand_id
        OR s.subscription_type_id = m.subscription_type_id)
WHERE d.message_id = ANY(%(messages)s) AND d.delivered_at > %(since)s
GROUP BY d.id, d.message_id, d.address_id, d.delivered_at
ON CONFLICT (delivery_id) DO NOTHING
"""


def find() -> int:
    """Write down the mails of the last day that came too late; how many are new."""
    now = timezone.now()
    messages = Message.objects.filter(
        channel__in=[Channel.MARKETING, Channel.SEQUENCE], frozen_at__gte=now - LONGEST
    )
    values: dict[str, Any] = {
        "reasons": [reason.value for reason in OPT_OUT_REASONS],
        "grace": GRACE,
        "messages": list(messages.values_list("pk", flat=True)),
        "since": now - LOOKED_AT,
    }
    with roomy(at_leisure=True), connection.cursor() as cursor:
        cursor.execute(FIND, values)
        return int(cursor.rowcount)
