"""How many pages a second one web process gives out; the floor under all others."""

from tests.benchmarks.frame import Result
from tests.benchmarks.load import ask_all

SIZES = [32]


def run(stack, size):
    for work, path in (("health page", "/healthz"), ("sign-in page", "/login/")):
        load = ask_all(stack.stack.port, [path], connections=size)
        assert set(load.counts) == {200}, load.counts
        yield Result("pages", work, load.rate, "requests/s", higher_is_better=True)
