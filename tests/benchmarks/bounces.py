"""How fast mails that came back are judged, and reports of them acted upon."""

import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import F

from bounces.classify import classify
from bounces.models import Bounce, Source
from bounces.recording import Incoming, record_many
from consent.models import Suppression
from contacts.models import Contact
from deliveries import audience, magic
from deliveries.models import Delivery, DeliveryState
from deliveries.tokens import Purpose, Token, sign
from tests.benchmarks.frame import Result, megabytes, timed
from tests.crowd import make_readers
from tests.factories import MessageFactory

SIZES = [20_000]
FOLDER = Path(__file__).parent.parent / "fixtures" / "bounces"
BATCH = 100
MAIL = b"From: News <news@brand.example>\r\nSubject: Hi\r\n\r\nHello"


def run(stack, size):
    stack.stop("worker", "beat")
    raws = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
    some = raws * 20
    before = time.process_time()
    slowest = max(seconds_for(raw) for raw in some)
    rate = len(some) / (time.process_time() - before)
    yield result("mails judged on one core", rate, "messages/s", bar=500)
    yield result("the slowest of them", slowest, "s", bar=1, is_more=False)
    yield from recorded(size)


def seconds_for(raw: bytes) -> float:
    before = time.process_time()
    classify(raw)
    return time.process_time() - before


def result(work: str, value: float, unit: str, *, bar: float, is_more=True) -> Result:
    return Result("bounces", work, value, unit, bar=bar, higher_is_better=is_more)


def recorded(size: int) -> Iterator[Result]:
    """One report about each of so many mails that had been taken. Memory is looked at
    when the first have been recorded, at a quarter, and at the end."""
    deliver(size)
    seconds, memory, done = 0.0, {}, 0
    for coming in reports():
        with timed() as clock:
            record_many(coming)
        seconds += clock.seconds
        done += len(coming)
        if done in {BATCH, size // 4, size}:
            memory[done] = megabytes()
    assert Bounce.objects.count() == Suppression.objects.active().count() == size
    rate = size / seconds * 60
    yield result("reports recorded by one worker", rate, "reports/min", bar=10_000)
    first, *later = memory.values()
    for count, now in zip(list(memory)[1:], later, strict=True):
        work = f"memory grown from report {BATCH:,} to report {count:,}"
        yield result(work, now - first, "MB", bar=50, is_more=False)


def deliver(count: int) -> None:
    message = MessageFactory()
    make_readers(message.subscription_type, count)
    audience.fix(message, Contact.objects.all())
    at = F("queued_at")
    taken = {"started_at": at, "settled_at": at, "delivered_at": at}
    Delivery.objects.update(state=DeliveryState.DELIVERED, **taken)


def reports() -> Iterator[list[Incoming]]:
    """A bounce of every mail, some at a time, as they come out of a mailbox."""
    rows = Delivery.objects.order_by("pk")
    last = 0
    while some := list(rows.filter(pk__gt=last)[:BATCH]):
        last = some[-1].pk
        yield [
            Incoming(magic.bounce(MAIL, to, "ada@people.example"), Source.FILE, to)
            for to in map(return_path, some)
        ]


def return_path(delivery: Delivery) -> str:
    token = Token(delivery.message_id, delivery.pk, delivery.address_id or 0)
    return f"b-{sign(token, Purpose.RETURN_PATH)}@{settings.BOUNCE_DOMAIN}"
