"""The policy: how strict bounces are taken, and the table behind it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import AuditEntry
from accounts.web import INVALID, SignedIn
from bounces.categories import CATEGORIES
from bounces.forms import PolicyForm
from bounces.models import BouncePolicy
from bounces.shown import shown_as

COLUMNS = [
    {"label": "Category"},
    {"label": "Counted as"},
    {"label": "What is done to the address"},
    {"label": "Shown as"},
]


@require_http_methods(["GET", "POST"])
def edit(request: SignedIn) -> HttpResponse:
    """The switch, for administrators; the table, for everybody."""
    current = BouncePolicy.current()
    form = PolicyForm(request.POST or None, instance=current)
    if request.method == "POST" and not request.user.is_staff:
        raise PermissionDenied
    if form.is_valid():
        form.save()
        AuditEntry.objects.record(
            request.user, "changed the bounce policy", subject=str(current)
        )
        messages.success(request, "Saved. It holds for bounces from now on.")
        return redirect("bounces:policy")
    context = {
        "form": form,
        "may_change": request.user.is_staff,
        "columns": COLUMNS,
        "rows": [
            (key.replace("_", " "), found, shown_as(key).label)
            for key, found in CATEGORIES.items()
        ],
    }
    status = INVALID if form.is_bound else 200
    return render(request, "bounces/policy.html", context, status=status)
