"""The moment of each mail of an audience, worked out by the database for all at once.

There are few time zones: what a plan says of each is worked out before and joined in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deliveries.clock import Plan

ZONES = "LEFT JOIN unnest(%s::text[], %s::timestamptz[]) AS z (zone, due) USING (zone)"

# In an order that is another one for each message: who is first today is not always.
SHARES = """(
    SELECT t.*, (row_number() OVER (PARTITION BY reason = ''
            ORDER BY hashint8extended(address_id, {message})) - 1)::float8
        / count(*) OVER (PARTITION BY reason = '') AS share
    FROM {people}
) AS t"""
SHARED = """coalesce(
    z.begins + (share - z.low) / (z.high - z.low) * (z.ends - z.begins), %s)"""
STRETCHES = """
LEFT JOIN unnest(%s::text[], %s::float8[], %s::float8[], %s::timestamptz[],
    %s::timestamptz[]) AS z (zone, low, high, begins, ends)
ON z.zone = t.zone AND share >= z.low AND share < z.high
"""


@dataclass(frozen=True, slots=True)
class Due:
    """SQL for the moment of each of the `people`, a FROM item that is called t and has
    the columns zone, address_id and reason.

    `first`: what the moment asks for; `last`: what the join behind them asks for.
    """

    moment: str
    people: str
    join: str
    first: list[Any]
    last: list[Any]


def due(
    plan: Plan,
    people: str,
    zones: Iterable[str],
    *,
    earliest: dt.datetime,
    message: int,
) -> Due:
    """`zones`: where somebody of them reads; who turns up from elsewhere meanwhile is
    treated as if nothing were known."""
    otherwise = [plan.due("", earliest)]
    if plan.is_plain:
        return Due("%s", people, "", otherwise, [])
    if not plan.spread:
        dues = plan.dues(zones, earliest)
        values = [list(dues), list(dues.values())]
        return Due("coalesce(z.due, %s)", people, ZONES, otherwise, values)
    rows = [
        (zone, one.low, one.high, one.begins, one.ends)
        for zone in zones
        for one in plan.stretches(zone, earliest)
    ]
    shared = SHARES.format(people=people, message=int(message))
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
    return Due(SHARED, shared, STRETCHES, otherwise, columns)
