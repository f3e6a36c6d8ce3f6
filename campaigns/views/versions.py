"""Undo, redo, and the earlier versions of an email with what changed in each."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right, needs
from accounts.web import SignedIn, key
from campaigns.models import EmailVersion, Outdated
from campaigns.views.request import find, writing_tabs

GONE = _("This email is no draft any more. Nothing was changed.")
MEANWHILE = _(
    "Somebody saved meanwhile, or it is no draft any more. Nothing was undone."
)


@needs(Right.SEND)
@require_safe
def index(request: SignedIn, pk: int) -> HttpResponse:
    """The versions, newest first, and the chosen one drawn beside them."""
    email = find(pk)
    if not email.is_draft:
        return redirect(email)
    entries = EmailVersion.objects.history(email)
    wanted = key(request.GET.get("number", ""))
    shown = next((one for one, _ in entries if one.number == wanted), None)
    context = {
        "email": email,
        "entries": entries,
        "shown": shown or (entries[0][0] if entries else None),
        "tabs": writing_tabs(email, "content"),
        "zone": timezone.get_current_timezone(),
    }
    return render(request, "campaigns/marketingemail_versions.html", context)


@needs(Right.SEND)
@require_POST
def undo(request: SignedIn, pk: int) -> HttpResponse:
    return _step(request, pk, EmailVersion.before)


@needs(Right.SEND)
@require_POST
def redo(request: SignedIn, pk: int) -> HttpResponse:
    return _step(request, pk, EmailVersion.after)


def _step(
    request: SignedIn, pk: int, to: Callable[[EmailVersion], EmailVersion | None]
) -> HttpResponse:
    """From the newest version, which has to be the one whose author presses."""
    email = find(pk)
    newest = email.versions.order_by("-number").first()
    version = to(newest) if newest else None
    try:
        if version:
            seen = key(request.POST.get("version", ""))
            version.restore(email.version if seen is None else seen, request.user)
    except Outdated:
        messages.error(request, str(MEANWHILE))
    return redirect(email)


@needs(Right.SEND)
@require_POST
def restore(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Take one change back, the one after this version, which has to be the last."""
    version = get_object_or_404(EmailVersion, email=find(pk), number=number)
    try:
        version.restore(number + 1, request.user)
    except Outdated:
        messages.error(request, str(MEANWHILE))
    return redirect(version.email)


@needs(Right.SEND)
@require_POST
def bring_back(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """A version chosen from the list; undo takes it back."""
    email = find(pk)
    version = get_object_or_404(EmailVersion, email=email, number=number)
    try:
        version.bring_back(email.version, request.user)
    except Outdated:
        messages.error(request, str(GONE))
    else:
        told = gettext("This is version %(number)s again. Undo goes back.")
        messages.success(request, told % {"number": number})
    return redirect(email)
