"""The months of the health chart: summed up now and then, read by pages.

A page never counts deliveries. The last months are counted anew each time, because
opens and bounces come late; the older ones stay as they are.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

from accounts.models import Account
from consent.vocabulary import OPT_OUT_REASONS
from deliveries.models import Channel, Month
from deliveries.room import roomy

SHOWN = 12
# counted again: a mail is opened and comes back for so long
MOVING = 3

COUNT = """
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
INSERT INTO deliveries_month
    (month, delivered, opened, clicked, bounced, opt_outs, counted_at)
SELECT month, coalesce(delivered, 0), coalesce(opened, 0), coalesce(clicked, 0),
    coalesce(bounced, 0), coalesce(opt_outs, 0), now()
FROM generate_series(%(since)s::date, %(today)s::date, interval '1 month') AS t(first)
CROSS JOIN LATERAL (SELECT first::date AS month) one
LEFT JOIN mail USING (month) LEFT JOIN noes USING (month)
ON CONFLICT (month) DO UPDATE SET delivered = EXCLUDED.delivered,
    opened = EXCLUDED.opened, clicked = EXCLUDED.clicked, bounced = EXCLUDED.bounced,
    opt_outs = EXCLUDED.opt_outs, counted_at = now()
"""


def sum_up(*, everything: bool = False) -> None:
    """Count the last months, and all that are shown where one is missing.

    Safe to repeat. A month of a million mails takes about a second.
    """
    account = Account.current()
    today = account.today()
    months = last_months(today)
    known = Month.objects.filter(month__in=months[: SHOWN - MOVING]).count()
    is_whole = known == SHOWN - MOVING and not everything
    with roomy(), connection.cursor() as cursor:
        cursor.execute(
            COUNT,
            {
                "zone": account.time_zone,
                "since": months[SHOWN - MOVING if is_whole else 0],
                "today": today,
                "test": Channel.TEST.value,
                "reasons": [reason.value for reason in OPT_OUT_REASONS],
            },
        )


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
