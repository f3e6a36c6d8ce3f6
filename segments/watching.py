"""How far the filling of a segment is, seen from outside the statement that does it.

One statement writes all members, and until it ends nobody sees a row of it. What can be
seen at any moment is the sequence from which each row takes its number: it has moved by
as many as were written. (By more where two segments are filled for the first time at
once, so the end is told by the statement alone.) Where people are in already, only the
difference is written; then the time that it took before is the measure.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import Job

log = logging.getLogger(__name__)

# so often it is looked, in seconds
EVERY = 2.0
# a guess from the time it took before goes no further than this
MOST_GUESSED = 95
NUMBERS = """
SELECT coalesce(pg_sequence_last_value(
    pg_get_serial_sequence('segments_segmentmember', 'id')::regclass), 0)
"""


def _numbers() -> int:
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS)
        return int(cursor.fetchone()[0])


@contextlib.contextmanager
def watched(job: Job, expected: int | None) -> Iterator[None]:
    """Report every two seconds how many of about `expected` people were written.

    None: nothing but that the worker is alive.
    """
    over, before = threading.Event(), _numbers()
    watcher = threading.Thread(
        target=_watch, args=(Job(pk=job.pk, resume=job.resume), expected, before, over)
    )
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(job: Job, expected: int | None, before: int, over: threading.Event) -> None:
    try:
        while not over.wait(EVERY):
            done = _numbers() - before if expected else 0
            job.report(done, total=max(expected, done + 1) if expected else None)
    except DatabaseError:  # the work tells for itself how it ended
        log.warning("Nobody sees how far job %s is", job.pk, exc_info=True)
    finally:
        connection.close()


def told(job: Job | None, took_ms: int) -> str:
    """ "Processing 62%" for the badge; `took_ms`: how long it took before, or 0."""
    if job is None or job.started_at is None:
        return "Processing"
    if job.percent is not None:
        return f"Processing {job.percent}%"
    if not took_ms:
        return "Processing"
    elapsed = (timezone.now() - job.started_at).total_seconds() * 1000
    return f"Processing, about {min(MOST_GUESSED, int(elapsed * 100 / took_ms))}%"
