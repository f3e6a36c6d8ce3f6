"""Everything that keeps one address from being mailed; and the list of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from django.db import models

from consent.models import Address, Suppression
from consent.vocabulary import OPT_OUT_REASONS, Reason, Scope

HEADER = (
    "Email",
    "Opted out of all marketing email",
    "Opted out of",
    "Marked as spam",
    "Bounced",
    "Reasons",
    "Since",
)


def blocks_of(address: Address) -> list[Suppression]:
    """In force and past, the newest first, each with its record and who wrote it."""
    rows = Suppression.objects.filter(address=address).select_related(
        "record__user", "brand", "subscription_type__brand", "batch", "lifted_record"
    )
    return list(rows.order_by(models.F("lifted_at").desc(nulls_first=True), "-id"))


def table() -> Iterator[tuple[str, ...]]:
    """All addresses that are opted out or bounced, as rows for an export; streamed."""
    yield HEADER
    rows = (
        Suppression.objects.active()
        .filter(address__key__isnull=False)
        .select_related("address", "brand", "subscription_type")
        .order_by("address_id", "id")
    )
    for _, blocks in groupby(
        rows.iterator(chunk_size=5_000), key=attrgetter("address_id")
    ):
        yield _row(list(blocks))


def _row(blocks: list[Suppression]) -> tuple[str, ...]:
    reasons = {Reason(block.reason) for block in blocks}
    noes = [block for block in blocks if block.reason in OPT_OUT_REASONS]
    return (
        blocks[0].address.key or "",
        _true(any(block.scope == Scope.EVERYTHING for block in noes)),
        "; ".join(sorted({_object(block) for block in noes} - {""})),
        _true(Reason.COMPLAINT in reasons),
        _true(not reasons <= set(OPT_OUT_REASONS)),
        "; ".join(reason.label for reason in Reason if reason in reasons),
        _since(blocks),
    )


def _object(block: Suppression) -> str:
    return str(block.brand or block.subscription_type or "")


def _true(fact: bool) -> str:
    return "TRUE" if fact else ""


def _since(blocks: Iterable[Suppression]) -> str:
    return min(block.occurred_at for block in blocks).date().isoformat()
