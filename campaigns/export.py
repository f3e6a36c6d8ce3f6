"""Recipients as a CSV file, made while it is downloaded: flat in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.translation import override

from campaigns import people, report
from consent import tables
from deliveries.models import Delivery

PIECE = 2_000
HEADER = (
    "Email", "First name", "Last name", "State", "Reason", "What became of it",
    "Queued", "Delivered", "Opened", "Clicked", "Confirmed", "Bounced",
    "Unsubscribed", "Reply code", "Enhanced code", "Reply",
)  # fmt: skip
MOMENTS = (
    "queued_at", "delivered_at", "opened_at", "clicked_at", "confirmed_at",
    "bounced_at", "unsubscribed_at",
)  # fmt: skip


def lines(rows: models.QuerySet[Delivery]) -> Iterator[str]:
    """The file piece by piece; what a spreadsheet would run as a formula is escaped."""
    return tables.csv_lines(itertools.chain([HEADER], _table(rows)))


def _table(rows: models.QuerySet[Delivery]) -> Iterator[list[Any]]:
    last = 0
    while piece := list(rows.filter(pk__gt=last).order_by("pk")[:PIECE]):
        yield from (_cells(delivery) for delivery in piece)
        last = piece[-1].pk


def _cells(delivery: Delivery) -> list[Any]:
    """In English like the heading, whoever fetches the file."""
    with override("en"):
        return _said(delivery)


def _said(delivery: Delivery) -> list[Any]:
    person = delivery.contact
    return [
        people.address_of(delivery),
        person.first_name if person else "",
        person.last_name if person else "",
        delivery.get_state_display(),
        report.reason_label(delivery.reason) if delivery.reason else "",
        people.sentence(delivery),
        *(_iso(delivery, name) for name in MOMENTS),
        delivery.smtp_code or "",
        delivery.enhanced_code,
        delivery.reply,
    ]


def _iso(delivery: Delivery, name: str) -> str:
    moment = getattr(delivery, name)
    return moment.isoformat(timespec="seconds") if moment else ""
