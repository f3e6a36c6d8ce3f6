"""What the apps above have of a contact, so that nobody with a past is taken away.

They say so themselves when they are ready: contacts knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

# Each makes the rows that show a use of the outer contact.
Rows = Callable[[], QuerySet[Any]]
_USES: list[Rows] = []


def add(rows: Rows) -> None:
    if rows not in _USES:
        _USES.append(rows)


def all_of() -> Iterator[QuerySet[Any]]:
    return (rows() for rows in _USES)
