from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db.models import OuterRef, QuerySet

from contacts import uses


class DeliveriesConfig(AppConfig):
    name = "deliveries"

    def ready(self) -> None:
        uses.add(mails)


def mails() -> QuerySet[Any]:
    """Those to her address, of whatever kind: sent, or on their way."""
    every = apps.get_model("deliveries", "Delivery")._default_manager
    return every.filter(address=OuterRef("address")).exclude(state="not_sent")
