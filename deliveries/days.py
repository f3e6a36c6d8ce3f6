"""The days of the email health page: summed up now and then, read by the page.

The last days are counted anew each time, because opens, bounces and reports come late
and a mail that was put off starts again later; the older ones stay as they are.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from accounts.models import Account
from deliveries.compared import Difference, difference
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

FIGURES = (
    *("sent", "delivered", "open_tracked", "click_tracked", "opened", "clicked"),
    *("hard", "bounced", "unsubscribed", "complaints"),
)
NAMES = ", ".join(FIGURES)

# The messages are named, so that the partitions of all others are left alone.
COUNTED = """
SELECT (started_at AT TIME ZONE %(zone)s)::date AS day,
    coalesce(nullif(provider, ''), 'other') AS provider,
    count(*) AS sent, count(*) FILTER (WHERE arrived) AS delivered,
    count(*) FILTER (WHERE arrived AND open_tracked) AS open_tracked,
    count(*) FILTER (WHERE arrived AND click_tracked) AS click_tracked,
    count(*) FILTER (WHERE opened_at IS NOT NULL OR clicked_at IS NOT NULL) AS opened,
    count(clicked_at) AS clicked, count(*) FILTER (WHERE bounce_kind = 'hard') AS hard,
    count(*) FILTER (WHERE NOT arrived AND state <> 'uncertain') AS bounced,
    count(unsubscribed_at) AS unsubscribed, count(complained_at) AS complaints
FROM (
    SELECT *, state = 'delivered' AND bounced_at IS NULL AS arrived
    FROM deliveries_delivery
    WHERE message_id = ANY(%(messages)s) AND started_at >= %(since)s
        AND state IN ('delivered', 'refused', 'expired', 'uncertain')
) AS mail
GROUP BY 1, 2
"""
COUNT = f"INSERT INTO deliveries_day (day, provider, {NAMES}) {COUNTED}"
DIFFERING = f"""
SELECT day, provider, to_jsonb(kept), to_jsonb(counted)
FROM (SELECT day, provider, {NAMES} FROM deliveries_day WHERE day >= %(first)s) kept
FULL JOIN ({COUNTED}) counted USING (day, provider)
ORDER BY 1, 2
"""  # noqa: S608  the names are ours


def sum_up(first: dt.date | None = None) -> None:
    """Count the last days, or all since `first`. Safe to repeat. A million mails take
    about a second, and four months of them are read: the page leaves out two days, so
    it is no hurry."""
    values = _values(first)
    with roomy(at_leisure=True), connection.cursor() as cursor:
        cursor.execute(LOCK)
        Day.objects.filter(day__gte=values["first"]).delete()
        cursor.execute(COUNT, values)


def _values(first: dt.date | None) -> dict[str, Any]:
    account = Account.current()
    first = first or account.day_of(timezone.now() - MOVING)
    since = dt.datetime.combine(first, dt.time(), account.zone)
    messages = _messages(since - LONGEST)
    return {
        "zone": account.time_zone,
        "first": first,
        "since": since,
        "messages": messages,
    }


def differing() -> Iterator[Difference]:
    """Days of a provider that are not what the mail says now, from the first day that
    is kept on."""
    first = Day.objects.aggregate(first=Min("day"))["first"]
    with roomy(), connection.cursor() as cursor:
        cursor.execute(DIFFERING, _values(first))
        rows = cursor.fetchall()
    for day, provider, kept, counted in rows:
        place = f"{day:%d %B %Y}, {provider}"
        pair = _figures(kept), _figures(counted)
        if found := difference(day, place, *pair):
            yield found


def _figures(said: str | None) -> dict[str, int]:
    """Django has PostgreSQL's JSON come as text; a day without mail has no row."""
    known = json.loads(said) if said else {}
    return {name: known.get(name, 0) for name in FIGURES}


def mend(days: Sequence[dt.date]) -> None:
    sum_up(min(days))


def _messages(since: dt.datetime) -> list[int]:
    rows = Message.objects.filter(channel=Channel.MARKETING, frozen_at__gte=since)
    return list(rows.values_list("pk", flat=True))
