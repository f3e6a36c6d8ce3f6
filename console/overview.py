"""The first page: is the list healthy, what needs me today, what runs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.doorbell import ring
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from campaigns.models import EmailState, MarketingEmail
from console import health, todo
from console.trend import trend
from contacts.models import Contact
from deliveries.models import Hold, HoldKind, Journal
from deliveries.queue import SEND_DUE
from reengagement.models import Campaign

UNDER_WAY = (EmailState.SCHEDULED, EmailState.PREPARING, EmailState.SENDING)
SHOWN = 6


class StopForm(forms.Form):
    """Why all sending stops, or goes on."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=300,
        help_text=_("Everybody who looks sees it, with your name and the time."),
    )


@needs(Right.LOOK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    emails = MarketingEmail.objects.for_user(request.user)
    emails = emails.select_related("subscription_type")
    campaigns = Campaign.objects.for_user(request.user).live()
    return render(
        request,
        "console/overview.html",
        {
            "stops": _stops(),
            "tasks": todo.tasks(request.user),
            "steps": todo.first_steps(request.user),
            "trend": trend(),
            "health": _health(asked="count" in request.GET),
            "campaigns": campaigns.with_counts().order_by("-pk")[:SHOWN],
            "running": emails.filter(state__in=UNDER_WAY).with_progress()[:SHOWN],
            "sent": emails.filter(state=EmailState.SENT).order_by("-pk")[:SHOWN],
        },
    )


@needs(Right.LOOK)
@require_safe
def numbers(request: SignedIn) -> HttpResponse:
    """The strip of numbers alone, for a page that came without it."""
    return render(
        request,
        "console/overview.html#numbers",
        {"health": health.known() or health.count()},
    )


@needs(Right.SEND, every_brand=True)
def stop(request: SignedIn) -> HttpResponse:
    """Ask for the reason, then stop everything that leaves."""
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        Hold.objects.stop_everything(request.user, form.cleaned_data["reason"])
        messages.success(
            request, gettext("All sending is stopped. What was on its way is out.")
        )
        return redirect("console:overview")
    return _ask(request, form, stopping=True)


@needs(Right.SEND, every_brand=True)
def go_on(request: SignedIn) -> HttpResponse:
    """Ask for the reason, then let mails leave again."""
    holds = _stops()
    if not holds:
        messages.info(request, gettext("Sending is not stopped."))
        return redirect("console:overview")
    is_restored = Journal.objects.filter(hold__in=holds).exists()
    if is_restored and not request.user.may(Right.SETTINGS):
        messages.error(
            request, gettext("After a restore only an administrator goes on.")
        )
        return redirect("console:overview")
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        for hold in holds:
            hold.lift(request.user, form.cleaned_data["reason"])
        ring(SEND_DUE)
        messages.success(request, gettext("Mails leave again."))
        return redirect("console:overview")
    return _ask(request, form, stopping=False)


def _ask(request: SignedIn, form: StopForm, *, stopping: bool) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "stopping": stopping, "stops": _stops()}
    status = INVALID if form.errors else 200
    return render(request, "console/stop.html", context, status=status)


def _stops() -> list[Hold]:
    """Why nothing leaves now, where that is so."""
    stops = Hold.objects.active().filter(kind=HoldKind.EVERYTHING)
    return list(stops.select_related("created_by").order_by("pk"))


def _health(*, asked: bool) -> health.Health | None:
    """The numbers, when they are known, quickly counted, or asked for."""
    return health.known() or (
        health.count() if asked or Contact.objects.total()[1] else None
    )
