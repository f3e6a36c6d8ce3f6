"""How it went: the figures, the people behind each, and what was sent."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from accounts.paging import keyset
from accounts.roles import Right, needs
from accounts.web import SignedIn
from campaigns import clickmap, comparison, figures, report
from campaigns import export as files
from campaigns import people as rows
from campaigns.audience import is_large
from campaigns.departures import last_moment, leaving, next_moment
from campaigns.knowing import KNOWN, known, unknown
from campaigns.models import EmailState, MarketingEmail
from campaigns.report import BY_KEY, Group
from campaigns.views.request import find, note, report_tabs
from deliveries.room import snapshot

PEOPLE = 50
COLUMNS = [{"label": "Contact"}, {"label": "What became of it"}, {"label": "When"}]
LINK_COLUMNS = [
    {"label": "Link"},
    {"label": "People", "num": True},
    {"label": "Not certain", "num": True},
    {"label": "Machines", "num": True},
]
LANGUAGE_COLUMNS = [
    {"label": "Language"},
    {"label": "Sent", "num": True},
    {"label": "Delivered", "num": True},
    {"label": "Opened", "num": True},
    {"label": "Clicked", "num": True},
]
COMPARED_COLUMNS = [
    {"label": "Email"},
    {"label": "Delivered", "num": True},
    {"label": "Opened", "num": True},
    {"label": "Clicked", "num": True},
    {"label": "Contacts lost", "num": True},
]
PLACE_COLUMNS = [
    {"label": "Where"},
    {"label": "Delivered", "num": True},
    {"label": "Bounced", "num": True},
    {"label": "Opened", "num": True},
    {"label": "Clicked", "num": True},
    {"label": "Contacts lost", "num": True},
]

# the strip of figures; the other groups are reached from the numbers below it
STRIP = [
    "intended",
    "sent",
    "delivered",
    "opened",
    "clicked",
    "bounced",
    "unsubscribed",
    "spam",
    "not_sent",
]


@needs(Right.LOOK)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    email = find(pk)
    if email.is_draft:
        return redirect(email)
    page = "campaigns/marketingemail_detail.html"
    if request.htmx:
        page += "#figures"
    context = _figures(email)
    if email.state == EmailState.SCHEDULED and not request.htmx:
        now = "count" in request.GET or not is_large(email)
        context |= _departures(email) if now else {"counting": True}
    if not request.htmx:
        context |= clickmap.frame(email, context["links"], request.GET.get("map", ""))
    response = render(request, page, context)
    if request.htmx and not _is_live(email):
        response["HX-Refresh"] = "true"
    return response


@needs(Right.LOOK)
@require_safe
def departures(request: SignedIn, pk: int) -> HttpResponse:
    """For the page of a scheduled email to very many people, which asks for it."""
    email = find(pk)
    if email.state != EmailState.SCHEDULED:
        return redirect(email)
    page = "campaigns/marketingemail_detail.html#departures"
    return render(request, page, {"email": email, **_departures(email)})


def _departures(email: MarketingEmail) -> dict[str, Any]:
    """How many leave when, and the last."""
    leaves = leaving(email, email.scheduled_at)
    return {
        "departures": leaves.rows,
        "departing": leaves.people,
        "last_at": leaves.ends[email.spread_hours],
    }


def _is_live(email: MarketingEmail) -> bool:
    return email.state in {
        EmailState.SCHEDULED,
        EmailState.PREPARING,
        EmailState.SENDING,
    }


def _figures(email: MarketingEmail) -> dict[str, Any]:
    counts = figures.of(email)
    handled = counts["intended"] - counts["pending"]
    compared = comparison.rows(email, counts)
    return {
        "email": email,
        "counts": counts,
        "strip": _strip(email, counts, ""),
        "unknown": unknown(email, counts),
        "opens_known": known(email, counts, "opened"),
        "clicks_known": known(email, counts, "clicked"),
        "percent": 100 * handled // counts["intended"] if counts["intended"] else 0,
        "handled": handled,
        "live": _is_live(email),
        "next_at": _next_at(email),
        "last_at": last_moment(email, counts["pending"]),
        "adds_up": _adds_up(email, counts),
        "counted_at": figures.kept_since(email),
        "clicks": _clicks(counts),
        "reasons": _reason_bars(email, "not_sent", "", counts["reasons"]),
        "lost": _reason_bars(email, "lost", "", counts["lost_by"]),
        "lost_url": _people_url(email, group="lost"),
        "compared": compared,
        "compared_columns": COMPARED_COLUMNS,
        "findings": comparison.told(email, compared),
        "by_language": counts.get("by_language", []),
        "language_columns": LANGUAGE_COLUMNS,
        "links": report.links(email, counts["clickers"]),
        "link_columns": LINK_COLUMNS,
        "places": _places(counts),
        "place_columns": PLACE_COLUMNS,
        "curve": report.curve(email, counts),
        "zone": timezone.get_current_timezone(),
        "tabs": report_tabs(email, "detail"),
    }


def _places(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Tables of where the mail went; figures kept from before know none."""
    tables = [("Provider", "by_provider"), ("Domain", "by_domain")]
    found = [{"what": what, "rows": counts.get(key, [])} for what, key in tables]
    return [one for one in found if one["rows"]]


