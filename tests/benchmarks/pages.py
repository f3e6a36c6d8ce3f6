"""How many pages a second one web process gives out; the floor under all others."""

from tests.benchmarks.frame import Result
from tests.benchmarks.load import requests_per_second

SIZES = [32]


def run(stack, size):
    for work, path in (("health page", "/healthz"), ("sign-in page", "/login/")):
        rate, counts = requests_per_second(
            stack.stack.port, [path], connections=size, seconds=5
        )
        assert set(counts) == {200}, counts
        yield Result("pages", work, rate, "requests/s", higher_is_better=True)
