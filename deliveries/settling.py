"""Settling: every event gets its verdict once its window is over.

Set-based: one question gathers the neighbours of a batch of events, `verdicts` judges
them, two statements write what came of it. Confirmations are committed one by one,
each under the lock of its address. Safe to repeat and to run twice at once: the same
events get the same verdicts, and nothing is counted, only set.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from consent.visitors import is_local
from deliveries import confirmation
from deliveries.confirmation import Yes
from deliveries.models import Event, EventKind, LinkKind, Verdict
from deliveries.verdicts import Facts, Judgement, judge

BATCH = 5_000

# The unsettled events older than %(before)s, or those named, with what surrounds each.
FACTS = """
WITH chosen AS MATERIALIZED (
    SELECT * FROM deliveries_event
    WHERE {which}
    ORDER BY at LIMIT %(limit)s
), crowd AS (
    SELECT e.ip, date_bin('60 s', e.at, '2000-01-01') AS minute,
        count(DISTINCT e.address_id) AS recipients, count(DISTINCT a.domain) AS domains
    FROM deliveries_event e JOIN consent_address a ON a.id = e.address_id
    WHERE e.verdict = 'pending' AND e.kind <> 'open' AND e.ip IS NOT NULL
        AND e.at BETWEEN (SELECT min(at) - interval '60 s' FROM chosen)
            AND (SELECT max(at) + interval '60 s' FROM chosen)
    GROUP BY 1, 2
)
SELECT e.id, e.at, e.kind, e.message_id, e.delivery_id, e.address_id, host(e.ip),
    e.user_agent, e.traits, link.kind, link.url = '', link.label,
    extract(epoch FROM e.at - d.delivered_at)::float8,
    near.siblings_2s, near.links_10s, near.heads_10s, mail.links,
    crowd.recipients, crowd.domains,
    visit.after_click, coalesce(visit.in_burst, false),
    coalesce(visit.near_burst, false)
FROM chosen e
LEFT JOIN deliveries_delivery d ON d.message_id = e.message_id AND d.id = e.delivery_id
LEFT JOIN deliveries_link link ON link.id = e.link_id
LEFT JOIN crowd ON crowd.ip = e.ip
    AND crowd.minute = date_bin('60 s', e.at, '2000-01-01')
CROSS JOIN LATERAL (
    SELECT count(*) AS links FROM deliveries_link l WHERE l.message_id = e.message_id
) mail
LEFT JOIN LATERAL (
    SELECT count(DISTINCT s.link_id) FILTER (WHERE s.link_id <> e.link_id
            AND s.at BETWEEN e.at - interval '2 s' AND e.at + interval '2 s')
            AS siblings_2s,
        count(DISTINCT s.link_id) AS links_10s,
        count(*) FILTER (WHERE s.method = 'HEAD') AS heads_10s
    FROM deliveries_event s
    WHERE s.delivery_id = e.delivery_id AND s.kind IN ('click', 'confirm')
        AND s.at BETWEEN e.at - interval '10 s' AND e.at + interval '10 s'
) near ON e.kind <> 'open'
LEFT JOIN LATERAL (
    SELECT extract(epoch FROM e.at - min(c.at) FILTER (WHERE c.is_hers))::float8
            AS after_click,
        bool_or(c.is_hers AND c.is_burst) AS in_burst,
        bool_or(c.is_burst AND NOT c.is_hers) AS near_burst
    FROM (
        SELECT c.at, c.ip IS NOT DISTINCT FROM e.ip AND c.user_agent = e.user_agent
                AS is_hers,
            EXISTS (
                SELECT FROM deliveries_event s
                WHERE s.delivery_id = c.delivery_id AND s.kind = 'click'
                    AND s.at BETWEEN c.at - interval '2 s' AND c.at + interval '2 s'
                    AND (s.link_id <> c.link_id OR s.method = 'HEAD')
            ) AS is_burst
        FROM deliveries_event c
        WHERE c.delivery_id = e.delivery_id AND c.kind = 'click'
            AND c.at BETWEEN e.at - interval '1 hour' AND e.at
    ) c
) visit ON e.kind = 'confirm'
"""
OLDER = "verdict = 'pending' AND at < %(before)s"
NAMED = "id = ANY(%(ids)s) AND at >= %(since)s"

WRITE = """
WITH judged AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s) AS t(
        id bigint, at timestamptz, verdict text, score smallint, signals jsonb)
)
UPDATE deliveries_event e
SET verdict = judged.verdict, score = judged.score, signals = judged.signals
FROM judged WHERE e.id = judged.id AND e.at = judged.at AND e.verdict = 'pending'
"""

# A click is an open, too, even where no image was loaded. Any event proves that the
# mail arrived, whoever was behind it: an uncertain delivery is settled by it.
SUM_UP = """
WITH one AS MATERIALIZED (
    SELECT message_id, delivery_id, min(at) AS at,
        min(at) FILTER (WHERE verdict = 'human') AS opened,
        max(at) FILTER (WHERE verdict = 'human') AS last_opened,
        min(at) FILTER (WHERE verdict = 'human' AND kind <> 'open') AS clicked,
        max(at) FILTER (WHERE verdict = 'human' AND kind <> 'open') AS last_clicked,
        min(at) FILTER (WHERE verdict = 'unverified' AND kind <> 'open') AS unverified
    FROM json_to_recordset(%s) AS t(message_id bigint, delivery_id bigint,
        at timestamptz, kind text, verdict text)
    GROUP BY 1, 2
)
UPDATE deliveries_delivery d
SET opened_at = least(d.opened_at, one.opened),
    last_opened_at = greatest(d.last_opened_at, one.last_opened),
    clicked_at = least(d.clicked_at, one.clicked),
    last_clicked_at = greatest(d.last_clicked_at, one.last_clicked),
    unverified_click_at = least(d.unverified_click_at, one.unverified),
    state = CASE d.state WHEN 'uncertain' THEN 'delivered' ELSE d.state END,
    delivered_at = CASE d.state WHEN 'uncertain'
        THEN coalesce(d.started_at, one.at) ELSE d.delivered_at END
