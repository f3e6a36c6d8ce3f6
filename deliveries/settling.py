"""Settling: every event gets its verdict once its window is over.

Set-based: one question gathers the neighbours of a batch of events (see facts),
`verdicts` judges them, a few statements write what came of it. Confirmations are
committed one by one, each under the lock of its address. Safe to repeat and to run
twice at once: the same events get the same verdicts, and nothing is counted, only set.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from deliveries import confirmation, dating
from deliveries.facts import FACTS, Row, gather
from deliveries.models import Event, Verdict
from deliveries.verdicts import Judgement

BATCH = 5_000
WAITING = "e.verdict = 'pending' AND"
OLDER = FACTS.format(which="verdict = 'pending' AND at < %(before)s", crowd=WAITING)
NAMED = FACTS.format(which="id = ANY(%(ids)s) AND at >= %(since)s", crowd=WAITING)

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


def window() -> dt.timedelta:
    return dt.timedelta(seconds=settings.CLICK_SETTLE_SECONDS)


def settle(*, limit: int = BATCH) -> int:
    """Judge the events whose window is over; how many have their verdict now."""
    rows = gather(OLDER, {"before": timezone.now() - window(), "limit": limit})
    judged = [(row, row.judge()) for row in rows]
    for row, judgement in judged:
        if row.yes and judgement.verdict == Verdict.HUMAN:
            confirmation.commit(row.yes, judgement)
    return len(judged) - _write(judged)


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
    [row] = gather(NAMED, values)
    judgement = row.judge()
    is_certain = "gesture" in judgement.signals and not judgement.is_burst
    if not (row.yes and is_certain and judgement.verdict == Verdict.HUMAN):
        return False
    confirmed = confirmation.commit(row.yes, judgement)
    _write([(row, judgement)])
    return confirmed


@transaction.atomic
def _write(judged: Sequence[tuple[Row, Judgement]]) -> int:
    """How many of them wait for a neighbour still, to be judged with it once more."""
    kept = [as_row(row, judgement) for row, judgement in judged if not row.dated]
    dated = [(row, judgement) for row, judgement in judged if row.dated]
    arrived = [as_row(row, NOT_KEPT) for row, _ in dated]
    with connection.cursor() as cursor:
        if kept:
            cursor.execute(WRITE, [json.dumps(kept)])
        if kept or arrived:
            cursor.execute(SUM_UP, [json.dumps([*kept, *arrived])])
    return dating.write(dated) if dated else 0


# what a mail is told of an answer of which only the day is kept: that it arrived
NOT_KEPT = Judgement(Verdict.MACHINE, 0, {})


def as_row(row: Row, judgement: Judgement) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at.isoformat(),
        "message_id": row.message_id,
        "delivery_id": row.delivery_id,
        "kind": row.facts.kind.value,
        "verdict": judgement.verdict.value,
        "score": judgement.score,
        "signals": judgement.signals,
    }
