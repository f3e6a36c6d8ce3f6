"""How fast mails that came back are judged, and reports of them acted upon."""

import resource
import time
from pathlib import Path

from django.conf import settings

from bounces.classify import classify
from bounces.models import Source
from bounces.recording import Incoming, record_many
from deliveries import magic
from deliveries.models import Delivery
from deliveries.tokens import Purpose, Token, sign
from tests.benchmarks.frame import Result, timed
from tests.factories import DeliveryFactory, MessageFactory

SIZES = [300]
FOLDER = Path(__file__).parent.parent / "fixtures" / "bounces"
BATCH = 100
MAIL = b"From: News <news@brand.example>\r\nSubject: Hi\r\n\r\nHello"


def run(stack, size):
    raws = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
    some = raws * 20
    before = time.process_time()
    slowest = max(seconds_for(raw) for raw in some)
    rate = len(some) / (time.process_time() - before)
    yield result("mails judged on one core", rate, "messages/s", bar=500)
    yield result("the slowest of them", slowest, "s", bar=1, is_more=False)
    coming = reports(size)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with timed() as clock:
        for start in range(0, size, BATCH):
            record_many(coming[start : start + BATCH])
    rate = size / clock.seconds * 60
    yield result("reports recorded by one worker", rate, "reports/min", bar=10_000)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    yield result("memory grown meanwhile", grown, "MB", bar=50, is_more=False)


def seconds_for(raw: bytes) -> float:
    before = time.process_time()
    classify(raw)
    return time.process_time() - before


def result(work: str, value: float, unit: str, *, bar: float, is_more=True) -> Result:
    return Result("bounces", work, value, unit, bar=bar, higher_is_better=is_more)


def reports(count: int) -> list[Incoming]:
    """One bounce for each of as many mails."""
    message = MessageFactory()
    deliveries: list[Delivery] = DeliveryFactory.create_batch(count, message=message)
    return [
        Incoming(magic.bounce(MAIL, to, "ada@people.example"), Source.FILE, to)
        for to in map(return_path, deliveries)
    ]


def return_path(delivery: Delivery) -> str:
    token = Token(delivery.message_id, delivery.pk, delivery.address_id or 0)
    return f"b-{sign(token, Purpose.RETURN_PATH)}@{settings.BOUNCE_DOMAIN}"
