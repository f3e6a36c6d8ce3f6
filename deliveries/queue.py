"""The queue of mails: rows of Delivery, and the few statements that move them.

A worker takes up to BATCH rows of one message in one transaction: it settles what it
sent before, picks waiting rows that nobody else has (SKIP LOCKED), takes the share
lock of their addresses without waiting (so it can never stand in a circle with an
opt-out), asks the table of refusals and the quiet hours once more, and writes
`started_at`. The commit is synchronous; only after it the mails leave.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import DateField, F, FloatField, Func, OuterRef, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from consent import addresses
from consent.models import Grant
from deliveries import pace, waves
from deliveries.clock import Plan
from deliveries.frequency import limits_of
from deliveries.languages import all_blocks
from deliveries.measuring import Measured, trackable
from deliveries.models import Delivery, DeliveryState, Message, Pace, ProviderMail
from deliveries.models.waves import CANARY, ENDLESS
from deliveries.optional import conditions
from deliveries.predicates import Asked
from deliveries.prepared import array, prepared, together
from deliveries.rates import Rates, of_providers, tighter
from deliveries.refusals import refusal
from deliveries.rulesets import proof_of
from deliveries.starting import PICK, START

UNLIMITED = Rates()

# The task that sends what is due here; whoever adds rows rings for it.
SEND_DUE = "deliveries.tasks.send_due"

# Mails between two commits: as many as may be uncertain after a crash.
BATCH = 32

# An address whose owner is just being written about is tried again this much later.
BUSY = dt.timedelta(seconds=5)

# what a mail says of a moment and of a day, without the detour by way of objects
SECONDS: dict[str, Any] = {
    "template": "extract(epoch FROM %(expressions)s)::float8",
    "output_field": FloatField(),
}
DAY: dict[str, Any] = {
    "template": "(%(expressions)s AT TIME ZONE 'UTC')::date",
    "output_field": DateField(),
}

# Nobody sends a started mail for longer; see PATIENCE in smtp and TURN in sending.
STUCK_AFTER = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one started mail. `wait`: it goes back to the queue for that
    long; `attempted` False: it was never offered to the server."""

    message_id: int
    delivery_id: int
    state: DeliveryState
    at: dt.datetime
    code: int | None = None
    enhanced: str = ""
    reply: str = ""
    wait: dt.timedelta | None = None
    attempted: bool = True
    # of what is not sent at all: a key of the table of refusals
    reason: str = ""
    # what a provider calls the mail that it took
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """The last-moment question about one message's deliveries, as SQL.

    Compiled once per message: building it costs more than running it. Its values
    stand in the text; the one place left is for the ids.
    """

    message_id: int
    sql: str
    columns: tuple[str, ...]
    # the domain of the From address
    sender: str
    # what is written down of that which allows a mail
    proof: dict[str, int | None]
    # what is known of each mail, where its reader may be tracked
    measured: Measured
    in_waves: bool = False
    # it leaves over hours
    is_paced: bool = False
    # whose quiet hours keep what is due from starting
    quiet: Plan | None = None

    @classmethod
    def about(
        cls,
        message: Message,
        contact_fields: Sequence[str],
        quiet: Plan | None = None,
    ) -> Question:
        """Refusal, address and the `contact_fields` that the mail shows."""
        kind = message.subscription_type
        asked = replace(
            Asked.about(kind, "address_id"),
            message=message.pk,
            domain=OuterRef("address__domain"),
            provider=OuterRef("provider"),
        )
        yes = Grant.objects.filter(
            address=OuterRef("address_id"), subscription_type=kind.pk
        )
        columns = {
            "delivery": F("id"),
            "address_row": F("address_id"),
            "queued": Func(F("queued_at"), **SECONDS),
            "tries": F("attempts"),
            "provider_key": F("provider"),
            "key": F("address__key"),
            "same": F("contact__address_id"),
            "since": Subquery(yes.values(day=Func(F("given_at"), **DAY))[:1]),
            "refusal": refusal(
                message.channel,
                asked,
                passing=True,
                limits=limits_of(kind, message.bound),
            ),
            "tracked": trackable(message),
            **({"pieces": F("shown")} if conditions(all_blocks(message)) else {}),
            **({"tongue": F("language")} if message.variants else {}),
            **{f"c_{name}": F(f"contact__{name}") for name in contact_fields},
            **({"zone": F("contact__time_zone"), "now": Now()} if quiet else {}),
        }
        rows = Delivery.objects.filter(message=message).annotate(**columns)
        sql, params = rows.values_list(*columns).query.sql_with_params()
        with connection.cursor() as cursor:
            inner = cursor.mogrify(sql, params).replace("%", "%%")
        outer = f"SELECT * FROM ({inner}) asked WHERE delivery = ANY(%s::bigint[])"  # noqa: S608
        sender, risky = _domain_of(message.from_email), waves.is_in_waves(message)
        known, proof = Measured.of(message), proof_of(message, quiet)
        pace = Pace.objects.filter(message=message).exists()
        told = sender, proof, known, risky, pace, quiet
        return cls(message.pk, outer, tuple(columns), *told)

    def ask(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        """One row per delivery; run it when the addresses are locked."""
        with prepared() as cursor:
            rows = cursor.execute(self.sql, [array(ids)]).fetchall()
        return [dict(zip(self.columns, row, strict=True)) for row in rows]


def _domain_of(address: str) -> str:
    try:
        return addresses.parse(address).domain
    except addresses.BadAddress:
        return ""


def pick(
    question: Question, limit: int, closed: Sequence[str] = ()
) -> tuple[list[int], list[int]]:
    """Rows for this worker alone, inside a transaction: (to ask about, busy)."""
    with prepared() as cursor:
        values = {"sender": question.sender, "closed": array(closed)}
        statement = PICK.format(message=question.message_id, limit=limit)
        rows = cursor.execute(statement, values).fetchall()
    return [pk for pk, free, _ in rows if free], [
        pk for pk, free, _ in rows if not free
    ]


def _write_start(
    question: Question,
    worker: str,
    reasons: dict[int, str],
    dues: dict[int, dt.datetime],
    plain: Set[int],
) -> None:
    """`plain`: those whose reader may not be tracked."""
    values: dict[str, Any] = {
        **question.proof,
        **question.measured.flags,
        "worker": worker,
        "plain": array(pk in plain for pk in reasons),
        "busy": BUSY,
        "ids": array(reasons),
        "reasons": array(reasons.values()),
        "dues": array(dues.get(pk) for pk in reasons),
    }
    if reasons:
        statement = START.format(message=question.message_id)
        with prepared() as cursor:
            cursor.execute(statement, values)


class Batch(NamedTuple):
    """Rows that may be sent now, and how many wait for the end of the quiet hours."""

    rows: list[dict[str, Any]]
    waiting: int


@transaction.atomic(durable=True)
def start(
    question: Question,
    worker: str,
    limit: int,
    done: Sequence[Outcome] = (),
    rates: Rates = UNLIMITED,
) -> Batch:
    """Settle what is `done`, start the next batch; what is due in the quiet hours goes
    back until they end.

    When this returns it is committed: who opts out from here on is told that
    these were on their way.
    """
    with together():
        settle(done)
        batch = _start(question, worker, limit, rates)
        _count(question, rates, batch.rows)
    return batch


def _start(question: Question, worker: str, limit: int, rates: Rates) -> Batch:
    left = rates.left()
    limit = min(limit, left.get(rates.relay, limit))
    if question.is_paced:
        limit = min(limit, pace.room(question.message_id))
    room = of_providers(left)
    if question.in_waves:
        room = tighter(room, waves.room(question.message_id))
    closed = [provider for provider, number in room.items() if not number]
    ids, busy = pick(question, limit, closed)
    asked = question.ask(ids) if ids else []
    dues = _in_quiet_hours(question.quiet, asked)
    asked = [row for row in asked if row["delivery"] not in dues]
    asked = waves.within(asked, room, CANARY if question.in_waves else ENDLESS)
    reasons = {row["delivery"]: row["refusal"] for row in asked}
    reasons = {pk: why for pk, why in reasons.items() if why != "on_hold"}
    reasons |= dict.fromkeys([*busy, *dues], "busy")
    plain = {row["delivery"] for row in asked if not row["tracked"]}
    _write_start(question, worker, reasons, dues, plain)
    return Batch([row for row in asked if row["refusal"] == ""], len(dues))


def _in_quiet_hours(
    quiet: Plan | None, asked: list[dict[str, Any]]
) -> dict[int, dt.datetime]:
    """Those that would start in the quiet hours, and when these end. By the clock of
    the database, as everything that is due."""
    if quiet is None or not asked:
        return {}
    now = asked[0]["now"]
    ends = quiet.dues({row["zone"] or "" for row in asked}, now)
    free = [row for row in asked if row["refusal"] == ""]
    dues = {row["delivery"]: ends[row["zone"] or ""] for row in free}
    return {pk: due for pk, due in dues.items() if due > now}


def _count(question: Question, rates: Rates, started: list[dict[str, Any]]) -> None:
    if started and (question.in_waves or rates.limits):
        counts = Counter(row["provider_key"] for row in started)
        rates.spend(counts)
        if question.in_waves:
            waves.spend(question.message_id, counts)
    if started and question.is_paced:
        pace.spend(question.message_id, len(started))


# An uncertain row may still be settled by the worker that was thought dead.
SETTLE = """
UPDATE deliveries_delivery d SET
    state = t.state,
    reason = t.reason,
    smtp_code = COALESCE(t.code, d.smtp_code),
    enhanced_code = CASE WHEN t.code IS NULL THEN d.enhanced_code ELSE t.enhanced END,
    reply = CASE WHEN t.reply = '' THEN d.reply ELSE t.reply END,
    delivered_at = CASE WHEN t.state = 'delivered' THEN t.at END,
    settled_at = CASE WHEN t.state <> 'queued' THEN t.at END,
    started_at = CASE WHEN t.state NOT IN ('queued', 'not_sent') THEN d.started_at END,
    due_at = CASE WHEN t.state = 'queued' THEN statement_timestamp() + t.wait
                  ELSE d.due_at END,
    attempts = d.attempts - (NOT t.attempted)::int,
    put_off = CASE WHEN t.state = 'queued' AND t.code IS NOT NULL
        THEN coalesce(d.put_off, '[]') || jsonb_build_object('at', t.at,
            'code', t.code, 'enhanced', t.enhanced, 'reply', t.reply)
        ELSE d.put_off END
FROM unnest(
    %s::bigint[], %s::text[], %s::timestamptz[], %s::smallint[], %s::text[],
    %s::text[], %s::interval[], %s::boolean[], %s::text[]
) AS t(id, state, at, code, enhanced, reply, wait, attempted, reason)
WHERE d.message_id = {message} AND d.id = t.id AND d.id = ANY(%s::bigint[])
  AND d.state IN ('started', 'uncertain')
"""

# of an outcome, as SETTLE takes them
_columns = attrgetter(
    *("delivery_id", "state.value", "at", "code", "enhanced", "reply"),
    *("wait", "attempted", "reason"),
)


def settle(done: Sequence[Outcome]) -> None:
    """Write down what became of the started mails of one message."""
    if not done:
        return
    columns = zip(*[_columns(one) for one in done], strict=True)
    ids, *told = [array(column) for column in columns]
    statement = SETTLE.format(message=done[0].message_id)
    with prepared() as cursor:
        cursor.execute(statement, [ids, *told, ids])
    ProviderMail.objects.keep((o.ref, o.message_id, o.delivery_id) for o in done)


def keep_name(done: Outcome) -> None:
    """What a provider called a mail, at once: it may tell of it before the batch is
    written down. That does it again, so the mails that still wait come first."""
    if done.ref:
        with suppress(DatabaseError, InterfaceError):
            ProviderMail.objects.keep([(done.ref, done.message_id, done.delivery_id)])


def release(after: dt.timedelta = STUCK_AFTER) -> int:
    """Mails whose worker is gone become uncertain: they may have left. How many."""
    return Delivery.objects.filter(
        state=DeliveryState.STARTED, started_at__lt=timezone.now() - after
    ).update(state=DeliveryState.UNCERTAIN, settled_at=timezone.now())
