"""A second factor beside the password: an app with codes for paper, and passkeys."""

from __future__ import annotations

from collections.abc import Callable

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.models import Account, AuditEntry, Passkey, SecondFactor, User
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from console.signing_in import CodeForm, proof_problem

FIRST = _("Set up your app first.")
LAST = _(
    "Your account asks everybody for a second factor, and this is your only one. Add"
    " another one first."
)
COLUMNS = [
    {"label": _("Passkey")},
    {"label": _("Added")},
    {"label": pgettext_lazy("when", "Used last")},
    {"label": _("What to do"), "vh": True},
]


@needs(Right.LOOK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    context = {
        "factor": SecondFactor.objects.of(request.user.pk),
        "passkeys": Passkey.objects.of(request.user.pk),
        "columns": COLUMNS,
        "is_required": Account.current().second_factor,
    }
    return render(request, "console/second_factor.html", context)


def why_kept(user: User, one: SecondFactor | Passkey) -> str:
    """Why this one cannot be taken away; "" when it can."""
    others = Passkey.objects.filter(user=user)
    if isinstance(one, Passkey):
        app = SecondFactor.objects.of(user.pk) is not None
        left = app or others.exclude(pk=one.pk).exists()
    else:
        left = others.exists()
    return str(LAST) if Account.current().second_factor and not left else ""


@needs(Right.LOOK)
@require_POST
def begin(request: SignedIn) -> HttpResponse:
    SecondFactor.objects.begin(request.user.pk)
    return redirect("console:second_factor_setup")


@needs(Right.LOOK)
@never_cache
@require_http_methods(["GET", "POST"])
def setup(request: SignedIn) -> HttpResponse:
    """The picture for the app; it is on once a code of the app was typed."""
    waiting = SecondFactor.objects.filter(user=request.user, confirmed_at=None)
    factor = waiting.first()
    if factor is None:
        return redirect("console:second_factor")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if codes := factor.confirm(form.cleaned_data["code"]):
            return _codes(request, codes, "switched on a second factor")
        form.add_error(
            "code",
            gettext("That is not what the app shows now. Try the next code."),
        )
    context = {
        "form": form,
        "key": factor.key,
        "picture": _picture(factor.address(request.user.email)),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "console/second_factor_setup.html", context, status=status)


def _picture(address: str) -> str:
    """The address as a QR code, dark on white whatever the theme: cameras need it."""
    drawn = segno.make(address, error="m")
    options = {"scale": 5, "border": 4, "dark": "#000", "light": "#fff"}
    svg = drawn.svg_inline(omitsize=True, svgclass="qr", lineclass=None, **options)
    return mark_safe(svg)  # noqa: S308  drawn by the library from letters of ours


@needs(Right.LOOK)
@never_cache
@require_http_methods(["GET", "POST"])
def renew(request: SignedIn) -> HttpResponse:
    """Ten new codes for paper."""
    return _asked(request, "console/second_factor_renew.html", _renew)


@needs(Right.LOOK)
@require_http_methods(["GET", "POST"])
def switch_off(request: SignedIn) -> HttpResponse:
    factor = SecondFactor.objects.of(request.user.pk)
    if factor and (problem := why_kept(request.user, factor)):
        messages.error(request, problem)
        return redirect("console:second_factor")
    return _asked(request, "console/second_factor_off.html", _off)


def _asked(
    request: SignedIn,
    template: str,
    then: Callable[[SignedIn, SecondFactor], HttpResponse],
) -> HttpResponse:
    """Both ask for a code first: whoever found the browser open has none."""
    factor = SecondFactor.objects.of(request.user.pk)
    if factor is None:
        messages.info(request, FIRST)
        return redirect("console:second_factor")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        problem = proof_problem(request, request.user, form.cleaned_data["code"])
        if not problem:
            return then(request, factor)
        form.add_error("code", problem)
    status = INVALID if form.is_bound else 200
    return render(request, template, {"form": form}, status=status)


def _renew(request: SignedIn, factor: SecondFactor) -> HttpResponse:
    return _codes(request, factor.renew(), "made new recovery codes")


def _off(request: SignedIn, factor: SecondFactor) -> HttpResponse:
    factor.delete()
    AuditEntry.objects.record(request.user, "switched off a second factor")
    passkeys = request.user.passkeys.exists()
    told = (
        gettext("The app is switched off. A passkey is asked for now.")
        if passkeys
        else gettext("The app is switched off. Your password alone lets you in.")
    )
    messages.success(request, told)
    return redirect("console:second_factor")


def _codes(request: SignedIn, codes: list[str], verb: str) -> HttpResponse:
    """Shown this once."""
    AuditEntry.objects.record(request.user, verb)
    return render(request, "console/second_factor_codes.html", {"codes": codes})
