"""Deliveries are stored by ranges of messages, events by month; always ahead."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from deliveries.models import Message

AHEAD = 2_000  # messages
MONTHS_AHEAD = dt.timedelta(days=93)
ASKED = ("consent_address", "consent_grant", "consent_suppression", "contacts_contact")
NO_MESSAGE = -1_000
NO_MONTHS = dt.date(2000, 2, 1), dt.date(2000, 1, 1)
PER_PARTITION = 1_000  # messages, as the function in the migration says


def ensure() -> None:
    """Make the partitions of the next messages and months. Safe to repeat."""
    _ensure_messages(Message.objects.aggregate(newest=Max("pk"))["newest"] or 0)
    today = timezone.now().date()
    _make(NO_MESSAGE, today, today + MONTHS_AHEAD)


def _ensure_messages(newest: int) -> None:
    """Of mails alone: a new partition waits for everybody who reads the table, and who
    reads mails and events would wait for one that locks both, and it for him."""
    _make(newest + AHEAD, *NO_MONTHS)


def _make(last_message: int, first_day: dt.date, last_day: dt.date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT deliveries_ensure_partitions(%s, %s, %s)",
            [last_message, first_day, last_day],
        )


def table_of(message_id: int) -> str:
    """The partition that holds the deliveries of a message."""
    return f"deliveries_delivery_{int(message_id) // PER_PARTITION}"


def analyze(message_id: int) -> None:
    """Let the planner know how many rows there are before it looks for single ones:
    a message's many new ones, and those of the tables that are asked about them."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join([table_of(message_id), *ASKED])}")


def ensure_for(message_id: int) -> None:
    """Rows of a message must begin in a partition of their own range."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [table_of(message_id)])
        missing = cursor.fetchone()[0]
    if missing:
        _ensure_messages(message_id)
