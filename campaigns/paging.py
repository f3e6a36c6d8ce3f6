"""Pages over any number of rows, by the key of the last row seen: never OFFSET."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db import models

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows by rising key; `previous` and `next` are addresses, "" at the ends."""

    rows: list[Row]
    previous: str
    next: str


def keyset(
    rows: models.QuerySet[Row], query: Mapping[str, Any], size: int
) -> Page[Row]:
    """The page that `query` asks for (?after=key, ?before=key), other words kept."""
    kept = {key: str(query[key]) for key in query if key not in {"after", "before"}}
    after, before = str(query.get("after", "")), str(query.get("before", ""))
    if before.isdecimal():
        found = list(rows.filter(pk__lt=int(before)).order_by("-pk")[: size + 1])
        more_before, more_after = len(found) > size, True
        found = found[:size][::-1]
    else:
        first = int(after) if after.isdecimal() else 0
        found = list(rows.filter(pk__gt=first).order_by("pk")[: size + 1])
        more_before, more_after = first > 0, len(found) > size
        found = found[:size]
    return Page(
        found,
        _address(kept, "before", found[0].pk) if more_before and found else "",
        _address(kept, "after", found[-1].pk) if more_after and found else "",
    )


def _address(kept: dict[str, str], word: str, key: int) -> str:
    return "?" + urlencode({**kept, word: key})
