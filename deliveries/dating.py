"""Hygiene only: of an open or a click that a person made the day is kept, and no more.

The rows of such events live as long as their window, so that machines can be told from
people; then they go, with all they said of the browser. A row that a neighbour without
a verdict will be judged by stays until that one has its own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from deliveries.facts import Row
from deliveries.models import EventKind, Verdict
from deliveries.verdicts import Judgement

# An overwritten day counts for whoever has that address; a click is an open, too.
OVERWRITE = """
WITH said AS MATERIALIZED (
    SELECT t.address_id, m.brand_id, max(t.day) AS opened_on,
        max(t.day) FILTER (WHERE t.is_click) AS clicked_on
    FROM json_to_recordset(%s)
        AS t(message_id bigint, address_id bigint, day date, is_click boolean)
    JOIN deliveries_message m ON m.id = t.message_id
    GROUP BY 1, 2 ORDER BY 1, 2
), kept AS (
    INSERT INTO deliveries_lastseen AS l (address_id, brand_id, opened_on, clicked_on)
    SELECT * FROM said
    ON CONFLICT (address_id, brand_id) DO UPDATE
    SET opened_on = greatest(l.opened_on, EXCLUDED.opened_on),
        clicked_on = greatest(l.clicked_on, EXCLUDED.clicked_on)
    WHERE EXCLUDED.opened_on > l.opened_on
        OR EXCLUDED.clicked_on > coalesce(l.clicked_on, '-infinity')
    RETURNING address_id
)
INSERT INTO deliveries_touched (address_id) SELECT DISTINCT address_id FROM kept
"""

# as far as `facts` looks around an event
FORGET = """
DELETE FROM deliveries_event e
USING unnest(%(ids)s::bigint[], %(ats)s::timestamptz[]) AS t(id, at)
WHERE e.id = t.id AND e.at = t.at AND NOT EXISTS (
    SELECT FROM deliveries_event s
    WHERE s.delivery_id = e.delivery_id AND s.verdict = 'pending'
        AND s.id <> ALL(%(ids)s::bigint[])
        AND s.at BETWEEN e.at AND e.at + interval '10 s'
)
"""


def write(judged: Sequence[tuple[Row, Judgement]]) -> int:
    """Keep the days of people, forget the events; how many wait for a neighbour."""
    people = [row for row, judgement in judged if judgement.verdict == Verdict.HUMAN]
    days = [
        {
            "message_id": row.message_id,
            "address_id": row.address_id,
            "day": row.at.astimezone(dt.UTC).date().isoformat(),
            "is_click": row.facts.kind != EventKind.OPEN,
        }
        for row in people
    ]
    rows = [row for row, _ in judged]
    events: dict[str, Any] = {
        "ids": [row.id for row in rows],
        "ats": [row.at for row in rows],
    }
    with connection.cursor() as cursor:
        if days:
            cursor.execute(OVERWRITE, [json.dumps(days)])
        cursor.execute(FORGET, events)
        return len(judged) - int(cursor.rowcount)
