"""Incidents: what a provider or domain holds against us, and saying it is solved."""

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
from accounts.web import INVALID, SignedIn
from bounces import audit, incidents
from bounces.categories import CATEGORIES
from bounces.forms import SolvedForm
from bounces.locks import ADVICE
from bounces.models import Incident
from bounces.shown import shown_as
from bounces.views.tabs import tabs
from deliveries.models import Message

PAGE = 50
SENDS_SHOWN = 20
COLUMNS: list[dict[str, Any]] = [
    {"label": "Where"},
    {"label": "What"},
    {"label": "Refusals", "num": True},
    {"label": "People", "num": True},
    {"label": "Since"},
    {"label": "Last"},
    {"label": "State"},
]


@needs(Right.LOOK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    page = keyset(
        incidents.counted().select_related("hold"), request.GET, PAGE, FALLING
    )
    context = {
        "page": page,
        "rows": [described(one) for one in page.rows],
        "columns": COLUMNS,
        "tabs": tabs("incidents", audit.counts()),
    }
    return render(request, "bounces/incidents.html", context)


def described(incident: Incident) -> dict[str, Any]:
    state = "held" if incident.is_held else "open"
    return {
        "incident": incident,
        "place": incidents.place_label(incident),
        "meaning": CATEGORIES[incident.category].meaning,
        "state": "solved" if incident.solved_at else state,
    }


@needs(Right.UNBOUNCE, reading=Right.SEE_PEOPLE, every_brand=True)
@require_http_methods(["GET", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One incident; POST says that it is solved."""
    incident = get_object_or_404(
        incidents.counted().select_related("hold__created_by", "solved_by"), pk=pk
    )
    form = SolvedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        words = form.cleaned_data["solution"]
        done = incidents.solve(incident, request.user, words)
        messages.success(request, f"Solved. {incidents.freed(done)}")
        return redirect(incident)
    sends = Message.objects.filter(
        request.user.within("brand"), pk__in=incident.bounces.values("message")
    )
    context = {
        **described(incident),
        "form": form,
        "advice": ADVICE[shown_as(incident.category)],
        "sends": sends.order_by("-pk")[:SENDS_SHOWN],
        "waiting": incidents.waiting(incident).count(),
        "freed": incidents.freed(incident),
        "besides": incidents.stopped_besides(incident),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "bounces/incident.html", context, status=status)


@needs(Right.SEND, every_brand=True)
@require_POST
def pause(request: SignedIn, pk: int) -> HttpResponse:
    incident = get_object_or_404(Incident.objects.open(), pk=pk)
    place = incidents.place_label(incident)
    if incidents.pause(incident, request.user):
        messages.success(request, f"Sending to {place} waits until this is solved.")
    else:
        messages.warning(request, "Somebody solved it just now: nothing was stopped.")
    return redirect(incident)
