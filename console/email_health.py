"""Whether mailbox providers have reason to like our mail: the last month of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import Account
from accounts.numbers import number
from accounts.roles import Right, needs
from accounts.web import SignedIn
from bounces.complaints import providers_telling
from console.mail_rates import ENOUGH, HEADS, Rates
from console.mail_score import MOST_BEYOND_A_LIMIT, Score
from deliveries.days import SETTLING
from deliveries.late import GRACE
from deliveries.models import Day, Late

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WINDOW = dt.timedelta(days=30)
COLUMNS = [
    {"label": _("Provider")},
    *({"label": head, "num": True} for head in HEADS),
    {"label": _("Judgement")},
]
LATE_SHOWN = 20
LATE_COLUMNS = [
    {"label": _("Email")},
    {"label": _("Opted out")},
    {"label": _("Accepted")},
    {"label": _("Minutes after"), "num": True},
]
# (label, column of Day, tint)
ARRIVED = ((_("Delivered"), "delivered", "d1"), (_("Bounced"), "bounced", "d5"))
LOST = (
    (_("Hard bounces"), "hard", "d5"),
    (_("Unsubscribes"), "unsubscribed", "d4"),
    (_("Spam reports"), "complaints", "d3"),
)


@needs(Right.LOOK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    first, last = window()
    days = list(Day.objects.between(first, last))
    rates = Rates.of(days, providers_telling())
    context = {
        "first": first,
        "last": last,
        "rates": rates,
        "score": Score.of(rates.everybody),
        "most_beyond": MOST_BEYOND_A_LIMIT,
        "too_little": _too_little(rates.everybody.sums["sent"]),
        "columns": COLUMNS,
        "late": Late.objects.for_user(request.user).within(WINDOW)[:LATE_SHOWN],
        "late_columns": LATE_COLUMNS,
        "grace": GRACE // dt.timedelta(minutes=1),
        **_charts(days, first, last),
    }
    return render(request, "console/email_health.html", context)


def _too_little(sent: int) -> str:
    return gettext(
        "%(sent)s mails left in these days; from %(enough)s on they say something about"
        " who sends them. The last 48 hours count later."
    ) % {"sent": number(sent), "enough": ENOUGH}


def window() -> tuple[dt.date, dt.date]:
    """The first and the last whole day that count, in the account's calendar."""
    account, now = Account.current(), timezone.now()
    first = account.day_of(now - WINDOW) + dt.timedelta(days=1)
    return first, account.day_of(now - SETTLING) - dt.timedelta(days=1)


def _charts(days: Sequence[Day], first: dt.date, last: dt.date) -> dict[str, Any]:
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    sums: dict[dt.date, Counter[str]] = {date: Counter() for date in dates}
    for day in days:
        sums[day.day].update(
            {name: getattr(day, name) for _label, name, _tint in ARRIVED + LOST}
        )
    busy = sum(any(one.values()) for one in sums.values())
    total: Counter[str] = sum(sums.values(), Counter())
    return {
        "labels": [date_format(date, "SHORT_DAY_FORMAT") for date in dates],
        "arrived": _series(list(sums.values()), ARRIVED),
        "arrived_found": gettext(
            "%(delivered)s mails arrived on %(days)s days, %(bounced)s came back"
        )
        % {
            "delivered": number(total["delivered"]),
            "days": busy,
            "bounced": number(total["bounced"]),
        },
        "lost": _series(list(sums.values()), LOST),
        "lost_found": gettext("%(count)s times a mail cost a reader")
        % {"count": number(sum(total[name] for _label, name, _tint in LOST))},
    }


def _series(
    sums: list[Counter[str]], lines: tuple[tuple[StrOrPromise, str, str], ...]
) -> list[dict[str, Any]]:
    return [
        {"label": label, "values": [one[name] for one in sums], "tint": tint}
        for label, name, tint in lines
    ]
