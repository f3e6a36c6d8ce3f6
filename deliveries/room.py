"""Room for statements over very many people."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction

# Room for the hash tables of suppressions, membership and activity: with the usual
# 4 MB such a question is asked row by row instead.
WORK_MEMORY = "256MB"


@contextlib.contextmanager
def snapshot() -> Iterator[None]:
    """Whatever is read inside is of one moment, in however many statements; nothing is
    written. Inside another transaction that one decides."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextlib.contextmanager
def roomy(timeout_ms: int = 0, *, at_leisure: bool = False) -> Iterator[None]:
    """A transaction with memory for large joins, and a limit to its statements.

    `at_leisure`: what is written follows from other rows and is made again when a
    crash loses it, so nobody waits for the disk. It is lost as a whole, and never
    when a later transaction that was waited for is kept. Inside another transaction
    that one decides.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('work_mem', %s, true), set_config('jit', 'off', true)",
            [WORK_MEMORY],
        )
        if timeout_ms:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true)", [str(timeout_ms)]
            )
        if at_leisure and not connection.savepoint_ids:
            cursor.execute("SELECT set_config('synchronous_commit', 'off', true)")
        yield
