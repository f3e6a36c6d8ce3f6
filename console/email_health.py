"""Whether mailbox providers have reason to like our mail: the last month of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Account
from accounts.roles import Right, needs
from accounts.web import SignedIn
from bounces.complaints import providers_telling
from console.mail_rates import ENOUGH, MEASURES, Rates
from console.mail_score import MOST_BEYOND_A_LIMIT, Score
from deliveries.days import SETTLING
from deliveries.late import GRACE
from deliveries.models import Day, Late

WINDOW = dt.timedelta(days=30)
TOO_LITTLE = (
    f"{{sent:,}} mails left in these days; from {ENOUGH} on they say something about"
    " who sends them. The last 48 hours count later."
)
HEADS = ("Sent", "Opened", "Clicked", *(one.label for one in MEASURES))
COLUMNS = [
    {"label": "Provider"},
    *({"label": head, "num": True} for head in HEADS),
    {"label": "Judgement"},
]
LATE_SHOWN = 20
LATE_COLUMNS = [
    {"label": "Email"},
    {"label": "Opted out"},
    {"label": "Accepted"},
    {"label": "Minutes after", "num": True},
]
# (label, column of Day, tint)
ARRIVED = (("Delivered", "delivered", "d1"), ("Bounced", "bounced", "d5"))
LOST = (
    ("Hard bounces", "hard", "d5"),
    ("Unsubscribes", "unsubscribed", "d4"),
    ("Spam reports", "complaints", "d3"),
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
        "too_little": TOO_LITTLE.format(sent=rates.everybody.sums["sent"]),
        "columns": COLUMNS,
        "late": Late.objects.for_user(request.user).within(WINDOW)[:LATE_SHOWN],
        "late_columns": LATE_COLUMNS,
        "grace": GRACE // dt.timedelta(minutes=1),
        **_charts(days, first, last),
    }
    return render(request, "console/email_health.html", context)


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
            {name: getattr(day, name) for _, name, _ in ARRIVED + LOST}
        )
    busy = sum(any(one.values()) for one in sums.values())
    total: Counter[str] = sum(sums.values(), Counter())
    return {
        "labels": [f"{date.day} {date:%b}" for date in dates],
        "arrived": _series(list(sums.values()), ARRIVED),
        "arrived_found": (
            f"{total['delivered']:,} mails arrived on {busy} days,"
            f" {total['bounced']:,} came back"
        ),
        "lost": _series(list(sums.values()), LOST),
        "lost_found": (
            f"{total['hard'] + total['unsubscribed'] + total['complaints']:,} times a"
            " mail cost a reader"
        ),
    }


def _series(
    sums: list[Counter[str]], lines: tuple[tuple[str, str, str], ...]
) -> list[dict[str, Any]]:
    return [
        {"label": label, "values": [one[name] for one in sums], "tint": tint}
        for label, name, tint in lines
    ]
