"""Statements that the database plans once for each connection.

Asked a thousand times a minute, their planning costs more than their running.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Self

from django.db import connection
from psycopg import Cursor


class Prepared(Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        return super().execute(query, params, **{"prepare": True, **options})


@contextlib.contextmanager
def prepared() -> Iterator[Prepared]:
    connection.ensure_connection()
    with connection.wrap_database_errors, Prepared(connection.connection) as cursor:
        yield cursor
