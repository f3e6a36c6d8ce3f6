"""Lists beside the audit: the rescue report, global blocks, complaints."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn, keys
from bounces import complaints, global_blocks, rejudging, rescue
from bounces.forms import GlobalBlocksForm
from bounces.models import Kept, ProviderList
from bounces.unbouncing import NotUnbounced

PAGE = 50


def heads(*labels: str) -> list[dict[str, Any]]:
    return [{"label": label} for label in labels]


@needs(Right.SEE_PEOPLE)
@require_safe
def rescued(request: SignedIn) -> HttpResponse:
    """Everybody blocked whose stored words mean something else today."""
    blocks = rescue.candidates()
    page = keyset(
        blocks.select_related("address__contact", "record"), request.GET, PAGE, FALLING
    )
    count = blocks.count()
    context = {
        "page": page,
        "rows": rescue.rows_of(page.rows),
        "count": count,
        "mailable": rescue.mailable(blocks).count() if count else 0,
        "groups": rescue.grouped(blocks) if count else [],
        "last": rejudging.last_done(),
        "kept": Kept.objects.standing().count(),
        "may_release": request.user.may(Right.UNBOUNCE),
        "may_judge": request.user.may(Right.SETTINGS),
        "columns": [
            {"select": True},
            *heads("Contact", "Was taken for", "Server said", "Is today", "Blocked"),
            {"label": "Action", "vh": True},
        ],
    }
    return render(request, "bounces/rescue.html", context)


@needs(Right.UNBOUNCE)
@require_POST
def release(request: SignedIn) -> HttpResponse:
    """One by its own button, those that are ticked, or everybody in the report."""
    asked = request.POST.getlist("only") or request.POST.getlist("id")
    chosen = keys(asked)
    everybody = request.POST.get("everybody") == "yes"
    if not chosen and not everybody:
        messages.warning(request, "Nobody was chosen. Tick those to be released.")
        return redirect("bounces:rescue")
    try:
        count = rescue.release(request.user, None if everybody else chosen)
    except NotUnbounced as problem:
        messages.error(request, str(problem))
        return redirect("bounces:rescue")
    messages.success(request, f"Released {count:,}. They can be mailed where they may.")
    return redirect("bounces:history" if count else "bounces:rescue")


@needs(Right.SETTINGS, reading=Right.SEE_PEOPLE)
@require_http_methods(["GET", "POST"])
def blocked(request: SignedIn) -> HttpResponse:
    """The list of global blocks; an administrator adds to it."""
    form = GlobalBlocksForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        found = form.cleaned_data
        new = global_blocks.add(found["addresses"], request.user, found["note"])
        messages.success(request, f"{new:,} added to the list of global blocks.")
        return redirect("bounces:global")
    asked = request.GET.get("q", "")[:100]
    rows = global_blocks.listed(asked)
    rows = rows.select_related("address__contact", "record__user")
    page = keyset(rows, request.GET, PAGE, FALLING)
    context = {
        "form": form,
        "page": page,
        "rows": [(one, global_blocks.source_of(one)) for one in page.rows],
        "asked": asked,
        "lists": ProviderList.objects.order_by("name"),
        "may_change": request.user.may(Right.SETTINGS),
        "columns": [
            *heads("Address", "From", "Why", "Since"),
            {"label": "Action", "vh": True},
        ],
    }
    status = INVALID if form.is_bound else 200
    return render(request, "bounces/global.html", context, status=status)


@needs(Right.SETTINGS)
@require_POST
def unblock(request: SignedIn, pk: int) -> HttpResponse:
    """Take one off the list of global blocks."""
    block = get_object_or_404(global_blocks.listed(), pk=pk)
    global_blocks.remove(block, request.user, "by an administrator")
    messages.success(request, f"{block.address} is off the list of global blocks.")
    return redirect("bounces:global")


@needs(Right.LOOK)
@require_safe
def complained(request: SignedIn) -> HttpResponse:
    """How many reported spam, for each provider that tells."""
    context = {
        "rows": complaints.by_provider(),
        "days": complaints.DAYS,
        "columns": [
            {"label": "Provider"},
            {"label": "Delivered", "num": True},
            {"label": "Complaints", "num": True},
            {"label": "Rate", "num": True},
            {"label": "Judgement"},
        ],
    }
    return render(request, "bounces/complaints.html", context)
