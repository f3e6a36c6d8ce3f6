"""The tabs over every page about bounces."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from bounces import audit, incidents
from bounces.models import Release


def tabs(current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """`counts`: those of `audit.counts`."""
    home = reverse("bounces:list")
    shown = [
        {
            "label": tab.label,
            "url": f"{home}?tab={tab.key}",
            "current": tab.key == current,
            "count": counts[tab.key],
            "icon": "lock-keyhole" if tab.lock else "",
        }
        for tab in audit.TABS
    ]
    return [*shown, *_further(current)]


def _further(current: str) -> list[dict[str, Any]]:
    return [
        {
            "label": "Unbounced",
            "url": reverse("bounces:history"),
            "current": current == "unbounced",
            "count": Release.objects.count(),
        },
        {
            "label": "Incidents",
            "url": reverse("bounces:incidents"),
            "current": current == "incidents",
            "count": incidents.counted().open().count(),
        },
    ]
