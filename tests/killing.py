"""One send during which processes die and people leave; what became of everybody.

Everything is real: PostgreSQL that waits for the disk, the broker, web, worker, beat
and a mail server that remembers whom it got mail for.
"""

import contextlib
import datetime as dt
import random
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass

from django.db import (
    Error,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)

from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, LiftedBy, Mechanism, Reason
from contacts.models import Contact
from deliveries import audience, sending, underway
from deliveries.models import Delivery
from deliveries.queue import BATCH
from tests.factories import MessageFactory

VICTIMS = ("worker", "beat", "web", "valkey", "postgres")
# those whose death hides outcomes
HIDING = {"worker", "postgres"}
PATIENCE = 300
NO = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)
UNDO = Act(action=Action.RESTORED, mechanism=Mechanism.UNDO, actor=Actor.CONTACT)


@dataclass
class Round:
    """`in_flight`: mails that were on their way when their reader left. `late`: mails
    that were started after that."""

    killed: str
    mails: int
    delivered: int
    opted_out: int
    in_flight: int
    lost: int
    twice: int
    uncertain: int
    late: int
    seconds: float

    @property
    def most_uncertain(self):
        return BATCH * sum(name in HIDING for name in self.killed.split(", "))

    @property
    def is_right(self):
        wrong = self.lost + self.twice + self.late
        return wrong == 0 and self.uncertain <= self.most_uncertain

    def as_json(self):
        return asdict(self) | {"right": self.is_right}


class Leaving(threading.Thread):
    """People who opt out one after the other while the send runs."""

    def __init__(self, addresses, pause):
        super().__init__(daemon=True)
        self.addresses, self.pause = addresses, pause
        # address to the moment at which it was under the lock of its opt-out
        self.left, self.in_flight = {}, 0
        self.over = threading.Event()

    def run(self):
        for address in self.addresses:
            if self.over.wait(self.pause):
                break
            with contextlib.suppress(Error):
                self.leave(address)
        connections.close_all()

    def leave(self, address):
        try:
            with transaction.atomic():
                Suppression.objects.suppress([address], Reason.OWN_OPT_OUT, NO)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT clock_timestamp()")
                    (moment,) = cursor.fetchone()
            self.left[address] = moment
            self.in_flight += underway.in_flight(address)
        except (OperationalError, InterfaceError):
            connection.close()


def one_round(stack, kind, seed, victims=None):
    """Send to everybody who may be mailed; `victims` die on the way, else two by
    chance."""
    chance = random.Random(seed)  # noqa: S311  the same again for the same seed
    began = time.monotonic()
    stack.sink.clear()
    message = MessageFactory(subscription_type=kind)
    audience.fix(message, Contact.objects.all())
    rows = Delivery.objects.filter(message=message)
    waiting = list(rows.filter(state="queued").values_list("address_id", flat=True))
    leaving = Leaving(chance.sample(waiting, len(waiting) // 20), 0.03)
    leaving.start()
    killed = victims or chance.choices(VICTIMS, k=2)
    for victim in killed:
        _kill(stack, victim, chance, len(waiting))
    _until_all_left(stack, rows)
    leaving.over.set()
    leaving.join()
    return _judged(stack, rows, leaving, killed, time.monotonic() - began)


def all_come_back():
    """Everybody who left takes it back, for the next round to be as large."""
    Suppression.objects.all().lift(LiftedBy.OWN_UNDO, UNDO)


def _kill(stack, victim, chance, mails):
    """One process, at a random moment of what is left of the send; it comes back."""
    got = len(stack.sink.received)
    wanted = got + chance.randrange(max(1, (mails - got) // 2))
    deadline = time.monotonic() + 60
    while len(stack.sink.received) < wanted and time.monotonic() < deadline:
        time.sleep(0.01)
    stack.kill(victim)
    time.sleep(chance.random() * 2)
    stack.restart(victim)
    if victim == "postgres":
        connection.close()


def _until_all_left(stack, rows):
    """Then whatever is still started was started by somebody who is dead."""

    def is_over():
        try:
            return not rows.filter(state="queued").exists()
        except (OperationalError, InterfaceError):
            connection.close()
            return False

    stack.wait_for(is_over, "the queue to be empty", PATIENCE)
    stack.stop("worker")
    sending.release_stuck(dt.timedelta(0))
    stack.start("worker")


def _judged(stack, rows, leaving, killed, seconds):
    found = list(rows.values_list("address_id", "address__key", "state", "started_at"))
    got = Counter(stack.sink.recipients)
    states = Counter(state for _, _, state, _ in found)
    meant = [row for row in found if row[2] != "not_sent"]
    return Round(
        killed=", ".join(killed),
        mails=len(got),
        delivered=states["delivered"],
        opted_out=len(leaving.left),
        in_flight=leaving.in_flight,
        lost=sum(
            state not in {"delivered", "uncertain"}
            or (state == "delivered" and key not in got)
            for _, key, state, _ in meant
        ),
        twice=sum(times > 1 for times in got.values()),
        uncertain=states["uncertain"],
        late=sum(
            started is not None and started > leaving.left.get(address, started)
            for address, _, _, started in found
        ),
        seconds=round(seconds, 1),
    )
