"""`python3 run.py bench [NAME ...] [--sizes 1000,10000]`: JSON lines, nothing else."""

import argparse
import contextlib
import importlib
import os
import pkgutil
import sys

import django

from config.local import environment
from tests import benchmarks
from tests.benchmarks.plans import WATCH

FRAME = {"frame", "load", "letter", "drain", "claims", "plans"}
SHOWN = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
)


def names():
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    return sorted(set(found) - FRAME - {"__main__"})


def arguments(given):
    parser = argparse.ArgumentParser(prog="python3 run.py bench")
    parser.add_argument("name", nargs="*", help=f"one of: {', '.join(names())}")
    parser.add_argument("--sizes", help="numbers, with commas between them")
    parser.add_argument(
        "--plans",
        type=int,
        default=0,
        metavar="N",
        help="explain the N slowest statements of each size, on standard error",
    )
    chosen = parser.parse_args(given)
    if unknown := sorted(set(chosen.name) - set(names())):
        parser.error(f"there is no “{unknown[0]}”, only {', '.join(names())}")
    return chosen


@contextlib.contextmanager
def started():
    """A live stack of its own, and Django looking at its database."""
    os.environ.update(environment.invented_keys() | environment.defaults(8000, 1025))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    live = importlib.import_module("tests.live")
    stack = live.LiveStack("bench")
    stack.clear_away()
    # bulk loads of many gigabytes, as a database of that size is set up for them
    stack.postgres.settings = {"max_wal_size": "16GB"}
    try:
        os.environ.update(stack.start_servers())
        django.setup()
        stack.up()
        yield stack
    finally:
        stack.down()


def show_settings(stack):
    """So that nobody takes a database that forgets for one that does not."""
    for name in SHOWN:
        sys.stderr.write(f"{name} = {stack.setting(name)}\n")


def main(given):
    chosen = arguments(given)
    WATCH.wanted = chosen.plans
    with started() as stack:
        show_settings(stack)
        for name in chosen.name or names():
            module = importlib.import_module(f"tests.benchmarks.{name}")
            sizes = map(int, chosen.sizes.split(",")) if chosen.sizes else module.SIZES
            for size in sizes:
                measure(stack, module, size)
    return 0


def measure(stack, module, size):
    stack.reset()
    with stack.database(), stack.settings():
        stack.alice = stack.add_alice()
        stack.wait_for_page()
        for result in module.run(stack, size):
            sys.stdout.write(result.line() + "\n")
            sys.stdout.flush()
        if WATCH.wanted:
            WATCH.show()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
