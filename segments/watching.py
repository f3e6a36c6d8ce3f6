"""A statement over very many people, watched from outside while it works.

Until it ends nobody sees a row of it, and its worker can say nothing. So a thread
beside it says that the worker is alive, and ends the statement when somebody stops the
job. How many were written the statement tells itself: a notice for every thousandth
contact (`refreshing.COUNTED`). Where people are in already, only the difference is
written; then the time that it took before is the measure.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Job
from segments import refreshing

log = logging.getLogger(__name__)

# so often it is looked, in seconds
EVERY = 2.0
# a guess from the time it took before goes no further than this
MOST_GUESSED = 95


class Stopped(Exception):
    """Somebody stopped the job, and its statement was ended."""


class Watch(threading.Thread):
    """Beside the statements of `database`, which work for `job`."""

    def __init__(self, job: Job, expected: int | None, database: Any) -> None:
        super().__init__()
        self.job = Job(pk=job.pk)
        self.expected = expected
        self.database = database
        self.written = 0
        self.stopped = False
        self.over = threading.Event()

    def note(self, notice: Any) -> None:
        if notice.message_primary == refreshing.WRITTEN:
            self.written += refreshing.EACH

    def run(self) -> None:
        try:
            while not self.over.wait(EVERY):
                self._look()
        # the work tells for itself how it ended; cancelling speaks without Django
        except (DatabaseError, psycopg.Error):
            log.warning("Nobody sees how far job %s is", self.job.pk, exc_info=True)
        finally:
            connection.close()

    def _look(self) -> None:
        if self.expected:
            total = max(self.expected, self.written + 1)
            self.job.report(self.written, total=total)
        else:
            self.job.beat()
        if self.job.was_stopped():
            self.stopped = True
            # between two statements it ends nothing, so it is asked again
            self.database.cancel_safe()


@contextlib.contextmanager
def watched(job: Job, expected: int | None = None) -> Iterator[None]:
    """Show that the worker is alive, and how many of about `expected` were written.

    Raises Stopped when a statement was ended because somebody stopped the job.
    """
    connection.ensure_connection()
    database: Any = connection.connection
    watch = Watch(job, expected, database)
    database.add_notice_handler(watch.note)
    watch.start()
    try:
        yield
    except OperationalError as error:
        if watch.stopped:
            raise Stopped from error
        raise
    finally:
        watch.over.set()
        watch.join()
        database.remove_notice_handler(watch.note)


def told(job: Job | None, took_ms: int) -> str:
    """ "Processing 62%" for the badge; `took_ms`: how long it took before, or 0."""
    if job is None or job.started_at is None:
        return _("Processing")
    if job.percent is not None:
        return _("Processing %(percent)s%%") % {"percent": job.percent}
    if not took_ms:
        return _("Processing")
    elapsed = (timezone.now() - job.started_at).total_seconds() * 1000
    guessed = min(MOST_GUESSED, int(elapsed * 100 / took_ms))
    return _("Processing, about %(percent)s%%") % {"percent": guessed}
