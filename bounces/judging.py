"""Refusals while sending, judged by the same table as what comes back later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.db import connection, transaction

from bounces import acting, incidents
from bounces.categories import CATEGORIES, Doing
from bounces.codes import Judgement, judge
from bounces.models import Bounce, BouncePolicy, DomainCheck
from bounces.shown import STRICTLY_BLOCKED
from consent.models import Address
from deliveries.models import Delivery, DeliveryState

BATCH = 2_000
# the mailbox, or the domain, changed its owner (RFC 7293)
NEW_OWNER = {"5.7.17", "5.7.18"}
COUNTED = [key for key, found in CATEGORIES.items() if found.doing in acting.COUNTING]

WRITE = """
UPDATE deliveries_delivery d
SET bounced_at = coalesce(d.settled_at, now()), bounce_kind = t.kind,
    bounce_category = t.category
FROM json_to_recordset(%s) AS t(message_id bigint, id bigint, kind text, category text)
WHERE d.message_id = t.message_id AND d.id = t.id
"""


def judge_refusals(*, limit: int = BATCH) -> int:
    """Judge what servers refused and nobody judged yet, in batches; how many."""
    total = done = _judge_batch(limit)
    while done == limit:
        done = _judge_batch(limit)
        total += done
    return total


@transaction.atomic
def _judge_batch(limit: int) -> int:
    rows = list(
        Delivery.objects.filter(
            state__in=[DeliveryState.REFUSED, DeliveryState.EXPIRED],
            bounce_category="",
            address__isnull=False,  # what was started has one
        ).order_by("id")[:limit]
    )
    Address.objects.lock(addresses_of(rows))
    judged = [(row, judge(row.smtp_code, row.enhanced_code, row.reply)) for row in rows]
    if judged:
        _write(judged)
        act(judged)
    return len(rows)


def _write(judged: Sequence[tuple[Delivery, Judgement]]) -> None:
    values: list[dict[str, Any]] = [
        {
            "message_id": row.message_id,
            "id": row.pk,
            "kind": str(judgement.kind),
            "category": judgement.category,
        }
        for row, judgement in judged
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [json.dumps(values)])
    Bounce.objects.bulk_create(
        [bounce_of(row, judgement) for row, judgement in judged], ignore_conflicts=True
    )


def addresses_of(rows: Iterable[Delivery]) -> set[int]:
    return {row.address_id for row in rows if row.address_id is not None}


def bounce_of(row: Delivery, judgement: Judgement) -> Bounce:
    bounce = Bounce(
        delivery_id=row.pk,
        message_id=row.message_id,
        address_id=cast(int, row.address_id),  # it was started: it has one
        kind=judgement.kind,
        category=judgement.category,
        doing=judgement.doing,
        code=row.smtp_code,
        enhanced_code=row.enhanced_code,
        words=row.reply,
    )
    if row.settled_at:
        bounce.at = row.settled_at
    return bounce


def act(judged: Sequence[tuple[Delivery, Judgement]]) -> None:
    """Do to the addresses what the table says; they are locked by the caller.

    The rows of Bounce are written before. Safe to repeat.
    """

    def meant(*doings: Doing) -> set[int]:
        return addresses_of(row for row, found in judged if found.doing in doings)

    bounces = list(
        Bounce.objects.filter(delivery_id__in=[row.pk for row, _ in judged])
        .select_related("address")
        .order_by("pk")
    )
    acting.change_owner(
        {one.address_id for one in bounces if one.enhanced_code in NEW_OWNER}
    )
    acting.kill(meant(Doing.DEAD))
    acting.wear_out(meant(*acting.COUNTING), COUNTED)
    DomainCheck.objects.watch(
        one.address.domain
        for one in bounces
        if one.category == "dns_failure" and one.address.domain
    )
    incidents.attach(bounces)
    if BouncePolicy.current().is_strict:
        acting.block_strictly(_held_against_us(bounces))


def _held_against_us(bounces: Iterable[Bounce]) -> dict[str, set[int]]:
    """Permanent refusals for what the sender did, by category."""
    found: dict[str, set[int]] = {}
    for bounce in bounces:
        passing = bounce.enhanced_code.startswith("4") or (
            bounce.code is not None and bounce.code < 500
        )
        if bounce.category in STRICTLY_BLOCKED and not passing:
            found.setdefault(bounce.category, set()).add(bounce.address_id)
    return found
