"""Settings: the mail servers and providers that mail leaves by. For administrators."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.doorbell import ring
from accounts.models import AuditEntry
from accounts.races import kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from consent.views import tabs
from deliveries.models import Relay, SendingDomain
from deliveries.server_forms import ServerForm
from deliveries.settings_views import CHECK
from deliveries.transports.table import KINDS, PROVIDERS, SHARED, SMTP, is_told
from deliveries.trying import try_out

COLUMNS = [
    {"label": gettext_lazy("Mail server")},
    {"label": gettext_lazy("Where")},
    {"label": gettext_lazy("Share"), "class": "num"},
    {"label": gettext_lazy("At most")},
    {"label": gettext_lazy("State")},
]


@needs(Right.SETTINGS)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    context = {
        "relays": Relay.objects.in_order(),
        "kinds": KINDS,
        "columns": COLUMNS,
        "tabs": tabs("deliveries:relays", request.user),
    }
    return render(request, "deliveries/relay_list.html", context)


@needs(Right.SETTINGS)
@require_http_methods(["GET", "POST"])
def add(request: SignedIn) -> HttpResponse:
    kind = request.GET.get("kind", SMTP)
    if kind not in dict(KINDS):
        raise Http404
    return _ask(request, ServerForm(kind, request.POST or None), "added")


@needs(Right.SETTINGS)
@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponse:
    relay = get_object_or_404(Relay, pk=pk)
    form = ServerForm(relay.kind, request.POST or None, instance=relay)
    return _ask(request, form, "changed")


def _ask(request: SignedIn, form: ServerForm, done: str) -> HttpResponse:
    valid = request.method == "POST" and form.is_valid()
    if valid and (relay := kept(form, form.save)):
        _note(request, relay, f"{done} mail server")
        _check_domains()
        messages.success(
            request,
            _("Saved %(relay)s. It counts within twenty seconds.") % {"relay": relay},
        )
        return redirect(relay)
    shown = Relay.objects.filter(pk=form.instance.pk).first()
    context = {
        "form": form,
        "relay": shown,
        "kind": dict(KINDS)[form.kind],
        "hook": _hook(form.kind),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "deliveries/relay_form.html", context, status=status)


def _check_domains() -> None:
    """By what their mail leaves decides what their records have to say."""
    SendingDomain.objects.want_check()
    ring(CHECK)


def _hook(kind: str) -> dict[str, Any] | None:
    """Where a provider tells what became of its mail, and whether anybody listens."""
    if kind == SMTP:
        return None
    proof = PROVIDERS[kind].proof
    scheme, _, host = settings.BASE_URL.partition("://")
    who = "NAME:PASSWORD@" if proof == SHARED else ""
    url = f"{scheme}://{who}{host}{reverse('bounces:hook', args=[kind])}"
    return {"url": url, "key": proof, "is_told": is_told(kind), "is_shared": bool(who)}


def _note(request: SignedIn, relay: Relay, verb: str) -> None:
    AuditEntry.objects.record(request.user, verb, subject=str(relay))


@needs(Right.SETTINGS)
@require_POST
def test(request: SignedIn, pk: int) -> HttpResponse:
    """A few words to whoever asks, now, by this one alone."""
    relay = get_object_or_404(Relay, pk=pk)
    taken, said = try_out(relay, request.user.email)
    _note(request, relay, "tried mail server")
    if taken:
        messages.success(
            request,
            _("Look into %(address)s. %(said)s")
            % {"address": request.user.email, "said": said},
        )
    else:
        messages.error(request, _("The test was not sent. %(said)s") % {"said": said})
    return redirect(relay)


@needs(Right.SETTINGS)
@require_POST
def remove(request: SignedIn, pk: int) -> HttpResponse:
    relay = get_object_or_404(Relay.objects.exclude(host=""), pk=pk)
    _note(request, relay, "removed mail server")
    relay.delete()
    _check_domains()
    messages.success(
        request,
        _("Removed %(relay)s. Nothing leaves by it any more.") % {"relay": relay},
    )
    return redirect("deliveries:relays")
