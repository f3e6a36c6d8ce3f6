"""Telling a worker that there is work. The table in the database is the queue."""

from __future__ import annotations

import functools
from typing import Any

from celery import Task
from django.db import transaction


def ring(task: Task[..., Any], *arguments: Any) -> None:
    """Have `task` run once this transaction is committed.

    A broker that is away costs a log line and a few seconds, never a page: the
    timetable picks up whatever was not rung for.
    """
    call = functools.partial(task.apply_async, arguments, retry=False)
    transaction.on_commit(call, robust=True)
