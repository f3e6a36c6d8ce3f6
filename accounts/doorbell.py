"""Ringing for a worker. The tables are the queue: a lost ring costs some seconds.

A dead broker never turns a page into an error: it is logged, and the timetable
finds the work a few seconds later.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any

from celery import Task, current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# somebody waits for the page that rings
PATIENCE = 1.0
# after a ring that nobody heard, the others are spared the wait
PAUSE = 10.0

_silent_until = 0.0


def ring(task: str | Task[..., Any], *arguments: Any) -> None:
    """Ask a worker for `task`, after the commit of the transaction we are in.

    By its name where the app that rings must not know the app that answers.
    """
    name = task if isinstance(task, str) else str(task.name)
    transaction.on_commit(partial(_ring, name, arguments), robust=True)


def _ring(task: str, arguments: tuple[Any, ...]) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    options = {"max_retries": 1, "socket_timeout": PATIENCE}
    options["socket_connect_timeout"] = PATIENCE
    try:
        with current_app.connection_for_write(
            connect_timeout=PATIENCE,
            transport_options={**current_app.conf.broker_transport_options, **options},
        ) as connection:
            current_app.send_task(
                task, arguments, connection=connection, retry=False, ignore_result=True
            )
    except (OperationalError, RedisError, OSError) as problem:
        _silent_until = time.monotonic() + PAUSE
        logger.warning("%s was not rung for, the timetable will: %s", task, problem)
