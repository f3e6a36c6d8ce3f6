"""Storing events: one INSERT for everybody who waits.

Requests that come while an INSERT is under way wait for it together and share the
next one. Nothing is kept back: who returns from `store` has its event committed.
The commit does not wait for the disk; opens and clicks of the last second may be
lost if PostgreSQL itself dies, and nothing else may.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Semaphore
from typing import Any, NamedTuple

from django.db import (
    DEFAULT_DB_ALIAS,
    OperationalError,
    connection,
    connections,
)
from django.db.backends.base.base import BaseDatabaseWrapper

from deliveries.models import Verdict

# A press of the confirm button, and the link to it, is an answer and always stored. All
# else only as the message, its brand and the reader allow by now; where no more than
# the day may be kept, even what never counts waits for the end of its window, to go.
STORE = """
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
hit AS (
    SELECT t.*, l.id AS link_id, l.url, l.kind AS link_kind,
        l.kind = 'confirm' AS is_answer, 'hygiene' IN (m.tracking, b.tracking) AS dated,
        'off' NOT IN (m.tracking, b.tracking) AND CASE WHEN b.tracking_needs_consent
            THEN c.agreed IS TRUE ELSE c.agreed IS NOT FALSE END AS tracked
    FROM json_to_recordset(%s) AS t(
        n int, at timestamptz, kind text, delivery_id bigint, message_id bigint,
        address_id bigint, position int, method text, ip inet, user_agent text,
        traits jsonb, verdict text, score smallint, signals jsonb)
    CROSS JOIN quick
    LEFT JOIN deliveries_link l
        ON l.message_id = t.message_id AND l.position = t.position
    LEFT JOIN deliveries_message m ON m.id = t.message_id
    LEFT JOIN consent_brand b ON b.id = m.brand_id
    LEFT JOIN consent_trackingchoice c
        ON c.address_id = t.address_id AND c.brand_id = m.brand_id
    WHERE t.position IS NULL OR l.id IS NOT NULL
), stored AS (
    INSERT INTO deliveries_event (at, kind, delivery_id, message_id, address_id,
        link_id, method, ip, user_agent, traits, verdict, score, signals)
    SELECT at, kind, delivery_id, message_id, address_id, link_id, method, ip,
        user_agent, traits,
        CASE WHEN dated AND is_answer IS NOT TRUE THEN 'pending' ELSE verdict END,
        score, signals
    FROM hit WHERE is_answer OR tracked
)
SELECT n, url, link_kind FROM hit
"""


class Target(NamedTuple):
    """Where the link of a stored click leads; empty: to our own confirm page."""

    url: str
    kind: str


class Hit(NamedTuple):
    """One request, as the table of events takes it."""

    at: dt.datetime
    kind: str
    delivery_id: int
    message_id: int
    address_id: int
    position: int | None
    method: str
    ip: str | None
    user_agent: str
    traits: dict[str, str]

    def row(self, number: int) -> dict[str, Any]:
        dropped = dropped_at_once(self)
        verdict = Verdict.MACHINE if dropped else Verdict.PENDING
        return {
            **self._asdict(),
            "at": self.at.isoformat(),
            "n": number,
            "verdict": verdict.value,
            "score": sum(dropped.values()) if dropped else None,
            "signals": dropped,
        }


DROPPED = {"head": 5, "prefetch": 5}


def dropped_at_once(hit: Hit) -> dict[str, int]:
    """What never counts, whatever comes after: asked for without being looked at."""
    if hit.method == "HEAD":
        return {"head": DROPPED["head"]}
    if hit.traits.get("purpose"):
        return {"prefetch": DROPPED["prefetch"]}
    return {}


@dataclass(slots=True)
class Ticket:
    """Whoever waits. `turn` opens when it is done, or when it is to store for all."""

    hit: Hit
    is_done: bool = False
    target: Target | None = None
    error: Exception | None = None
    turn: Semaphore = field(default_factory=lambda: Semaphore(0))


Rows = list[tuple[int, str, str]]


class EventLog:
    """Where requests hand in their hits; `run` is how a statement is executed."""

    def __init__(self, run: Callable[[str, str], Rows]) -> None:
        self.run = run
        self.waiting: list[Ticket] = []
        self.is_storing = False
        self.gate = Lock()

    def store(self, hit: Hit) -> Target | None:
        """The target of a click that is committed now; None where there is no such
        link (then nothing is stored) and for opens. DatabaseError when it failed."""
        ticket = Ticket(hit)
        if not self._is_first(ticket):
            ticket.turn.acquire()
        if not ticket.is_done:
            self._store_for_all()
        if ticket.error:
            raise ticket.error
        return ticket.target

    def _is_first(self, ticket: Ticket) -> bool:
        with self.gate:
            self.waiting.append(ticket)
            is_first, self.is_storing = not self.is_storing, True
        return is_first

    def _store_for_all(self) -> None:
        """Everybody who waits; then it is the turn of the first who came meanwhile.
        Whoever is done leaves at once: behind the next statement nobody waits whose
        event is committed."""
        with self.gate:
            together, self.waiting = self.waiting, []
        try:
            self._store_together(together)
        finally:
            with self.gate:
                following = self.waiting[:1]
                self.is_storing = bool(following)
            for ticket in following + together:
                ticket.turn.release()

    def _store_together(self, tickets: list[Ticket]) -> None:
        rows = [ticket.hit.row(number) for number, ticket in enumerate(tickets)]
        try:
            for number, url, kind in self.run(STORE, json.dumps(rows)):
                tickets[number].target = Target(url, kind)
        except Exception as error:
            for ticket in tickets:
                ticket.error = error
            raise
        finally:
            for ticket in tickets:
                ticket.is_done = True


def through_django(statement: str, rows: str) -> Rows:
    """In the connection, and so in the transaction, of whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [rows])
        found: Rows = cursor.fetchall()
    return found


class OwnConnection:
    """One connection of the process that is never given back, so that a statement
    costs one way there and back: nothing is checked, planned or opened anew."""

    def __init__(self) -> None:
        self.opened: BaseDatabaseWrapper | None = None

    def __call__(self, statement: str, rows: str) -> Rows:
        try:
            return self._run(statement, rows)
        except OperationalError:
            self.close()  # PostgreSQL was restarted: once more, newly connected
            return self._run(statement, rows)

    def _run(self, statement: str, rows: str) -> Rows:
        opened = self._connection()
        with opened.wrap_database_errors:
            found: Rows = opened.connection.execute(
                statement, [rows], prepare=True
            ).fetchall()
        return found

    def _connection(self) -> BaseDatabaseWrapper:
        if self.opened is None:
            opened = connections.create_connection(DEFAULT_DB_ALIAS)
            options = {**opened.settings_dict["OPTIONS"], "pool": False}
            opened.settings_dict = {**opened.settings_dict, "OPTIONS": options}
            opened.inc_thread_sharing()  # the gate lets in one thread at a time
            self.opened = opened
        self.opened.ensure_connection()
        return self.opened

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()
            self.opened = None
