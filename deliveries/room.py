"""Room for statements over very many people."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction

# Room for the hash tables of suppressions, membership and activity: with the usual
# 4 MB such a question is asked row by row instead.
WORK_MEMORY = "256MB"


@contextlib.contextmanager
def roomy(timeout_ms: int = 0) -> Iterator[None]:
    """A transaction with memory for large joins, and a limit to its statements."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('work_mem', %s, true), set_config('jit', 'off', true)",
            [WORK_MEMORY],
        )
        if timeout_ms:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true)", [str(timeout_ms)]
            )
        yield
