"""Statements that the database plans once for each connection.

Asked a thousand times a minute, their planning costs more than their running.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from typing import Any, Self

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Cursor

# Else the database compares what it believes plans to cost, and makes many anew.
KEEP_PLANS = "SET LOCAL plan_cache_mode = force_generic_plan"


class Prepared(Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        return super().execute(query, params, **{"prepare": True, **options})


@contextlib.contextmanager
def prepared() -> Iterator[Prepared]:
    opened = _opened()
    with opened.wrap_database_errors, Prepared(opened.connection) as cursor:
        yield cursor


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Inside a transaction: statements leave without waiting for the answers to those
    before them, until somebody reads one; and none is planned anew for its values."""
    opened = _opened()
    with opened.wrap_database_errors, opened.connection.pipeline():
        with prepared() as cursor:
            cursor.execute(KEEP_PLANS)
        yield


def _opened() -> BaseDatabaseWrapper:
    """The connection of this thread itself: the name for it is looked up each time."""
    opened = connections[DEFAULT_DB_ALIAS]
    opened.ensure_connection()
    return opened


def array(values: Iterable[object]) -> str:
    """Values as PostgreSQL reads an array: one text for all, whose type the statement
    says. The driver goes through a list value by value, several times."""
    return "{" + ",".join([_element(value) for value in values]) + "}"


@functools.lru_cache(maxsize=1024, typed=True)
def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, dt.timedelta):
        return f'"{value.total_seconds()} s"'
    text = str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
