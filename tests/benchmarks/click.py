"""How many clicks a second one web process stores and sends on."""

from deliveries.models import Event
from deliveries.tokens import Purpose, Token, sign
from tests.benchmarks.frame import Result
from tests.benchmarks.load import requests_per_second
from tests.factories import DeliveryFactory, LinkFactory

SIZES = [32]
READERS = 5_000


def run(stack, size):
    port, paths = stack.stack.port, links_of(READERS)
    ask = {"connections": size, "seconds": 5}
    requests_per_second(port, paths, connections=size, seconds=2)
    before = Event.objects.count()
    rate, counts = requests_per_second(port, paths, **ask)
    assert set(counts) == {302}, counts
    assert Event.objects.count() - before == counts[302]
    floor, _ = requests_per_second(port, ["/healthz"], **ask)
    yield Result(
        "click",
        "click stored and redirected; baseline: health page",
        rate,
        "requests/s",
        baseline=floor,
        higher_is_better=True,
    )


def links_of(readers: int) -> list[str]:
    """Paths of the same link for that many readers of one message."""
    link = LinkFactory(position=0)
    first = DeliveryFactory(message=link.message)
    tokens = (
        Token(link.message_id, first.pk + n, first.address_id + n, 0)
        for n in range(readers)
    )
    return [f"/c/{sign(token, Purpose.CLICK)}" for token in tokens]
