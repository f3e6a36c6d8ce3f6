"""The health of the list over twelve months, as two charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.numbers import number, percent
from deliveries import months
from deliveries.models import Month

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# (label, column of Month, tint)
MAIL = (
    (_("Delivered"), "delivered", "d1"),
    (_("Opened"), "opened", "d2"),
    (_("Clicked"), "clicked", "d3"),
)
LOSSES = ((_("Opt-outs"), "opt_outs", "d4"), (_("Bounces"), "bounced", "d5"))


def trend() -> dict[str, Any] | None:
    """What the overview draws, or None where nothing happened. One query."""
    rows = months.shown()
    names = [name for _label, name, _tint in MAIL + LOSSES]
    sums = {name: sum(getattr(row, name) for row in rows) for name in names}
    if not any(sums.values()):
        return None
    return {
        "labels": [date_format(row.month, "SHORT_MONTH_FORMAT") for row in rows],
        "mail": _series(rows, MAIL),
        "mail_found": _about_mail(sums),
        "losses": _series(rows, LOSSES),
        "losses_found": _about_losses(sums),
        "counted_at": rows[-1].counted_at,
    }


def _series(
    rows: list[Month], lines: tuple[tuple[StrOrPromise, str, str], ...]
) -> list[dict[str, Any]]:
    return [
        {"label": label, "values": [getattr(row, name) for row in rows], "tint": tint}
        for label, name, tint in lines
    ]


def _about_mail(sums: dict[str, int]) -> str:
    if not sums["delivered"]:
        return gettext("No email arrived in twelve months.")
    opened, clicked = (
        percent(sums[name] / sums["delivered"], 0) for name in ("opened", "clicked")
    )
    return gettext(
        "%(delivered)s emails arrived in twelve months:"
        " %(opened)s were opened, %(clicked)s clicked"
    ) % {
        "delivered": number(sums["delivered"]),
        "opened": opened,
        "clicked": clicked,
    }


def _about_losses(sums: dict[str, int]) -> str:
    return gettext("%(opt_outs)s people opted out, %(bounced)s emails came back") % {
        "opt_outs": number(sums["opt_outs"]),
        "bounced": number(sums["bounced"]),
    }
