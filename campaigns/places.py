"""Where an email went, by mailbox provider and by domain, and what came of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F

from campaigns.models import MarketingEmail
from campaigns.report import ARE_KNOWN, BY_KEY, deliveries_of
from deliveries.providers import LABELS, OTHER

COUNTED = ("sent", "delivered", "bounced", "opened", "clicked", "lost")
# domains with most mail; the others are too many to be read
DOMAINS = 10


def by_provider(email: MarketingEmail) -> list[dict[str, Any]]:
    rows = _counted(email, "provider")
    for row in rows:
        row["name"] = LABELS.get(row["name"] or OTHER, row["name"])
    return rows


def by_domain(email: MarketingEmail) -> list[dict[str, Any]]:
    return _counted(email, "address__domain", DOMAINS)


def _counted(
    email: MarketingEmail, column: str, most: int | None = None
) -> list[dict[str, Any]]:
    """Of each place, those with most mail first."""
    sent = deliveries_of(email).filter(BY_KEY["sent"].where).values_list(column)
    conditions = {key: BY_KEY[key].where for key in COUNTED} | ARE_KNOWN
    sums = {f"n_{key}": Count("pk", filter=where) for key, where in conditions.items()}
    rows = sent.annotate(**sums).order_by(F("n_sent").desc(), column)[:most]
    return [dict(zip(("name", *conditions), row, strict=True)) for row in rows]
