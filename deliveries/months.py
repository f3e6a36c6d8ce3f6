"""The months of the health chart: summed up now and then, read by pages.

A page never counts deliveries. The last months are counted anew each time, because
opens and bounces come late; the older ones stay as they are.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from accounts.models import Account
from consent.vocabulary import OPT_OUT_REASONS
from deliveries.compared import Difference, difference
from deliveries.models import Channel, Month
from deliveries.room import roomy

SHOWN = 12
# counted again: a mail is opened and comes back for so long
MOVING = 3

FIGURES = ("delivered", "opened", "clicked", "bounced", "opt_outs")
NAMES = ", ".join(FIGURES)

COUNTED = """
WITH mail AS (
    SELECT date_trunc('month', m.frozen_at AT TIME ZONE %(zone)s)::date AS month,
        count(*) FILTER (WHERE d.state = 'delivered') AS delivered,
        count(d.opened_at) AS opened,
        count(d.clicked_at) AS clicked,
        count(*) FILTER (WHERE d.state = 'refused' OR d.bounce_kind = 'hard') AS bounced
    FROM deliveries_message m JOIN deliveries_delivery d ON d.message_id = m.id
    WHERE m.frozen_at >= %(since)s::date AT TIME ZONE %(zone)s AND m.channel <> %(test)s
    GROUP BY 1
), noes AS (
    SELECT date_trunc('month', occurred_at AT TIME ZONE %(zone)s)::date AS month,
        count(DISTINCT address_id) AS opt_outs
    FROM consent_suppression
    WHERE occurred_at >= %(since)s::date AT TIME ZONE %(zone)s
        AND reason = ANY(%(reasons)s)
    GROUP BY 1
)
SELECT month, coalesce(delivered, 0) AS delivered, coalesce(opened, 0) AS opened,
    coalesce(clicked, 0) AS clicked, coalesce(bounced, 0) AS bounced,
    coalesce(opt_outs, 0) AS opt_outs
FROM generate_series(%(since)s::date, %(today)s::date, interval '1 month') AS t(first)
CROSS JOIN LATERAL (SELECT first::date AS month) one
LEFT JOIN mail USING (month) LEFT JOIN noes USING (month)
"""
COUNT = f"""
INSERT INTO deliveries_month (month, {NAMES}, counted_at)
SELECT month, {NAMES}, now() FROM ({COUNTED}) counted
ON CONFLICT (month) DO UPDATE SET counted_at = now(),
    {", ".join(f"{name} = EXCLUDED.{name}" for name in FIGURES)}
"""  # noqa: S608  the names are ours
DIFFERING = f"""
SELECT counted.month, to_jsonb(kept), to_jsonb(counted)
FROM ({COUNTED}) counted LEFT JOIN deliveries_month kept USING (month)
ORDER BY 1
"""  # noqa: S608  the names are ours


def sum_up(*, everything: bool = False) -> None:
    """Count the last months, and all that are shown where one is missing.

    Safe to repeat. A month of a million mails takes about a second.
    """
    months = last_months(Account.current().today())
    known = Month.objects.filter(month__in=months[: SHOWN - MOVING]).count()
    is_whole = known == SHOWN - MOVING and not everything
    with roomy(), connection.cursor() as cursor:
        cursor.execute(COUNT, _values(months[SHOWN - MOVING if is_whole else 0]))


def _values(since: dt.date) -> dict[str, Any]:
    account = Account.current()
    return {
        "zone": account.time_zone,
        "since": since,
        "today": account.today(),
        "test": Channel.TEST.value,
        "reasons": [reason.value for reason in OPT_OUT_REASONS],
    }


def differing() -> Iterator[Difference]:
    """Months of the chart that are not what mails and opt-outs say now."""
    months = last_months(Account.current().today())
    with roomy(), connection.cursor() as cursor:
        cursor.execute(DIFFERING, _values(months[0]))
        rows = cursor.fetchall()
    for month, kept, counted in rows:
        known = json.loads(kept) if kept else {}
        now = json.loads(counted)
        pair = known, {name: now[name] for name in FIGURES}
        if found := difference(month, f"{month:%B %Y}", *pair):
            yield found


def mend(_: Sequence[dt.date]) -> None:
    sum_up(everything=True)


def last_months(today: dt.date) -> list[dt.date]:
    """The first days of the months that are shown, this one last."""
    number = today.year * 12 + today.month - 1
    return [
        dt.date(one // 12, one % 12 + 1, 1)
        for one in range(number - SHOWN + 1, number + 1)
    ]


def shown() -> list[Month]:
    """The months of the chart, oldest first; those nobody counted yet are empty."""
    months = last_months(Account.current().today())
    known = Month.objects.in_bulk(months)
    return [known.get(month) or Month(month=month) for month in months]
