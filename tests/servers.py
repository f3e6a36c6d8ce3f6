"""The servers the tests run on, started before Django reads its settings.

Loaded with `-p tests.servers`. The workers of pytest-xdist share what the first process
starts. Several runs at once, in one checkout or in many, each take a slot of their own.
`DATABASE_URL` or `REDIS_URL` set: that server is not started.
"""

import atexit
import os
from typing import IO

from config.local import environment, places
from config.local.postgres import Postgres
from config.local.valkey import Valkey

SLOTS = 16

_started: list[Postgres | Valkey] = []
_held: list[IO[str]] = []


def take_slot() -> str:
    """The first set of directories that no other run is using."""
    for number in range(SLOTS):
        name = f"test-{number}"
        lock = places.try_lock(places.state_root() / f"{name}.lock")
        if lock:
            _held.append(lock)
            return name
    raise SystemExit(f"{SLOTS} test runs are already going on in this checkout.")


def start() -> None:
    slot = take_slot()
    os.environ["LISTWELL_TEST_SLOT"] = slot
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's loop is about
    fixed = environment.invented_keys() | environment.defaults(8000, 1025)
    fixed["MEDIA_ROOT"] = str(places.state_dir(f"{slot}/media"))
    fixed["STATIC_ROOT"] = str(places.state_dir(f"{slot}/static"))
    os.environ.update(fixed)
    if not os.environ.get("DATABASE_URL"):
        _started.append(postgres := Postgres(f"{slot}/fast", durable=False).start())
        os.environ["DATABASE_URL"] = postgres.url()
        os.environ["LISTWELL_TEST_SERVER"] = postgres.url("postgres")
    if not os.environ.get("REDIS_URL"):
        _started.append(valkey := Valkey(f"{slot}/valkey", durable=False).start())
        os.environ["REDIS_URL"] = valkey.url()


def stop() -> None:
    for server in reversed(_started):
        server.stop()
    for lock in _held:
        lock.close()


if "PYTEST_XDIST_WORKER" not in os.environ:
    atexit.register(stop)
    start()
