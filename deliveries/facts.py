"""What is known of an event once its neighbours are there: one question for many.

Settling asks it of events whose window is over, judging anew of those that have their
verdict already.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

from consent.visitors import is_local
from deliveries.confirmation import Yes
from deliveries.eventlog import DROPPED
from deliveries.models import EventKind, LinkKind, Verdict
from deliveries.verdicts import Facts, Judgement, judge

# The events that {which} says, with what surrounds each. In {crowd} stands which of the
# others are looked at: there is an index of those that wait.
FACTS = """
WITH chosen AS MATERIALIZED (
    SELECT * FROM deliveries_event
    WHERE {which}
    ORDER BY at, id LIMIT %(limit)s
), crowd AS (
    SELECT e.ip, date_bin('60 s', e.at, '2000-01-01') AS minute,
        count(DISTINCT e.address_id) AS recipients, count(DISTINCT a.domain) AS domains
    FROM deliveries_event e JOIN consent_address a ON a.id = e.address_id
    WHERE {crowd} e.kind <> 'open' AND e.ip IS NOT NULL
        AND e.at BETWEEN (SELECT min(at) - interval '60 s' FROM chosen)
            AND (SELECT max(at) + interval '60 s' FROM chosen)
    GROUP BY 1, 2
)
SELECT e.id, e.at, e.kind, e.message_id, e.delivery_id, e.address_id,
    e.kind IN ('open', 'click') AND link.kind IS DISTINCT FROM 'confirm'
        AND 'hygiene' IN (m.tracking, b.tracking), e.verdict, e.signals,
    host(e.ip), e.user_agent, e.traits, link.kind, link.url = '', link.label,
    extract(epoch FROM e.at - d.delivered_at)::float8,
    near.siblings_2s, near.links_10s, near.heads_10s, mail.links,
    crowd.recipients, crowd.domains,
    visit.after_click, coalesce(visit.in_burst, false),
    coalesce(visit.near_burst, false)
FROM chosen e
LEFT JOIN deliveries_delivery d ON d.message_id = e.message_id AND d.id = e.delivery_id
LEFT JOIN deliveries_link link ON link.id = e.link_id
LEFT JOIN deliveries_message m ON m.id = e.message_id
LEFT JOIN consent_brand b ON b.id = m.brand_id
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
ORDER BY e.at, e.id
"""


@dataclass(frozen=True, slots=True)
class Before:
    """What was stored of an event: its verdict so far, and the signs for it."""

    verdict: Verdict
    signals: dict[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One event with its facts; `yes`: what it would say if a person was behind it.

    `dated`: no more than its day may be kept. `dropped`: why it never counts, whatever
    came after.
    """

    id: int
    at: dt.datetime
    message_id: int
    delivery_id: int
    address_id: int
    facts: Facts
    yes: Yes | None
    dated: bool
    dropped: dict[str, int]
    before: Before

    def judge(self) -> Judgement:
        if self.dropped:
            score = sum(self.dropped.values())
            return Judgement(Verdict.MACHINE, score, self.dropped)
        return judge(self.facts)


def gather(question: str, values: dict[str, Any]) -> list[Row]:
    """The events that a question made of FACTS is about, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [_row(*found) for found in cursor.fetchall()]


def _row(*found: Any) -> Row:
    event, stored, said, counted = found[:6], found[6:9], found[9:15], found[15:]
    pk, at, kind, message_id, delivery_id, address_id = event
    ip, user_agent, traits, *link = said
    traits, signals = _read(traits), _read(stored[2])
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
    dropped = {name: signals[name] for name in DROPPED if name in signals}
    before = Before(Verdict(stored[1]), signals)
    return Row(pk, at, *mail, facts, yes, stored[0], dropped, before)


def _read(found: Any) -> dict[str, Any]:
    """Django has PostgreSQL's JSON come as text."""
    said: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    return said


def _words(kind: str, link_kind: str, is_ours: bool, label: str) -> str | None:
    """The words a person pressed with this event, "" on the button of our own page;
    None when it says no such thing.

    A click on our own confirm link is not the yes yet: the page asks for it.
    """
    if kind == EventKind.CONFIRM:
        return ""
    return label if link_kind == LinkKind.CONFIRM and not is_ours else None
