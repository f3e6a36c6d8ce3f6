"""What an endpoint was told, what it answered, and telling it again."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.doorbell import ring
from accounts.numbers import number
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from webhooks.bodies import bodies
from webhooks.forms import AgainForm, LogForm
from webhooks.models import Notice
from webhooks.tasks import deliver
from webhooks.views.endpoints import find

PAGE = 50
COLUMNS = [
    {"label": gettext_lazy("Event")},
    {"label": gettext_lazy("State")},
    {"label": gettext_lazy("Last answer")},
    {"label": gettext_lazy("Attempts"), "num": True},
    {"label": gettext_lazy("Happened")},
]
TRIES = [
    {"label": gettext_lazy("When")},
    {"label": gettext_lazy("Answer")},
    {"label": gettext_lazy("Took"), "num": True},
]


@needs(Right.SETTINGS)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    endpoint = find(pk)
    form = LogForm(request.GET)
    ok = form.is_valid()
    notices = (
        form.narrow(Notice.objects.filter(endpoint=endpoint))
        if ok
        else Notice.objects.none()
    )
    context = {
        "endpoint": endpoint,
        "form": form,
        "page": keyset(notices, request.GET, PAGE, FALLING),
        "asked": any(request.GET.get(name) for name in form.fields),
        "columns": COLUMNS,
    }
    status = 200 if ok else INVALID
    return render(request, "webhooks/endpoint_detail.html", context, status=status)


@needs(Right.SETTINGS)
@require_safe
def notice(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """One event: its body as it would be sent now, and every attempt."""
    endpoint = find(pk)
    one = get_object_or_404(endpoint.notices, pk=number)
    body = json.loads(bodies(endpoint, [one])[0])
    context = {
        "endpoint": endpoint,
        "notice": one,
        "body": json.dumps(body, indent=2, ensure_ascii=False),
        "columns": TRIES,
    }
    return render(request, "webhooks/notice_detail.html", context)


@needs(Right.SETTINGS)
@require_POST
def again(request: SignedIn, pk: int, number: int) -> HttpResponse:
    endpoint = find(pk)
    found = Notice.objects.filter(endpoint=endpoint, pk=number)
    if found.again():
        endpoint.note(request.user, "sent again to webhook", {"event": number})
        ring(deliver, endpoint.pk)
        messages.success(request, _("It is sent again, with the id that it had."))
    return redirect("webhooks:notice", endpoint.pk, number)


@needs(Right.SETTINGS)
@require_http_methods(["GET", "POST"])
def again_all(request: SignedIn, pk: int) -> HttpResponse:
    """Those of some time once more, set-based however many they are."""
    endpoint = find(pk)
    form = AgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count = form.chosen(Notice.objects.filter(endpoint=endpoint)).again()
        endpoint.note(request.user, "sent again to webhook", {"events": count})
        ring(deliver, endpoint.pk)
        messages.success(request, _sent(count))
        return redirect(endpoint)
    context = {"form": form, "endpoint": endpoint}
    status = INVALID if form.is_bound else 200
    return render(request, "webhooks/endpoint_again.html", context, status=status)


def _sent(count: int) -> str:
    said = ngettext(
        "%(count)s event is sent again.", "%(count)s events are sent again.", count
    )
    return said % {"count": number(count)}
