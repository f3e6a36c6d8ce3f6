"""How many clicks and opens a second one web process stores and answers.

The web process is kept to the first core and the readers to the last; the database goes
where it likes. Where other programs want the same cores, what an answer costs in
processor time says more than how many came in a second.
"""

import os
from pathlib import Path

from deliveries.models import Event
from deliveries.tokens import Purpose, Token, sign
from tests.benchmarks.frame import Result, family, processor_seconds
from tests.benchmarks.load import ask_all
from tests.factories import DeliveryFactory, LinkFactory

SIZES = [32]
READERS = 5_000
LEAST, SLOWEST = 2_000, 25
FIRST, LAST = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))


def run(stack, size):
    port, pid = stack.stack.port, stack.stack.processes["web"].pid
    clicks, opens = links_of(READERS)
    for one in family(pid):
        for thread in Path(f"/proc/{one}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {FIRST})
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {LAST})
    try:
        for work, status, paths in (
            ("click stored and sent on", 302, clicks),
            ("open stored, pixel given", 200, opens),
        ):
            ask_all(port, paths, connections=size, seconds=2)
            before, used = Event.objects.count(), processor_seconds(pid)
            load = ask_all(port, paths, connections=size)
            used = processor_seconds(pid) - used
            assert set(load.counts) == {status}, load.counts
            assert Event.objects.count() - before == load.counts[status]
            yield from told(work, load, load.counts[status] / used)
        load = ask_all(port, ["/healthz"], connections=size)
        yield Result("click", "for comparison: health page", load.rate, "requests/s")
    finally:
        os.sched_setaffinity(0, everywhere)


def told(work, load, for_a_second):
    """`for_a_second`: answers for a second of the web process's processor time."""
    more = {"bar": LEAST, "higher_is_better": True}
    yield Result("click", f"{work}, one core", load.rate, "requests/s", **more)
    unit = "requests for a second of processor time"
    yield Result("click", f"{work}, one core", for_a_second, unit, **more)
    slow = f"{work}: one of a hundred waits longer"
    yield Result("click", slow, load.p99, "ms", bar=SLOWEST)


def links_of(readers: int) -> tuple[list[str], list[str]]:
    """Paths of the same link, and of the pixel, for that many readers of a message."""
    link = LinkFactory(position=0)
    first = DeliveryFactory(message=link.message)
    tokens = [
        Token(link.message_id, first.pk + n, first.address_id + n, 0)
        for n in range(readers)
    ]
    clicks = [f"/c/{sign(token, Purpose.CLICK)}" for token in tokens]
    return clicks, [f"/o/{sign(token, Purpose.OPEN)}.gif" for token in tokens]
