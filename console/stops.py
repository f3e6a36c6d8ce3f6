"""One stop of sending: why, what waits for it, and letting it go on with a reason.

The stop of everything has its own page, an incident and a campaign lift theirs.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.doorbell import ring
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from deliveries.models import Delivery, DeliveryState, Hold, HoldKind
from deliveries.providers import LABELS
from deliveries.queue import SEND_DUE

COUNTED_TO = 100_000


class LiftForm(forms.Form):
    reason = forms.CharField(
        label="Why may it go on?",
        max_length=300,
        help_text="For the log: what was looked at, and what is better now.",
        error_messages={"required": "Write down why, for whoever asks later."},
    )


@needs(Right.SEND)
@require_http_methods(["GET", "POST"])
def lift(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for the reason, then let these mails leave again."""
    kept = Hold.objects.active().exclude(kind=HoldKind.EVERYTHING)
    hold = get_object_or_404(kept.select_related("message", "created_by"), pk=pk)
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        hold.lift(request.user, form.cleaned_data["reason"])
        ring(SEND_DUE)
        messages.success(request, f"Mails of {name_of(hold)} leave again.")
        return redirect("console:overview")
    context: dict[str, Any] = {
        "form": form,
        "hold": hold,
        "name": name_of(hold),
        "waiting": waiting(hold),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "console/lift.html", context, status=status)


def name_of(hold: Hold) -> str:
    """What is stopped, as people call it."""
    return LABELS.get(hold.value, hold.value) or str(hold.message)


def waiting(hold: Hold) -> str:
    """How many mails wait for this stop alone or with another one; "" where that is
    not counted."""
    queued = Delivery.objects.filter(state=DeliveryState.QUEUED)
    where: dict[str, dict[str, Any]] = {
        HoldKind.MESSAGE: {"message": hold.message},
        HoldKind.PROVIDER: {"provider": hold.value},
        HoldKind.DOMAIN: {"address__domain": hold.value},
    }
    if hold.kind not in where:
        return ""
    count = queued.filter(**where[hold.kind])[: COUNTED_TO + 1].count()
    return f"more than {COUNTED_TO:,}" if count > COUNTED_TO else f"{count:,}"
