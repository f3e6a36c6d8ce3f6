"""The days of the email health page: summed up now and then, read by the page.

The last days are counted anew each time, because opens, bounces and reports come late
and a mail that was put off starts again later; the older ones stay as they are.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Account
from deliveries.models import Channel, Day, Message
from deliveries.room import roomy

# opens, bounces and reports of younger mail are still to come
SETTLING = dt.timedelta(hours=48)
# counted again: a month, and the days around it
MOVING = dt.timedelta(days=33)
# so long after its first mail a mailing may still start others
LONGEST = dt.timedelta(days=90)
# one at a time: each replaces what the other wrote
LOCK = "SELECT pg_advisory_xact_lock(hashtext('deliveries.days'))"

# The messages are named, so that the partitions of all others are left alone.
COUNT = """
INSERT INTO deliveries_day (day, provider, sent, delivered, open_tracked,
    click_tracked, opened, clicked, hard, bounced, unsubscribed, complaints)
SELECT (started_at AT TIME ZONE %(zone)s)::date,
    coalesce(nullif(provider, ''), 'other'),
    count(*), count(*) FILTER (WHERE arrived),
    count(*) FILTER (WHERE arrived AND open_tracked),
    count(*) FILTER (WHERE arrived AND click_tracked),
    count(*) FILTER (WHERE opened_at IS NOT NULL OR clicked_at IS NOT NULL),
    count(clicked_at), count(*) FILTER (WHERE bounce_kind = 'hard'),
    count(*) FILTER (WHERE NOT arrived AND state <> 'uncertain'),
    count(unsubscribed_at), count(complained_at)
FROM (
    SELECT *, state = 'delivered' AND bounced_at IS NULL AS arrived
    FROM deliveries_delivery
    WHERE message_id = ANY(%(messages)s) AND started_at >= %(since)s
        AND state IN ('delivered', 'refused', 'expired', 'uncertain')
) AS mail
GROUP BY 1, 2
"""


def sum_up() -> None:
    """Count the last days. Safe to repeat. A million mails take about a second, and
    four months of them are read: the page leaves out two days, so it is no hurry."""
    account = Account.current()
    first = account.day_of(timezone.now() - MOVING)
    since = dt.datetime.combine(first, dt.time(), account.zone)
    values: dict[str, Any] = {
        "zone": account.time_zone,
        "since": since,
        "messages": _messages(since - LONGEST),
    }
    with roomy(at_leisure=True), connection.cursor() as cursor:
        cursor.execute(LOCK)
        Day.objects.filter(day__gte=first).delete()
        cursor.execute(COUNT, values)


def _messages(since: dt.datetime) -> list[int]:
    rows = Message.objects.filter(channel=Channel.MARKETING, frozen_at__gte=since)
    return list(rows.values_list("pk", flat=True))
