"""How bounces are taken: the switch, the rules, and judging old ones anew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.models import AuditEntry
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from bounces import rejudging, rulebook
from bounces.categories import CATEGORIES
from bounces.forms import PolicyForm, RuleForm
from bounces.models import Bounce, BouncePolicy, RuleChange
from bounces.shown import shown_as

COLUMNS = [
    {"label": "Category"},
    {"label": "Counted as"},
    {"label": "What is done to the address"},
    {"label": "Shown as"},
]
RULE_COLUMNS = [
    {"label": "Rule"},
    {"label": "Looks for"},
    {"label": "Means"},
    {"label": "Source"},
    {"label": "Action", "vh": True},
]
COUNTED_TO = 1_000


@needs(Right.SETTINGS, reading=Right.LOOK)
@require_http_methods(["GET", "POST"])
def edit(request: SignedIn) -> HttpResponse:
    """The switch, for administrators; the table, for everybody."""
    current = BouncePolicy.current()
    form = PolicyForm(request.POST or None, instance=current)
    if form.is_valid():
        form.save()
        AuditEntry.objects.record(
            request.user,
            "changed the bounce policy",
            subject=str(current),
            detail={"pauses": current.pauses},
        )
        messages.success(request, "Saved. It holds for bounces from now on.")
        return redirect("bounces:policy")
    context = {
        "form": form,
        "may_change": request.user.may(Right.SETTINGS),
        "columns": COLUMNS,
        "rows": [
            (key, key.replace("_", " "), found, shown_as(key).label)
            for key, found in CATEGORIES.items()
        ],
        "changes": RuleChange.objects.count(),
        "last": rejudging.last_done(),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "bounces/policy.html", context, status=status)


@needs(Right.LOOK)
@require_safe
def rules(request: SignedIn) -> HttpResponse:
    """Every row of the tables, with its source and what was changed here."""
    category = request.GET.get("category", "")
    text = request.GET.get("q", "")
    category = category if category in CATEGORIES else ""
    context = {
        "rows": rulebook.rules(category, text),
        "category": category,
        "text": text,
        "columns": RULE_COLUMNS,
        "categories": [("", "Any category"), *choices()],
        "may_change": request.user.may(Right.SETTINGS),
    }
    return render(request, "bounces/rules.html", context)


def choices() -> list[tuple[str, str]]:
    return [(key, key.replace("_", " ").capitalize()) for key in CATEGORIES]


@needs(Right.SETTINGS, reading=Right.LOOK)
@require_http_methods(["GET", "POST"])
def rule(request: SignedIn, key: str) -> HttpResponse:
    """One row; an administrator may let it mean something else here."""
    found = rulebook.rule(key)
    if found is None:
        raise Http404
    form = RuleForm(request.POST or None, initial={"category": found.counts_as})
    if form.is_valid():
        chosen: dict[str, Any] = form.cleaned_data
        rulebook.change(found, chosen["category"], chosen["note"], request.user)
        messages.success(
            request,
            "Saved. It holds from now on; “Judge old bounces” does it for what is on"
            " file.",
        )
        return redirect("bounces:policy")
    judged = Bounce.objects.filter(rule=key)[: COUNTED_TO + 1].count()
    context = {
        "rule": found,
        "form": form,
        "judged": f"more than {COUNTED_TO:,}" if judged > COUNTED_TO else f"{judged:,}",
        "may_change": request.user.may(Right.SETTINGS),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "bounces/rule.html", context, status=status)


@needs(Right.SETTINGS)
@require_POST
def rejudge(request: SignedIn) -> HttpResponse:
    """Judge what is on file by the rules of today; its page shows how far it is."""
    rejudging.request(request.user)
    messages.success(request, "Old bounces are being judged. The bell shows how far.")
    return redirect("bounces:rescue")
