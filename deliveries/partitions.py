"""Deliveries are stored by ranges of messages, events by month; always ahead."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from deliveries.models import Message

AHEAD = 2_000  # messages
MONTHS_AHEAD = dt.timedelta(days=93)
PER_PARTITION = 1_000  # messages, as the function in the migration says


def ensure() -> None:
    """Make the partitions of the next messages and months. Safe to repeat."""
    newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
    today = timezone.now().date()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT deliveries_ensure_partitions(%s, %s, %s)",
            [newest + AHEAD, today, today + MONTHS_AHEAD],
        )


def ensure_for(message_id: int) -> None:
    """The partition that `message_id` belongs to: rows must not begin elsewhere."""
    table = f"deliveries_delivery_{message_id // PER_PARTITION}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [table])
        missing = cursor.fetchone()[0]
    if missing:
        ensure()
