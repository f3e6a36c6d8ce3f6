"""Refusals while sending, judged by the same table as what comes back later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, cast

from django.db import connection, transaction
from django.utils import timezone

from bounces import acting, incidents, listed_noes
from bounces.categories import Kind
from bounces.codes import Judgement, judge
from bounces.models import Bounce, DomainCheck, Incident, Source
from bounces.neighbours import weighed
from bounces.policy import Decision, Policy
from consent.models import Address
from consent.vocabulary import Reason
from deliveries.models import Delivery, DeliveryState, HoldKind

BATCH = 2_000

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
    policy = Policy.current()
    judged = [(row, _judged(row, policy)) for row in rows]
    if judged:
        _write(judged)
        act(judged, policy)
    return len(rows)


def _judged(row: Delivery, policy: Policy) -> Judgement:
    found = judge(row.smtp_code, row.enhanced_code, row.reply)
    found = policy.correct(found, row.smtp_code)
    return weighed(found, row.address_id, row.settled_at or timezone.now())


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
        rule=judgement.rule,
    )
    if row.settled_at:
        bounce.at = row.settled_at
    return bounce


def act(
    judged: Sequence[tuple[Delivery, Judgement]], policy: Policy | None = None
) -> None:
    """Do what follows from the bounces of these mails; their rows are written before,
    their addresses locked. Safe to repeat."""
    bounces = (
        Bounce.objects.filter(delivery_id__in=[row.pk for row, _ in judged])
        .exclude(kind=Kind.COMPLAINT)
        .select_related("address", "report")
        .defer("report__raw")
        .order_by("pk")
    )
    policy, found = policy or Policy.current(), list(bounces)
    ours = [one for one in found if policy.decide(one).is_of_an_incident]
    follow(found, ours, policy)


def follow(bounces: Sequence[Bounce], ours: Iterable[Bounce], policy: Policy) -> None:
    """Do what follows from these bounces, whose addresses are locked; `ours`: those
    that belong to an incident.

    Everybody locks in one order: addresses, incidents, domains that are asked about,
    and then what stops sending, as it is sorted. So nobody waits in a circle.
    """
    storms = incidents.attach(ours, policy)
    lost = _act_on(bounces, policy)
    stops: list[tuple[str, str, Incident | None]]
    stops = [(one.kind, one.place, one) for one in storms]
    stops += [(HoldKind.DOMAIN, name, None) for name in lost]
    for _, name, incident in sorted(stops, key=itemgetter(0, 1)):
        if incident:
            incidents.hold(incident)
        else:
            DomainCheck.objects.hold(name)


def _act_on(bounces: Sequence[Bounce], policy: Policy) -> list[str]:
    """What is done to the addresses; the domains to which mail has to wait."""
    decided = [policy.decide(bounce) for bounce in bounces]
    acting.change_owner(_addresses(one for one in decided if one.has_new_owner))
    acting.lose_domain(_addresses(one for one in decided if one.is_null_mx))
    acting.kill(_addresses(one for one in decided if one.ends_address))
    acting.wear_out(_addresses(one for one in decided if one.counts))
    for provider, listed in _by_provider(decided).items():
        acting.block_globally(listed, provider)
    for (provider, reason), told in _noes(decided).items():
        listed_noes.take(told, reason, provider)
    acting.block_strictly(_by_category(decided))
    return DomainCheck.objects.watch(
        one.bounce.address.domain or "" for one in decided if one.asks_the_dns
    )


def _addresses(decided: Iterable[Decision]) -> set[int]:
    return {one.bounce.address_id for one in decided}


def _by_category(decided: Iterable[Decision]) -> dict[str, set[int]]:
    """Those to be blocked by the switch "strict"."""
    found: dict[str, set[int]] = {}
    for one in decided:
        if one.blocks_strictly:
            found.setdefault(one.bounce.category, set()).add(one.bounce.address_id)
    return found


def _by_provider(decided: Iterable[Decision]) -> dict[str, set[int]]:
    """Those on a list of the provider that sends for us; "" where it is not named."""
    found: dict[str, set[int]] = {}
    for one in decided:
        if one.is_listed:
            name = _hook_of(one.bounce)
            found.setdefault(name, set()).add(one.bounce.address_id)
    return found


def _noes(decided: Iterable[Decision]) -> dict[tuple[str, Reason], listed_noes.Told]:
    """Those who told the provider no, at a time that it does not tell."""
    found: dict[tuple[str, Reason], dict[int, list[None]]] = {}
    for one in decided:
        if one.no:
            told = found.setdefault((_hook_of(one.bounce), one.no), {})
            told[one.bounce.address_id] = [None]
    return {**found}


def _hook_of(bounce: Bounce) -> str:
    """The provider whose webhook told it; it stands first in what is kept."""
    report = bounce.report
    if report is None or report.source != Source.WEBHOOK:
        return ""
    return bytes(report.raw[:40]).split(b" ")[0].decode()
