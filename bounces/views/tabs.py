"""The tabs over every page about bounces."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from bounces import audit, incidents
from bounces.models import Release

# name of the page, label, icon
BESIDE = (
    ("rescue", "Judged anew", "history"),
    ("global", "Global blocks", "lock-keyhole"),
    ("complaints", "Complaints", "mail-x"),
    ("reports", "Reports", "inbox"),
)


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
    counts = {
        "history": Release.objects.count(),
        "incidents": incidents.counted().open().count(),
    }
    return [
        {
            "label": label,
            "url": reverse(f"bounces:{name}"),
            "current": name == current,
            "count": counts[name],
        }
        for name, label in (("history", "Unbounced"), ("incidents", "Incidents"))
    ]


def beside() -> list[dict[str, str]]:
    """The pages beside the audit, as buttons over it."""
    return [
        {"label": label, "url": reverse(f"bounces:{name}"), "icon": icon}
        for name, label, icon in BESIDE
    ]