FROM one
WHERE d.message_id = one.message_id AND d.id = one.delivery_id
    AND (num_nonnulls(one.opened, one.unverified) > 0 OR d.state = 'uncertain')
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One event with its facts; `yes`: what it would say if a person was behind it."""

    id: int
    at: dt.datetime
    message_id: int
    delivery_id: int
    facts: Facts
    yes: Yes | None


def window() -> dt.timedelta:
    return dt.timedelta(seconds=settings.CLICK_SETTLE_SECONDS)


def settle(*, limit: int = BATCH) -> int:
    """Judge the events whose window is over; how many there were."""
    question = FACTS.format(which=OLDER)
    rows = _ask(question, {"before": timezone.now() - window(), "limit": limit})
    judged = [(row, judge(row.facts)) for row in rows]
    for row, judgement in judged:
        if row.yes and judgement.verdict == Verdict.HUMAN:
            confirmation.commit(row.yes, judgement)
    _write(judged)
    return len(judged)


def settle_all() -> int:
    """Until nothing is left whose window is over; how many there were."""
    total = done = settle()
    while done == BATCH:
        done = settle()
        total += done
    return total


def settle_press(event: Event) -> bool:
    """Judge a press of the button at once; whether it confirmed.

    Only with the evidence of a hand and without a burst around it. Otherwise it
    waits for the end of its window like every other event.
    """
    since = event.at - dt.timedelta(seconds=1)
    values = {"ids": [event.pk], "since": since, "limit": 1}
    [row] = _ask(FACTS.format(which=NAMED), values)
    judgement = judge(row.facts)
    is_certain = "gesture" in judgement.signals and not judgement.is_burst
    if not (row.yes and is_certain and judgement.verdict == Verdict.HUMAN):
        return False
    confirmed = confirmation.commit(row.yes, judgement)
    _write([(row, judgement)])
    return confirmed


def _ask(question: str, values: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [_row(*found) for found in cursor.fetchall()]


def _row(*found: Any) -> Row:
    event, said, counted = found[:6], found[6:12], found[12:]
    pk, at, kind, message_id, delivery_id, address_id = event
    ip, user_agent, traits, *link = said
    traits = json.loads(traits) if isinstance(traits, str) else traits
    numbers = [count or 0 for count in counted[1:7]]
    facts = Facts(
        kind=EventKind(kind),
        is_local=ip is None or is_local(ip),
        ip=ip or "",
        user_agent=user_agent,
        accept_language=traits.get("accept_language", ""),
        gesture=traits.get("gesture", ""),
        after_delivery=counted[0],
        siblings_2s=numbers[0],
        links_10s=numbers[1],
        heads_10s=numbers[2],
        links=numbers[3],
        recipients_60s=numbers[4],
        domains_60s=numbers[5],
        after_click=counted[7],
        in_burst=counted[8],
        near_burst=counted[9],
    )
    words = _words(kind, *link)
    mail = message_id, delivery_id, address_id
    is_yes = words is not None
    yes = Yes(pk, at, *mail, ip, user_agent, traits, words or "") if is_yes else None
    return Row(pk, at, message_id, delivery_id, facts, yes)


def _words(kind: str, link_kind: str, is_ours: bool, label: str) -> str | None:
    """The words a person pressed with this event, "" on the button of our own page;
    None when it says no such thing.

    A click on our own confirm link is not the yes yet: the page asks for it.
    """
    if kind == EventKind.CONFIRM:
        return ""
    return label if link_kind == LinkKind.CONFIRM and not is_ours else None


@transaction.atomic
def _write(judged: Sequence[tuple[Row, Judgement]]) -> None:
    rows = [
        {
            "id": row.id,
            "at": row.at.isoformat(),
            "message_id": row.message_id,
            "delivery_id": row.delivery_id,
            "kind": row.facts.kind.value,
            "verdict": judgement.verdict.value,
            "score": judgement.score,
            "signals": judgement.signals,
        }
        for row, judgement in judged
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [json.dumps(rows)])
        cursor.execute(SUM_UP, [json.dumps(rows)])
