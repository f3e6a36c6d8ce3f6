"""Everything that keeps one address from being mailed."""

from __future__ import annotations

from django.db import models

from consent.models import Address, Suppression


def blocks_of(address: Address) -> list[Suppression]:
    """In force and past, the newest first, each with its record and who wrote it."""
    rows = Suppression.objects.filter(address=address).select_related(
        "record__user", "brand", "subscription_type__brand", "batch", "lifted_record"
    )
    return list(rows.order_by(models.F("lifted_at").desc(nulls_first=True), "-id"))
