"""The table of refusals over very many people at once: joins instead of look-ups.

Asking the table person by person costs some look-ups for each; a million people pay
that a million times. Here each test of the table becomes one set of addresses that
the people are joined with, so that the database reads every table once.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Min, Value
from django.db.models.functions import Cast

from consent.models import Address, SubscriptionType, Suppression
from deliveries.frequency import Limit
from deliveries.predicates import NoAddress, NoGrant, Suppressed
from deliveries.providers import OTHER, provider_case
from deliveries.refusals import Refusal, applying

_POSITION = models.IntegerField()


@dataclass(frozen=True, slots=True)
class Judged:
    """SQL with its parameters: the columns asked for, then `provider`, `consent` (the
    record of the yes that would do) and `reason`."""

    sql: str
    params: tuple[Any, ...]


def judged(
    people: models.QuerySet[Any],
    subscription_type: SubscriptionType,
    channel: str,
    limits: Sequence[Limit] = (),
) -> Judged:
    """`people` as `values_list("address_id", "own", ...)`, with the reason not to mail.

    The reason is the first of the table, else `own`: the caller's, '' when the mail
    may go. Raises EmptyResultSet where nobody can be meant.
    """
    inner, params = people.query.sql_with_params()
    table = applying(channel, passing=False, limits=limits)
    runs = itertools.groupby(table, _name_of)
    parts = [_part(list(run), subscription_type, name) for name, run in runs]
    provider = f"COALESCE({NoAddress.__name__}.found, '{OTHER}')"
    asks = any(part.name == NoGrant.__name__ for part in parts)
    yes = f"{NoGrant.__name__}.found" if asks else "NULL::bigint"
    sql = f"""
        SELECT people.*, {provider} AS provider, {yes} AS consent,
            COALESCE({", ".join(part.reason for part in parts)}, people.own) AS reason
        FROM ({inner}) AS people {" ".join(part.join for part in parts)}
    """  # noqa: S608  put together from constants and compiled statements
    told = [part.told for part in parts]
    joined = [one for part in parts for one in part.params]
    return Judged(sql, (*told, *params, *joined))


@dataclass(frozen=True, slots=True)
class Part:
    """Neighbours in the table, as one set of addresses and the reason made of it."""

    name: str
    rows: str
    params: Sequence[Any]
    reason: str
    told: Any

    @property
    def join(self) -> str:
        return (
            f"LEFT JOIN ({self.rows}) AS {self.name} (address_id, found)"
            f" ON {self.name}.address_id = people.address_id"
        )


def _name_of(row: Refusal) -> str:
    """Under which name its set is joined; neighbours of one name share a set."""
    return row.key if isinstance(row.test, Limit) else type(row.test).__name__


def _part(run: list[Refusal], kind: SubscriptionType, name: str) -> Part:
    """Whoever is in the set of a suppression, or missing in one of a yes."""
    test = run[0].test
    if isinstance(test, Suppressed):
        keys = [row.key for row in run]
        rows, params = _compiled(_first_suppressions(keys, kind))
        return Part(name, rows, params, f"(%s::text[])[{name}.found]", keys)
    if isinstance(test, Limit):
        rows, params = _compiled(test.reached())
        there = f"CASE WHEN {name}.address_id IS NOT NULL THEN %s END"
        return Part(name, rows, params, there, run[0].key)
    rows, params = _compiled(_those_with(test, kind))
    missing = f"CASE WHEN {name}.address_id IS NULL THEN %s END"
    return Part(name, rows, params, missing, run[0].key)


def _first_suppressions(
    reasons: list[str], kind: SubscriptionType
) -> models.QuerySet[Any, Any]:
    """(address, place of its first reason among `reasons`, counted from 1)."""
    words = Value(reasons, ArrayField(models.TextField()))
    place = Func(
        words,
        Cast("reason", models.TextField()),
        function="array_position",
        output_field=_POSITION,
    )
    found = Suppression.objects.active().covering(kind).filter(reason__in=reasons)
    return found.values("address_id").annotate(found=Min(place)).order_by()


def _those_with(test: Any, kind: SubscriptionType) -> models.QuerySet[Any, Any]:
    """(address, its provider or the record of its yes) of everybody whom this test lets
    pass."""
    if isinstance(test, NoAddress):
        there = Address.objects.filter(key__isnull=False)
        return there.values_list("pk", provider_case("domain")).order_by()
    if isinstance(test, NoGrant):
        yeses = test.proved().filter(subscription_type=kind)
        return yeses.values_list("address_id", "record_id").order_by()
    raise TypeError(f"{test} is no question about addresses.")


def _compiled(rows: models.QuerySet[Any, Any]) -> tuple[str, Sequence[Any]]:
    sql, params = rows.query.sql_with_params()
    return sql, params
