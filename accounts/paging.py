"""Pages over any number of rows, by the last row seen: never OFFSET.

The address of a page names a row, its key and what it is sorted by: `?after=` for the
rows behind it, `?before=` for those in front of it. All other words of the address
are kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import (
    BooleanField,
    F,
    Func,
    Model,
    OrderBy,
    QuerySet,
    Value,
)
from django.http import QueryDict
from django.utils.translation import ngettext

from accounts.numbers import number
from accounts.web import key

Row = TypeVar("Row", bound=Model)
Expression = Any  # of Django's query API


@dataclass(frozen=True, slots=True)
class Order:
    """By `by`, an expression that is never null, and then by key; or by key alone.

    `read` makes a value of `by` from its text, or raises ValueError. `key` is another
    column with the value of the key: that of a joined row, whose index then serves
    the order and the place.
    """

    falling: bool = False
    by: Expression = None
    read: Callable[[str], Any] = str
    key: str = "pk"

    def columns(self) -> list[Expression]:
        return [F(self.key)] if self.by is None else [self.by, F(self.key)]

    def ordering(self, *, backwards: bool) -> list[OrderBy]:
        falling = self.falling != backwards
        return [OrderBy(column, descending=falling) for column in self.columns()]

    def place(self, text: str) -> list[Expression] | None:
        """The values of the row that a page begins behind; None when it names none."""
        name, _, value = text.partition(".")
        row = key(name)
        if row is None or "\x00" in value:
            return None
        if self.by is None:
            return [Value(row)]
        try:
            return [Value(self.read(value)), Value(row)]
        except ValueError:
            return None


RISING, FALLING = Order(), Order(falling=True)


class _Beyond(Func):
    """Whether the first half of the expressions, as one row, is beyond the second.

    One comparison of rows: an index over the columns serves it.
    """

    output_field = BooleanField()

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> Any:
        compiled = [compiler.compile(one) for one in self.get_source_expressions()]
        half = len(compiled) // 2
        left, right = (
            ", ".join(sql for sql, _ in part)
            for part in (compiled[:half], compiled[half:])
        )
        params = [param for _, params in compiled for param in params]
        return f"ROW({left}) {self.extra['sign']} ROW({right})", params


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows; `previous` and `next` are addresses, "" at the ends."""

    rows: list[Row]
    previous: str
    next: str

    @property
    def shown(self) -> str:
        count = len(self.rows)
        said = ngettext("%(count)s shown", "%(count)s shown", count)
        return said % {"count": number(count)}


def keyset(
    rows: QuerySet[Row], asked: QueryDict, size: int, order: Order = RISING
) -> Page[Row]:
    """The page that the address asks for; the first where it asks for none."""
    before = order.place(asked.get("before", ""))
    place = before or order.place(asked.get("after", ""))
    backwards = before is not None
    found = _from(rows, order, place, backwards=backwards)[: size + 1]
    page, more = list(found), len(found) > size
    page = page[:size][::-1] if backwards else page[:size]
    up, down = (more, True) if backwards else (place is not None, more)
    return Page(
        page,
        _address(asked, "before", page[0]) if page and up else "",
        _address(asked, "after", page[-1]) if page and down else "",
    )


def _from(
    rows: QuerySet[Row],
    order: Order,
    place: list[Expression] | None,
    *,
    backwards: bool,
) -> QuerySet[Row]:
    if place is not None:
        sign = "<" if order.falling != backwards else ">"
        rows = rows.filter(_Beyond(*order.columns(), *place, sign=sign))
        if order.key != "pk":  # both sides of the join begin at the place
            rows = rows.filter(_Beyond(F("pk"), place[-1], sign=sign + "="))
    rows = rows.order_by(*order.ordering(backwards=backwards))
    return rows if order.by is None else _with_value(rows, order.by)


def _with_value(rows: QuerySet[Row], by: Expression) -> QuerySet[Row]:
    valued: QuerySet[Any] = rows.annotate(sorted_by=by)
    return valued


def _address(asked: QueryDict, word: str, row: Model) -> str:
    kept = QueryDict(mutable=True)
    for name, values in asked.lists():
        if name not in {"after", "before"}:
            kept.setlist(name, [value for value in values if value])
    kept[word] = ".".join([str(row.pk), *_value(row)])
    return f"?{kept.urlencode()}"


def _value(row: Model) -> list[str]:
    """What it is sorted by, as text; nothing where the key says it all."""
    value = getattr(row, "sorted_by", None)
    if value is None:
        return []
    return [value.isoformat() if isinstance(value, dt.datetime) else str(value)]


def moment(text: str) -> dt.datetime:
    """A time as an address names it; for `Order.read`."""
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"“{text}” has no time zone.")
    return found
