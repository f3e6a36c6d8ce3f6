"""The health of the list over twelve months, as two charts."""

from __future__ import annotations

from typing import Any

from deliveries import months
from deliveries.models import Month

# (label, column of Month, tint)
MAIL = (
    ("Delivered", "delivered", "d1"),
    ("Opened", "opened", "d2"),
    ("Clicked", "clicked", "d3"),
)
LOSSES = (("Opt-outs", "opt_outs", "d4"), ("Bounces", "bounced", "d5"))


def trend() -> dict[str, Any] | None:
    """What the overview draws, or None where nothing happened. One query."""
    rows = months.shown()
    names = [name for _, name, _ in MAIL + LOSSES]
    sums = {name: sum(getattr(row, name) for row in rows) for name in names}
    if not any(sums.values()):
        return None
    return {
        "labels": [f"{row.month:%b}" for row in rows],
        "mail": _series(rows, MAIL),
        "mail_found": _about_mail(sums),
        "losses": _series(rows, LOSSES),
        "losses_found": _about_losses(sums),
        "counted_at": rows[-1].counted_at,
    }


def _series(
    rows: list[Month], lines: tuple[tuple[str, str, str], ...]
) -> list[dict[str, Any]]:
    return [
        {"label": label, "values": [getattr(row, name) for row in rows], "tint": tint}
        for label, name, tint in lines
    ]


def _about_mail(sums: dict[str, int]) -> str:
    if not sums["delivered"]:
        return "No email arrived in twelve months."
    opened, clicked = (
        f"{100 * sums[name] / sums['delivered']:.0f}%" for name in ("opened", "clicked")
    )
    return (
        f"{sums['delivered']:,} emails arrived in twelve months:"
        f" {opened} were opened, {clicked} clicked"
    )


def _about_losses(sums: dict[str, int]) -> str:
    return (
        f"{sums['opt_outs']:,} people opted out, {sums['bounced']:,} emails came back"
    )
