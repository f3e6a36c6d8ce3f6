from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db.models import OuterRef, QuerySet

from contacts import uses


class SegmentsConfig(AppConfig):
    name = "segments"

    def ready(self) -> None:
        uses.add(stays)


def stays() -> QuerySet[Any]:
    """Hers in static segments: somebody put her there."""
    every = apps.get_model("segments", "SegmentMember")._default_manager
    return every.filter(contact=OuterRef("pk"), left_at=None, segment__kind="static")
