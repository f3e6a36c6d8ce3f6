"""Who gets it, in numbers: the review page, and the names behind each reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import Account
from accounts.paging import keyset
from accounts.roles import Right, needs
from accounts.web import SignedIn
from campaigns.approving import unapproved
from campaigns.audience import Funnel, funnel, is_large, people_with
from campaigns.departures import Leaving, leaving
from campaigns.forms.settings import LaunchForm, ScheduleForm, TestForm
from campaigns.missing import missing_values, without_fallback
from campaigns.models import MarketingEmail
from campaigns.preview import in_the_inbox
from campaigns.readiness import complaints, obstacles
from campaigns.report import reason_label, reason_sentence
from campaigns.shares import by_language, left_with_nothing, shares
from campaigns.views.request import find, writing_tabs
from deliveries.entrances import server_problems

NAMES = 50
COLUMNS = [
    {"label": _("Contact")},
    {"label": _("Company")},
    {"label": _("Emails"), "num": True},
]


def numbers_of(
    request: SignedIn, email: MarketingEmail, *, wanted: bool = False
) -> dict[str, Any]:
    """The funnel; for a large audience it comes after the page, which asks for it.

    Without script the page has a link (?count) that waits for the numbers.
    """
    now = wanted or "count" in request.GET or request.htmx
    if not now and is_large(email):
        return {"counting": True, "rows": []}
    numbers = funnel(email)
    return {"funnel": numbers, "rows": funnel_rows(email, numbers)}


def part(request: SignedIn, page: str) -> str:
    """The page, or only its numbers where it asks for them itself."""
    return f"{page}#numbers" if request.htmx else page


def funnel_rows(email: MarketingEmail, numbers: Funnel) -> list[dict[str, Any]]:
    """The funnel as rows that add up, each reason leading to the names."""
    segments = email.include.count()
    rows: list[dict[str, Any]] = [
        {
            "label": f"In {segments} segment{'' if segments == 1 else 's'}",
            "count": numbers.in_segments,
        },
        {"label": "In more than one", "count": numbers.duplicates, "kind": "in"},
        {"label": "People", "count": numbers.everybody},
    ]
    if numbers.singles:
        rows[1]["label"] = "More than once among these"
        rows.insert(1, {"label": "Single contacts", "count": numbers.singles})
    for reason, count in numbers.reasons.items():
        names = reverse("campaigns:names", args=[email.pk, reason])
        label = f"Not sent: {reason_label(reason).lower()}"
        rows.append({"label": label, "count": count, "url": names, "kind": "in"})
    everybody = reverse("campaigns:names", args=[email.pk, "nothing"])
    rows.append(
        {
            "label": "Will get it",
            "count": numbers.will_get,
            "url": everybody if numbers.will_get else "",
            "kind": "tot",
        }
    )
    return rows


@needs(Right.SEE_PEOPLE)
@require_safe
def names(request: SignedIn, pk: int, reason: str) -> HttpResponse:
    """The people behind one number of the funnel; "nothing": those who get it."""
    email = find(pk)
    key = "" if reason == "nothing" else reason
    page = keyset(people_with(email, key), request.GET, NAMES)
    context = {
        "email": email,
        "people": page.rows,
        "page": page,
        "columns": COLUMNS,
        "label": reason_label(key) if key else gettext("Will get it"),
        "sentence": reason_sentence(key)
        if key
        else gettext("Nothing speaks against it."),
    }
    return render(request, "campaigns/marketingemail_names.html", context)


@needs(Right.SEND)
@require_safe
def lacking(request: SignedIn, pk: int) -> HttpResponse:
    """For the editor: how many of its people lack what the tokens stand for."""
    found = missing_values(find(pk))
    return render(request, "campaigns/_missing.html", {"missing": found})


@needs(Right.SEND)
@require_safe
def review(request: SignedIn, pk: int) -> HttpResponse:
    email = find(pk)
    if not email.is_draft:
        return redirect(email)
    if email.group:
        return redirect(email.owner_url)
    return show_review(request, email)


def show_review(
    request: SignedIn,
    email: MarketingEmail,
    *,
    form: LaunchForm | None = None,
    moved: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The last page before sending. `form`: what was pressed and cannot be done;
    `moved`: because the number that it names is not the number any more."""
    prefetch_related_objects([email], "include", "exclude", "singles")
    numbers = numbers_of(request, email, wanted=status != 200)
    missing = [] if "counting" in numbers else missing_values(email)
    leaves = Leaving() if "counting" in numbers else leaving(email)
    checks = [*server_problems(), *complaints(email)]
    context = {
        "email": email,
        "inbox": in_the_inbox(email),
        **numbers,
        **_ways_to_send(numbers.get("funnel", Funnel()), leaves, form, moved=moved),
        "missing": missing,
        "shares": [] if "counting" in numbers else shares(email),
        "by_language": [] if "counting" in numbers else by_language(email),
        "departures": leaves.rows,
        "obstacles": [
            *obstacles(email, checks),
            *without_fallback(missing),
            *([] if "counting" in numbers else left_with_nothing(email)),
            *unapproved(email),
        ],
        "checks": checks,
        "test": TestForm(initial={"address": request.user.email}),
        "moved_from": form.seen if form and moved else None,
        "now": timezone.now(),
        "tabs": writing_tabs(email, "review"),
    }
    page = "campaigns/marketingemail_review.html"
    return render(request, part(request, page), context, status=status)


def _ways_to_send(
    numbers: Funnel, leaves: Leaving, form: LaunchForm | None, *, moved: bool
) -> dict[str, LaunchForm]:
    """The two forms; what was entered stays."""
    account = Account.current()
    first: dict[str, Any] = {
        "date": account.today() + dt.timedelta(days=1),
        "time": dt.time(9),
        "zone": account.time_zone,
    }
    if isinstance(form, ScheduleForm):
        first |= form.kept()
    ways: dict[str, LaunchForm] = {
        "launch": LaunchForm(people=numbers.will_get),
        "schedule": ScheduleForm(people=numbers.will_get, initial=first),
    }
    if form and not moved:
        ways["schedule" if isinstance(form, ScheduleForm) else "launch"] = form
    if leaves.ends:
        ways["launch"].tell(leaves.ends)
    return ways