def _next_at(email: MarketingEmail) -> dt.datetime | None:
    """Of an email that is counted for every look."""
    is_small = not figures.kept_since(email)
    return (
        next_moment(email) if is_small and email.state == EmailState.SENDING else None
    )


def _people_url(email: MarketingEmail, **query: str) -> str:
    home = reverse("campaigns:people", args=[email.pk])
    kept = {key: value for key, value in query.items() if value}
    return f"{home}?{urlencode(kept)}" if kept else home


def _strip(
    email: MarketingEmail, counts: dict[str, int], current: str
) -> list[dict[str, Any]]:
    keys = list(STRIP)
    if email.is_reengagement:
        keys.insert(keys.index("bounced"), "confirmed")
    for key in KNOWN:
        if counts["delivered"] and not known(email, counts, key):
            keys.remove(key)
    is_fresh = report.is_provisional(email)
    return [
        {
            **report.rate(counts, BY_KEY[key], provisional=is_fresh),
            "url": _people_url(email, group=key),
            "current": key == current,
            "id": f"group-{key}",
        }
        for key in keys
    ]


def _adds_up(email: MarketingEmail, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Intended, taken apart into what became of everybody."""
    rows = [{"label": "Intended", "count": counts["intended"]}]
    for key in ("delivered", "bounced", "uncertain", "pending", "not_sent"):
        if counts[key] or key in {"delivered", "bounced", "not_sent"}:
            rows.append(
                {
                    "label": BY_KEY[key].label,
                    "count": counts[key],
                    "url": _people_url(email, group=key),
                    "kind": "in",
                }
            )
    return rows


def _clicks(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """People by who was behind their clicks."""
    return [
        {"label": "By a person", "count": counts["clicked"], "tint": "d2"},
        {"label": "Not certain", "count": counts["unverified"], "tint": "d3"},
        {"label": "By a machine", "count": counts["machines"], "tint": "d6"},
    ]


def _reason_bars(
    email: MarketingEmail, group: str, current: str, reasons: Iterable[Any]
) -> list[dict[str, Any]]:
    return [
        {
            "label": report.reason_label(key),
            "count": count,
            "url": _people_url(email, group=group, reason=key or "unjudged"),
            "current": (key or "unjudged") == current,
            "tint": "d3",
        }
        for key, count in reasons
    ]


@needs(Right.SEE_PEOPLE)
@require_safe
def people(request: SignedIn, pk: int) -> HttpResponse:
    email = find(pk)
    if email.is_draft:
        return redirect(email)
    group, reason = _asked(request)
    query = request.GET.get("q", "").strip()
    with snapshot():
        counts = figures.groups(email)
        found = rows.people(email, group, reason, query)
        if not counts[group.key]:  # looking for nobody takes longest
            found = found.none()
        page = keyset(found, request.GET, PEOPLE)
        reasons = report.reasons(email, group.key)
    bars = _reason_bars(email, group.key, reason, reasons)
    context = {
        "email": email,
        "group": group,
        "reason": reason,
        "reason_label": report.reason_label(reason) if reason else "",
        "q": query,
        "count": counts[group.key],
        "strip": _strip(email, counts, group.key),
        "unknown": unknown(email, counts) if group.key in KNOWN else "",
        "bars": bars,
        "page": page,
        "rows": [rows.row(one) for one in page.rows],
        "again": rows.for_another_try(email, group).count(),
        "columns": COLUMNS,
        "zone": timezone.get_current_timezone(),
        "export": reverse("campaigns:export", args=[pk]) + "?" + _kept(group, reason),
        "tabs": report_tabs(email, "people"),
        "live": _is_live(email),
        "poll": _poll(request, email, rows.how_many(counts, reasons, group, reason)),
    }
    return render(request, "campaigns/marketingemail_people.html", context)


def _poll(request: SignedIn, email: MarketingEmail, seen: int, told: int = 0) -> str:
    """Where a list that is looked at asks what is new in its group since it was drawn;
    `told`: the news it has told already."""
    asked = request.GET.copy()
    asked.update({"seen": str(seen), "told": str(told)})
    for name in ("seen", "told"):
        asked[name] = asked.getlist(name)[-1]
    return f"{reverse('campaigns:news', args=[email.pk])}?{asked.urlencode()}"


@needs(Right.SEE_PEOPLE)
@require_safe
def news(request: SignedIn, pk: int) -> HttpResponse:
    """What is new in a group since its list was drawn: the numbers above it, and how
    many more are in it, told once."""
    email = find(pk)
    group, reason = _asked(request)
    seen, told = (_number(request.GET.get(name, "")) for name in ("seen", "told"))
    with snapshot():
        counts = figures.groups(email)
        reasons = report.reasons(email, group.key) if reason else []
    more = rows.how_many(counts, reasons, group, reason) - seen
    shown = {"group": group.key, "reason": reason, "q": request.GET.get("q", "")}
    context = {
        "email": email,
        "strip": _strip(email, counts, group.key),
        "live": _is_live(email),
        "poll": _poll(request, email, seen, more),
        "more": more,
        "fewer": -more,
        "is_new": more != told,
        "show": _people_url(email, **shown),
    }
    return render(request, "campaigns/marketingemail_people.html#news", context)


def _number(words: str) -> int:
    """A whole number of the address; 0 for anything else."""
    return int(words) if re.fullmatch(r"-?\d{1,9}", words) else 0


def _kept(group: Group, reason: str) -> str:
    return urlencode({"group": group.key, "reason": reason})


# of the column; what is longer is nobody's reason, and no name for a segment
LONGEST_REASON = 24


def _asked(request: SignedIn) -> tuple[Group, str]:
    """The group and reason of the address; 404 for a group that is none."""
    words = request.POST if request.method == "POST" else request.GET
    key = words.get("group", "intended")
    if key not in BY_KEY:
        raise Http404
    return BY_KEY[key], words.get("reason", "")[:LONGEST_REASON]


@needs(Right.EXPORT)
@require_safe
def export(request: SignedIn, pk: int) -> HttpResponseBase:
    """The people of a group as a CSV file, written while it is read."""
    email = find(pk)
    group, reason = _asked(request)
    note(request, f"exported recipients ({group.label.lower()}) of email", email)
    lines = files.lines(rows.people(email, group, reason, ""))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{slugify(email.name) or 'email'}-{group.key}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs(Right.EDIT)
@require_POST
def segment(request: SignedIn, pk: int) -> HttpResponse:
    """A static segment of the people of a group."""
    email = find(pk)
    group, reason = _asked(request)
    made = rows.make_segment(email, group, reason, request.user)
    note(request, "made a segment from recipients of email", email)
    messages.success(request, f"Made the segment “{made}” with {made.size} contacts.")
    return redirect(made)


@needs(Right.SEND)
@require_POST
def again(request: SignedIn, pk: int) -> HttpResponse:
    """A draft for those of a group whom no mail has reached."""
    email = find(pk)
    group, _ = _asked(request)
    if not rows.for_another_try(email, group).exists():
        messages.warning(request, "There is nobody to whom it could be sent again.")
        return redirect(_people_url(email, group=group.key))
    copy = rows.send_again(email, group, request.user)
    note(request, "began to send again email", email)
    messages.success(request, f"“{copy}” is a draft for these people. Look, then send.")
    return redirect("campaigns:review", copy.pk)


@needs(Right.LOOK)
@require_safe
def shown(request: SignedIn, pk: int) -> HttpResponse:
    """The content as it was sent."""
    email = find(pk)
    if email.is_draft:
        return redirect(email)
    context = {
        "email": email,
        "zone": timezone.get_current_timezone(),
        "tabs": report_tabs(email, "shown"),
    }
    return render(request, "campaigns/marketingemail_shown.html", context)
