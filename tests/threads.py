"""Works of several people at one moment, each in a thread with its own connection."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

PATIENCE = 60


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
