"""One turn of one endpoint: what is due is sent, several at a time.

The table is the queue. A worker that dies has sent some that nobody knows of: they are
sent again, with the same ids.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.vault import Locked
from webhooks import schedule, signing
from webhooks.bodies import bodies
from webhooks.models import Endpoint, Notice
from webhooks.models.endpoint import GONE
from webhooks.posting import Answer, Line
from webhooks.targets import NotAllowed
from webhooks.vocabulary import NoticeState

LINES = 8
# one for each line until the endpoint has answered, then more with each commit
FEW, MANY = LINES, 4 * LINES
# other work waits for the worker meanwhile
TURN = 20.0

_SETTLE = """
UPDATE webhooks_notice n SET
    state = s.state, next_at = coalesce(s.next_at, n.next_at), tried = s.tried,
    attempts = n.attempts || s.attempt, answer = s.answer
FROM jsonb_to_recordset(%s::jsonb) AS s (
    id bigint, state text, next_at timestamptz, tried smallint, attempt jsonb,
    answer text
) WHERE n.id = s.id
"""


def deliver(pk: int) -> None:
    """Send what is due at one endpoint, for at most about `TURN` seconds."""
    endpoint = Endpoint.objects.take(pk)
    if endpoint is None:
        return
    try:
        _take_turn(endpoint)
    finally:
        endpoint.give_back()


def _take_turn(endpoint: Endpoint) -> None:
    ends = time.monotonic() + TURN
    size = FEW
    lines = Lines(endpoint.url)
    try:
        while time.monotonic() < ends and endpoint.still_mine():
            due = list(endpoint.notices.due()[:size])
            if not due or not _send(endpoint, due, lines):
                return
            size = MANY
    finally:
        lines.close()


class Lines:
    """Connections to one address, as many as there are threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pool = ThreadPoolExecutor(LINES)
        self.free: list[Line] = []

    def post(self, letters: Sequence[tuple[bytes, dict[str, str]]]) -> Iterator[Answer]:
        return self.pool.map(self._post, letters)

    def _post(self, letter: tuple[bytes, dict[str, str]]) -> Answer:
        try:
            line = self._line()
        except NotAllowed as refused:
            return Answer(problem=str(refused))
        answer = line.post(*letter)
        self.free.append(line)
        return answer

    def _line(self) -> Line:
        try:
            return self.free.pop()
        except IndexError:  # all are in use
            return Line.to(self.url)

    def close(self) -> None:
        self.pool.shutdown()
        for line in self.free:
            line.close()


def _send(endpoint: Endpoint, due: Sequence[Notice], lines: Lines) -> bool:
    """Whether anything was taken, so that more can be sent."""
    try:
        keys = endpoint.secrets()
    except Locked as locked:
        answers = [Answer(problem=str(locked))] * len(due)
    else:
        now = int(time.time())
        letters = [
            (body, signing.headers(keys, one.event_id, now, body))
            for one, body in zip(due, bodies(endpoint, due), strict=True)
        ]
        answers = list(lines.post(letters))
    _settle(due, answers)
    return _judge(endpoint, answers)


def _settle(due: Sequence[Notice], answers: Sequence[Answer]) -> None:
    rows = [_settled(*pair) for pair in zip(due, answers, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [json.dumps(rows)])


def _settled(notice: Notice, answer: Answer) -> dict[str, Any]:
    """`answer` is kept of what was not taken: of the others nothing has to be known."""
    now = timezone.now()
    tried = notice.tried + 1
    later: dt.datetime | None = None
    state = NoticeState.DELIVERED
    if not answer.is_taken:
        later = schedule.next_try(tried, now, answer.wait)
        state = NoticeState.WAITING if later else NoticeState.FAILED
    attempt = {
        "at": now.isoformat(),
        "status": answer.status,
        "problem": answer.problem,
        "ms": answer.ms,
    }
    return {
        "id": notice.pk,
        "state": state,
        "next_at": later.isoformat() if later else None,
        "tried": tried,
        "attempt": attempt,
        "answer": "" if answer.is_taken else answer.words,
    }


def _judge(endpoint: Endpoint, answers: Sequence[Answer]) -> bool:
    """What the answers say about the endpoint itself."""
    if any(one.is_gone for one in answers):
        endpoint.pause(GONE)
        return False
    if any(one.is_taken for one in answers):
        endpoint.has_answered()
        return True
    waits = [one.wait for one in answers if one.wait]
    endpoint.has_failed(max(waits) if waits else None)
    return False
