"""Lists in pages by the last row seen: never OFFSET, never a count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

from api.texts import BIGGEST

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")

Key = Annotated[int, Field(ge=1, le=BIGGEST, description="The id of a row.")]


class Asking(Schema):
    """Which page."""

    after: int | None = Field(
        None, ge=0, le=BIGGEST, description="What the page before calls “next”."
    )
    limit: int = Field(100, ge=1, le=500, description="How many at most.")


class Page(Schema, Generic[Item]):
    """Some rows, the oldest first."""

    items: list[Item]
    next: int | None = Field(
        description="Ask again with this as “after”; null on the last page."
    )


def page(
    rows: QuerySet[Row],
    asking: Asking,
    draw: Callable[[list[Row]], list[Any]],
    key: str = "pk",
) -> dict[str, Any]:
    """The rows behind `asking.after` by `key`: a column with the value of the key, that
    of a joined row where its index is to serve; both sides begin at the place."""
    if asking.after is not None:
        rows = rows.filter(**{f"{key}__gt": asking.after, "pk__gt": asking.after})
    found = list(rows.order_by(key)[: asking.limit + 1])
    shown = found[: asking.limit]
    more = len(found) > asking.limit
    last = getattr(shown[-1], key) if more else None
    return {"items": draw(shown), "next": last}
