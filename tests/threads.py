"""Works of several people at one moment, each in a thread with its own connection."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections, transaction

PATIENCE = 60
# seconds; tests beside this one end within that
LONG_PATIENCE = 600


def together(*works):
    """What they returned, in their order; the first error of theirs is raised.

    One alone: it is done elsewhere while this thread waits, with whatever it holds.
    """
    gate = threading.Barrier(len(works))

    def run(work):
        try:
            gate.wait(PATIENCE)
            return work()
        finally:
            connections.close_all()

    threads = ThreadPoolExecutor(len(works))
    done = [threads.submit(run, work) for work in works]
    threads.shutdown(wait=False)
    return [one.result(PATIENCE) for one in done]


# those that wait for a row which this connection has changed or locked
WAITING = """
SELECT FROM pg_locks
WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


def halfway(first, second, then=lambda: None):
    """What `second` returned, begun after `first` was done and before that was
    committed: it waits for it then, or has not seen it. `then`: the rest of the first
    transaction, once the second is over or waits."""

    def run():
        try:
            return second()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            first()
            other = threads.submit(run)
            while not (other.done() or _somebody_waits()):
                time.sleep(0.01)
            then()
        return other.result(PATIENCE)


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone() is not None


def settled():
    """Wait until everything that was begun before is over, also in the databases of
    the tests beside this one: the feed of the ledger tells nothing before that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (ours,) = cursor.fetchone()
        deadline = time.monotonic() + LONG_PATIENCE
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s",
                [ours],
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise TimeoutError("Something older is open for ten minutes.")
