"""Who is told: added, changed, paused, removed; the secret, shown once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.doorbell import ring
from accounts.races import kept
from accounts.roles import Right, View, needs
from accounts.web import INVALID, SignedIn
from consent.views import tabs
from webhooks.forms import EndpointForm, RotateForm
from webhooks.models import Endpoint, Reading
from webhooks.tasks import deliver
from webhooks.vocabulary import EventType

COLUMNS = [
    {"label": gettext_lazy("Webhook")},
    {"label": gettext_lazy("Told when")},
    {"label": gettext_lazy("State")},
]


def find(pk: int) -> Endpoint:
    return get_object_or_404(Endpoint.objects.current(), pk=pk)


@needs(Right.SETTINGS)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    context = {
        "endpoints": Endpoint.objects.current().order_by("name"),
        "columns": COLUMNS,
        "tabs": tabs("webhooks:list", request.user),
    }
    return render(request, "webhooks/endpoint_list.html", context)


@needs(Right.SETTINGS)
@never_cache
@require_http_methods(["GET", "POST"])
def create(request: SignedIn) -> HttpResponse:
    """The answer to the POST is the only page that ever shows the secret."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = kept(form, lambda: _begin(request, form))
        if secret:
            return _show_secret(request, form.instance, secret)
    return _ask(request, form, None)


def _begin(request: SignedIn, form: EndpointForm) -> str:
    Reading.objects.begin()
    endpoint: Endpoint = form.instance
    return endpoint.begin(request.user)


def _show_secret(request: SignedIn, endpoint: Endpoint, secret: str) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": secret}
    return render(request, "webhooks/endpoint_secret.html", context, status=201)


@needs(Right.SETTINGS)
@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponse:
    endpoint = find(pk)
    form = EndpointForm(request.POST or None, instance=endpoint)
    valid = request.method == "POST" and form.is_valid()
    if valid and kept(form, lambda: _change(request, form)):
        messages.success(request, _("Saved “%(name)s”.") % {"name": endpoint})
        return redirect(endpoint)
    return _ask(request, form, find(pk))


def _change(request: SignedIn, form: EndpointForm) -> bool:
    endpoint: Endpoint = form.instance
    endpoint.change(request.user)
    return True


def _ask(
    request: SignedIn, form: EndpointForm, endpoint: Endpoint | None
) -> HttpResponse:
    context = {"form": form, "endpoint": endpoint}
    status = INVALID if form.is_bound else 200
    return render(request, "webhooks/endpoint_form.html", context, status=status)


@needs(Right.SETTINGS)
@never_cache
@require_http_methods(["GET", "POST"])
def rotate(request: SignedIn, pk: int) -> HttpResponse:
    """As with a new one, the secret is on the answer to the POST alone."""
    endpoint = find(pk)
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = endpoint.rotate(request.user, form.overlap)
        return _show_secret(request, endpoint, secret)
    context: dict[str, Any] = {"form": form, "endpoint": endpoint}
    status = INVALID if form.is_bound else 200
    return render(request, "webhooks/endpoint_rotate.html", context, status=status)


@needs(Right.SETTINGS)
@require_http_methods(["GET", "POST"])
def remove(request: SignedIn, pk: int) -> HttpResponse:
    endpoint = find(pk)
    if request.method == "POST":
        endpoint.remove(request.user)
        messages.success(
            request, _("“%(name)s” is told nothing any more.") % {"name": endpoint}
        )
        return redirect("webhooks:list")
    return render(request, "webhooks/endpoint_remove.html", {"endpoint": endpoint})


def acting(verb: Callable[[SignedIn, Endpoint], None]) -> View:
    """POST that does `verb` to one endpoint and comes back to its page."""

    @needs(Right.SETTINGS)
    @require_POST
    @wraps(verb)
    def view(request: SignedIn, pk: int) -> HttpResponse:
        endpoint = find(pk)
        verb(request, endpoint)
        return redirect(endpoint)

    return view


@acting
def pause(request: SignedIn, endpoint: Endpoint) -> None:
    if endpoint.pause(by=request.user):
        messages.success(
            request, _("Paused. What happens meanwhile is sent afterwards.")
        )


@acting
def resume(request: SignedIn, endpoint: Endpoint) -> None:
    if endpoint.resume(request.user):
        ring(deliver, endpoint.pk)
        messages.success(request, _("It is told again, first what waited."))


@acting
def test(request: SignedIn, endpoint: Endpoint) -> None:
    if endpoint.paused_at:
        messages.error(request, _("It is paused. Resume it first."))
        return
    endpoint.notices.create(kind=EventType.TEST)
    ring(deliver, endpoint.pk)
    messages.success(request, _("The test is on its way. The log shows the answer."))
