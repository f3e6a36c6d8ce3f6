"""Judging anew: the stored opens and clicks, by the rules of today.

For after a change of the table of signs. Batch by batch, each a transaction of its own
that also brings the dates of its mails into line: safe to stop and to repeat. What a
person confirmed stays confirmed, whatever the rules say by now. Events whose browser is
forgotten already keep the verdict they have: nobody knows any more what spoke for it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from deliveries import confirmation
from deliveries.facts import FACTS, Row, gather
from deliveries.models import Forgotten, Verdict
from deliveries.settling import as_row, window
from deliveries.verdicts import Judgement

BATCH = 5_000
AGAIN = FACTS.format(
    which=(
        "at >= %(at)s AND (at, id) > (%(at)s, %(id)s) AND at < %(upto)s"
        " AND verdict <> 'pending'"
    ),
    crowd="",
)

WRITE = """
UPDATE deliveries_event e
SET verdict = t.verdict, score = t.score, signals = t.signals
FROM json_to_recordset(%s) AS t(
    id bigint, at timestamptz, verdict text, score smallint, signals jsonb)
WHERE e.id = t.id AND e.at = t.at
"""

# What is older than every event of a mail came from elsewhere and stays.
BRING_INTO_LINE = """
WITH said AS (
    SELECT e.message_id, e.delivery_id, min(e.at) AS began,
        min(e.at) FILTER (WHERE verdict = 'human') AS opened,
        max(e.at) FILTER (WHERE verdict = 'human') AS last_opened,
        min(e.at) FILTER (WHERE verdict = 'human' AND kind <> 'open') AS clicked,
        max(e.at) FILTER (WHERE verdict = 'human' AND kind <> 'open') AS last_clicked,
        min(e.at) FILTER (WHERE verdict = 'unverified' AND kind <> 'open') AS unverified
    FROM deliveries_event e WHERE e.delivery_id = ANY(%s::bigint[])
    GROUP BY 1, 2
), new AS (
    SELECT d.message_id, d.id,
        least(CASE WHEN d.opened_at < began THEN d.opened_at END, opened) AS opened_at,
        greatest(CASE WHEN d.opened_at < began THEN d.opened_at END, CASE WHEN
            d.last_opened_at < began THEN d.last_opened_at END, last_opened)
            AS last_opened_at,
        least(CASE WHEN d.clicked_at < began THEN d.clicked_at END, clicked)
            AS clicked_at,
        greatest(CASE WHEN d.clicked_at < began THEN d.clicked_at END, CASE WHEN
            d.last_clicked_at < began THEN d.last_clicked_at END, last_clicked)
            AS last_clicked_at,
        least(CASE WHEN d.unverified_click_at < began THEN d.unverified_click_at END,
            unverified) AS unverified_click_at
    FROM said JOIN deliveries_delivery d
        ON d.message_id = said.message_id AND d.id = said.delivery_id
)
UPDATE deliveries_delivery d
SET opened_at = new.opened_at, last_opened_at = new.last_opened_at,
    clicked_at = new.clicked_at, last_clicked_at = new.last_clicked_at,
    unverified_click_at = new.unverified_click_at
FROM new WHERE d.message_id = new.message_id AND d.id = new.id
    AND (d.opened_at, d.last_opened_at, d.clicked_at, d.last_clicked_at,
        d.unverified_click_at) IS DISTINCT FROM (new.opened_at, new.last_opened_at,
        new.clicked_at, new.last_clicked_at, new.unverified_click_at)
RETURNING d.message_id, d.started_at
"""

Judged = tuple[Row, Judgement]


@dataclass
class Found:
    """What judging anew changed, or would. `changes`: (verdict before, now): events;
    `since`: when the first of the changed mails started."""

    looked_at: int = 0
    changes: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    # said yes by a person, and not asked again
    answers: int = 0
    confirmed: int = 0
    mails: int = 0
    messages: set[int] = field(default_factory=set)
    since: dt.datetime | None = None


def rejudge(since: dt.datetime | None = None, *, dry: bool = False) -> Found:
    """Judge all events since then (all that can be) anew; `dry`: and write nothing."""
    found = Found()
    for rows in _batches(since):
        with transaction.atomic():
            _rejudge(rows, found)
            if dry:
                transaction.set_rollback(True)
    return found


def reach() -> dt.datetime:
    """The first moment of which everything is known still."""
    return Forgotten.objects.mark().until


def _batches(since: dt.datetime | None) -> Iterator[list[Row]]:
    with transaction.atomic():
        begin = max(filter(None, (since, reach())))
    place = {"at": begin, "id": 0, "upto": timezone.now() - window(), "limit": BATCH}
    while rows := gather(AGAIN, place):
        yield rows
        place |= {"at": rows[-1].at, "id": rows[-1].id}


def _rejudge(rows: Sequence[Row], found: Found) -> None:
    judged = [(row, row.judge()) for row in rows]
    changed = [(row, now) for row, now in judged if row.before.verdict != now.verdict]
    answers = [row for row, _ in changed if _is_answer(row)]
    moved = [(row, now) for row, now in changed if not _is_answer(row)]
    found.looked_at += len(rows)
    found.answers += len(answers)
    found.changes.update((row.before.verdict, now.verdict) for row, now in moved)
    found.confirmed += sum(_confirms(row, now) for row, now in moved)
    _write([(row, now) for row, now in judged if _is_other(row, now)])
    _bring_into_line({row.delivery_id for row, _ in moved}, found)


def _is_answer(row: Row) -> bool:
    """A yes that was taken for one."""
    return row.yes is not None and row.before.verdict == Verdict.HUMAN


def _is_other(row: Row, now: Judgement) -> bool:
    """Also where the verdict is the same for other signs."""
    is_same = (row.before.verdict, row.before.signals) == (now.verdict, now.signals)
    return not is_same and not _is_answer(row)


def _confirms(row: Row, now: Judgement) -> bool:
    is_yes = row.yes is not None and now.verdict == Verdict.HUMAN
    return bool(is_yes and row.yes and confirmation.commit(row.yes, now))


def _write(judged: Sequence[Judged]) -> None:
    if judged:
        with connection.cursor() as cursor:
            rows = [as_row(row, judgement) for row, judgement in judged]
            cursor.execute(WRITE, [json.dumps(rows)])


def _bring_into_line(deliveries: set[int], found: Found) -> None:
    if not deliveries:
        return
    with connection.cursor() as cursor:
        cursor.execute(BRING_INTO_LINE, [sorted(deliveries)])
        mails = cursor.fetchall()
    found.mails += len(mails)
    found.messages.update(message for message, _ in mails)
    moments = [at for _, at in mails if at] + ([found.since] if found.since else [])
    found.since = min(moments, default=None)
