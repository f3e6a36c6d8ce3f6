"""Mails leave: start a batch, hand it to the mail server, settle it with the next.

At most once: whatever was started and has no outcome after a crash is uncertain and
never sent again by itself. The promise to who leaves: no mail has `started_at` after
the commit of the opt-out.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.utils import timezone

from accounts.doorbell import ring
from consent import addresses
from consent.models import Address
from contacts.models import Contact, PropertyDefinition
from deliveries import journal, queue
from deliveries.audience import quiet_hours
from deliveries.dkim import Signer
from deliveries.domains import signer_for
from deliveries.entrances import AnyDoor, Entrance, enter
from deliveries.languages import languages
from deliveries.measuring import Measured, ways
from deliveries.models import (
    Channel,
    Delivery,
    DeliveryState,
    Message,
)
from deliveries.outcomes import (
    BACKOFF,
    TOO_MUCH,
    hold_broken,
    judged,
    left_open,
    not_made,
    put_back,
    rest,
)
from deliveries.personalization import CONTACT_FIELDS, as_words
from deliveries.providers import provider_of
from deliveries.queue import BATCH, SEND_DUE, Outcome, Question
from deliveries.rendering import (
    Compiled,
    Recipient,
    compile_message,
    in_envelope,
)
from deliveries.smtp import Gone, Mail, Unreachable
from deliveries.waiting import waiting_messages

__all__ = ["BACKOFF", "release_stuck", "ring", "send_due", "send_test"]

logger = logging.getLogger(__name__)

# After a lost connection the mails that were not sent wait a moment.
LOST = dt.timedelta(seconds=10)

# No batch is sent for longer, and no turn: others wait for the worker as well.
SLOW_BATCH = 30.0
TURN = 20.0

# seconds until limits per second are asked about again
A_MOMENT = 0.2

# batches of one message before the others are looked at
IN_A_ROW = 8

# seconds between tries to write down what was sent while the database is away
SETTLE_AGAIN = (1, 2, 4, 8, 15)

FIELDS = frozenset(CONTACT_FIELDS)

# One batch at a time in this process, however many threads it has.
_one_at_a_time = threading.Lock()


def send_due(worker: str = "", *, limit: int = 100_000, lanes: int = 1) -> int:
    """Send what is due, for at most TURN seconds; how many mails were started.

    Any number of workers may do so at once; in one process one call at a time. Each
    of `lanes` is a thread with connections of its own: while one waits for the
    database, the other sends. Together they start one BATCH at a time.
    """
    if not _one_at_a_time.acquire(blocking=False):
        return 0
    name = worker or _my_name()
    turns = [_Turn(f"{name}/{n}", limit, BATCH // lanes) for n in range(lanes)]
    try:
        if not waiting_messages():
            return 0
        journal.check()
        with ThreadPoolExecutor(lanes) as pool:
            beside = [pool.submit(turn.run_beside) for turn in turns[1:]]
            turns[0].run()
        for one in beside:
            one.result()
    finally:
        _one_at_a_time.release()
    if any(turn.has_more for turn in turns):
        ring(SEND_DUE)
    return sum(turn.started for turn in turns)


def _my_name() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True)
class _Plan:
    """One frozen message, ready for any number of people."""

    question: Question
    # by language and by whether the reader may be tracked
    compiled: Mapping[tuple[str, bool], Compiled]
    # custom property name to its key in Contact.properties
    names: Mapping[str, str]
    # those of CONTACT_FIELDS that it shows
    fields: Sequence[str]
    signer: Signer | None = None

    @classmethod
    def of(cls, message_id: int) -> _Plan:
        rows = Message.objects.select_related("brand", "subscription_type__brand")
        message = rows.get(pk=message_id)
        compiled = {
            (one, tracked): Compiled.of(said, one)
            for tracked, said in ways(message).items()
            for one in languages(message)
        }
        tokens = frozenset[str]().union(*(one.tokens for one in compiled.values()))
        custom = PropertyDefinition.objects.filter(name__in=tokens - FIELDS)
        names = {one.name: one.key for one in custom}
        fields = sorted(tokens & FIELDS)
        asked = {"email", *fields} | ({"properties"} if names else set())
        question = Question.about(message, sorted(asked), quiet_hours(message))
        return cls(question, compiled, names, fields, signer_for(message.from_email))

    def mail(self, row: Mapping[str, Any], now: dt.datetime) -> Mail:
        """The mail for one row of the question."""
        person = Recipient(
            message_id=self.question.message_id,
            delivery_id=row["delivery"],
            address_id=row["address_row"],
            deliver_to=_deliver_to(row),
            queued_at=dt.datetime.fromtimestamp(row["queued"], dt.UTC),
            values=self._values(row),
            since=row["since"],
            shown=row.get("pieces"),
        )
        compiled = self.compiled[row.get("tongue", ""), row["tracked"]]
        back, content = in_envelope(compiled, person, now=now, signer=self.signer)
        return Mail(row["delivery"], back, person.deliver_to, content, dotless=True)

    def _values(self, row: Mapping[str, Any]) -> dict[str, str]:
        values = {name: as_words(row[f"c_{name}"]) for name in self.fields}
        if self.names:
            properties = json.loads(row["c_properties"] or "{}")
            for name, key in self.names.items():
                values[name] = as_words(properties.get(key))
        return values


def _deliver_to(row: Mapping[str, Any]) -> str:
    """As the person spells it while it is still her address, else the match key."""
    spelt = row["c_email"]
    if spelt and spelt != row["key"] and row["same"] == row["address_row"]:
        try:
            return addresses.parse(spelt).deliver_to
        except addresses.BadAddress:
            pass
    return str(row["key"])


class _Turn:
    """One worker's turn: batches of waiting messages through one connection."""

    def __init__(self, worker: str, limit: int, batch: int = BATCH) -> None:
        self.worker = worker
        self.limit = limit
        self.batch = batch
        self.started = 0
        self.has_more = False
        self.entrance: Entrance | None = None
        self.plans: dict[int, _Plan] = {}
        # sent, not written down yet: settled with the start of the next batch
        self.done: list[Outcome] = []
        self.ends_at = time.monotonic() + TURN

    def run(self) -> None:
        try:
            while self._round():
                pass
        except Unreachable as problem:
            logger.warning("%s", problem)
        finally:
            self._leave()
            self._settle()

    def run_beside(self) -> None:
        """The same in a thread of its own, which leaves no connection behind."""
        try:
            self.run()
        finally:
            connection.close()

    def _round(self) -> bool:
        """A few batches of each waiting message; False when the turn is over."""
        moved = 0
        for message_id in waiting_messages():
            for _ in range(IN_A_ROW):
                if self._is_over():
                    self.has_more = True
                    return False
                count = self._batch(message_id)
                if not count:
                    break
                moved += count
        return moved > 0 or self._waited()

    def _waited(self) -> bool:
        """A moment later there is room again where so many a second may leave."""
        limited = self.entrance is not None and self.entrance.rates.has_seconds
        if limited and waiting_messages():
            time.sleep(A_MOMENT)
            return True
        return False

    def _leave(self) -> None:
        entrance, self.entrance = self.entrance, None
        if entrance:
            entrance.close()

    def _is_over(self) -> bool:
        return self.started >= self.limit or time.monotonic() > self.ends_at

    def _batch(self, message_id: int) -> int:
        """Start and send one batch; how many left or wait for the end of the quiet
        hours. The door is open before any start.

        `done` is kept until the commit is known: settling twice does no harm.
        """
        plan = self._plan(message_id)
        if plan is None:
            return 0
        entrance = self.entrance = self.entrance or enter()
        size = min(self.batch, self.limit - self.started)
        batch = queue.start(plan.question, self.worker, size, self.done, entrance.rates)
        self.done = []
        self.started += len(batch.rows)
        if batch.rows:
            self._send(entrance.door, plan, batch.rows)
        return len(batch.rows) + batch.waiting

    def _plan(self, message_id: int) -> _Plan | None:
        """None when no mail can be made of it: it is held, and the others go on."""
        try:
            if message_id not in self.plans:
                self.plans[message_id] = _Plan.of(message_id)
            return self.plans[message_id]
        except (DatabaseError, InterfaceError):
            raise
        except Exception as problem:
            logger.exception("No mail can be made of message %s.", message_id)
            hold_broken(message_id, problem)
            return None

    def _settle(self) -> None:
        """What is known must not be lost because the database is away for a moment."""
        for pause in SETTLE_AGAIN:
            try:
                queue.settle(self.done)
            except (OperationalError, InterfaceError) as problem:
                logger.warning("Outcomes wait for the database: %s", problem)
                connection.close()
                time.sleep(pause)
            else:
                return
        queue.settle(self.done)

    def _send(
        self, door: AnyDoor, plan: _Plan, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        waiting = {row["delivery"]: row for row in rows}
        message_id = plan.question.message_id
        pause = dt.timedelta()
        try:
            for mail, answer in door.deliver(self._mails(plan, waiting)):
                row = waiting.pop(mail.key)
                self.done.append(judged(message_id, row, answer))
                queue.keep_name(self.done[-1])
                if not answer.is_accepted and answer.enhanced == TOO_MUCH:
                    rest(row, answer)
        except Gone as gone:
            pause = LOST
            self._leave()
            self.done += left_open(message_id, waiting, gone)
        finally:
            self.done += [put_back(message_id, pk, pause) for pk in waiting]

    def _mails(
        self, plan: _Plan, waiting: dict[int, Mapping[str, Any]]
    ) -> Iterator[Mail]:
        """Each mail when it is its turn; none any more once the batch took too long.

        One that cannot be made is told and taken from `waiting`; the others go on.
        """
        ends_at = time.monotonic() + SLOW_BATCH
        now = timezone.now()
        for row in list(waiting.values()):
            if time.monotonic() > ends_at:
                return
            try:
                mail = plan.mail(row, now)
            except Exception as problem:
                logger.exception("The mail of delivery %s failed.", row["delivery"])
                del waiting[row["delivery"]]
                self.done.append(not_made(plan.question.message_id, row, problem))
            else:
                yield mail


def release_stuck(after: dt.timedelta = queue.STUCK_AFTER) -> int:
    """Mails that a dead worker had started become uncertain; how many."""
    released = queue.release(after)
    if released:
        logger.warning("%s mails are uncertain: their worker is gone.", released)
    return released


@transaction.atomic
def send_test(
    message: Message, address: str, contact: Contact | None = None
) -> Delivery:
    """Send `message` to one address, as `contact` would see it.

    `message` may be an unsaved or unfrozen one: what is sent is a copy of its own,
    on the channel "test", so that nobody's numbers count it. BadAddress with a
    sentence when `address` is none.
    """
    parsed = addresses.parse(address)
    trial = copy.copy(message)
    trial.pk, trial.channel, trial.group, trial.frozen_at = None, Channel.TEST, "", None
    trial._state = type(message._state)()
    trial.save(force_insert=True)
    compile_message(trial)
    Message.objects.filter(pk=trial.pk).update(frozen_at=timezone.now())
    delivery = Delivery.objects.create(
        message=trial,
        address_id=Address.objects.ensure([parsed])[parsed.key],
        contact=contact,
        state=DeliveryState.QUEUED,
        provider=provider_of(parsed.domain),
        **Measured.of(trial).flags,
    )
    ring(SEND_DUE)
    return delivery
