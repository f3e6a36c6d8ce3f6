"""Blocks that somebody looked at and kept, beside the rescue report."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import SignedIn, keys
from bounces import keeping
from bounces.categories import CATEGORIES
from bounces.models import Kept
from bounces.unbouncing import NotUnbounced

PAGE = 50
COLUMNS: list[dict[str, Any]] = [
    {"label": "Contact"},
    {"label": "Is today"},
    {"label": "Kept by"},
    {"label": "When"},
    {"label": "Action", "vh": True},
]


@needs(Right.SEE_PEOPLE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    found = Kept.objects.standing().select_related("block__address__contact", "user")
    page = keyset(found, request.GET, PAGE, FALLING)
    context = {
        "page": page,
        "rows": [(one, CATEGORIES[one.category].meaning) for one in page.rows],
        "may_change": request.user.may(Right.UNBOUNCE),
        "columns": COLUMNS,
    }
    return render(request, "bounces/kept.html", context)


@needs(Right.UNBOUNCE)
@require_POST
def keep(request: SignedIn) -> HttpResponse:
    """One by its own button, or those that are ticked."""
    chosen = keys(request.POST.getlist("only") or request.POST.getlist("id"))
    if not chosen:
        messages.warning(request, "Nobody was chosen. Tick those to be kept blocked.")
        return redirect("bounces:rescue")
    try:
        count = keeping.keep(request.user, chosen)
    except NotUnbounced as problem:
        messages.error(request, str(problem))
    else:
        messages.success(
            request, f"Kept {count:,} blocked. The report leaves them out."
        )
    return redirect("bounces:rescue")


@needs(Right.UNBOUNCE)
@require_POST
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    kept = get_object_or_404(Kept.objects.select_related("block__address"), pk=pk)
    try:
        keeping.take_back(kept, request.user)
    except NotUnbounced as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{kept.block.address} is in the report again.")
    return redirect("bounces:kept")
