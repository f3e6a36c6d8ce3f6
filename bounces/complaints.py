"""Complaints for each mailbox provider, against what was delivered there.

Only some providers tell when somebody reports spam. A rate over all mail would look
better than it is, so each has its own, and those that never told anything have none.
Counted are the mails that left in the last days, and the complaints about them: a
complaint belongs to the day of its mail, as on the page of email health.
Thresholds: Google and Yahoo ask senders to stay under 0.1 % and never reach 0.3 %.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from bounces.categories import COMPLAINT
from bounces.models import Bounce
from deliveries.days import LONGEST
from deliveries.models import Delivery, DeliveryState, Message
from deliveries.providers import LABELS, provider_of
from deliveries.room import roomy

DAYS = 30
WATCH, LIMIT = 0.001, 0.003


@dataclass(frozen=True, slots=True)
class Row:
    """One provider in the last days; `tells`: whether it ever sent a complaint."""

    provider: str
    delivered: int
    complaints: int
    tells: bool

    @property
    def label(self) -> str:
        return str(LABELS.get(self.provider, self.provider))

    @property
    def share(self) -> float:
        return self.complaints / self.delivered if self.delivered else 0.0

    @property
    def rate(self) -> str:
        return f"{100 * self.share:.2f}%" if self.tells and self.delivered else "–"

    @property
    def state(self) -> str:
        """The look of the judgement."""
        if not self.tells:
            return "silent_provider"
        if self.share >= LIMIT:
            return "too_many"
        return "many" if self.share >= WATCH else "few"


def by_provider() -> list[Row]:
    """Those with most mail first. A second at a million mails."""
    with roomy():
        counted = list(recent())
    tell = providers_telling()
    return [Row(**row, tells=row["provider"] in tell) for row in counted]


def recent() -> QuerySet[Delivery, Any]:
    """The mails that left in the last days, by provider.

    Their messages are named one by one: so the other partitions are left alone.
    """
    since = timezone.now() - dt.timedelta(days=DAYS)
    sent = Message.objects.filter(frozen_at__gte=since - LONGEST)
    messages = list(sent.values_list("pk", flat=True))
    return (
        Delivery.objects.filter(message__in=messages, started_at__gte=since)
        .values("provider")
        .annotate(
            delivered=Count("pk", filter=Q(state=DeliveryState.DELIVERED)),
            complaints=Count("complained_at"),
        )
        .order_by("-delivered", "provider")
    )


def telling() -> QuerySet[Bounce]:
    """One complaint of each domain that ever sent any."""
    told = Bounce.objects.filter(kind=COMPLAINT, address__domain__isnull=False)
    return told.order_by("address__domain").distinct("address__domain")


def providers_telling() -> set[str]:
    """Providers that ever sent a complaint."""
    named = telling().values_list("address__domain", flat=True)
    return {provider_of(name or "") for name in named}
