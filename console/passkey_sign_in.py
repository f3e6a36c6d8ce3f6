"""The way in with a passkey: behind the password, or instead of it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import Passkey, Throttle, User
from accounts.passkeys import Refused, Site
from accounts.throttle import Try
from accounts.web import INVALID
from console.ceremonies import AnswerForm, hand_out, refusal, take_in
from console.forms import way_back
from console.signing_in import (
    TOO_LATE,
    TOO_OFTEN,
    CodeForm,
    SignInForm,
    address_of,
    admit,
    ask_again,
    half_in,
    let_in,
)

SIGN_IN = "sign in"
SWITCHED_OFF = _(
    "This account is switched off, or has no password yet. Ask an administrator."
)


@login_not_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """A question for any passkey that also asks who holds it."""
    if wait := _wait(_anybody(request)):
        return refusal(wait, TOO_OFTEN)
    question = Passkey.objects.ask(instead_of_password=True)
    return hand_out(request, SIGN_IN, question)


@login_not_required
@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    try:
        passkey = _shown(request)
    except Refused as problem:
        context = {
            "form": SignInForm(request),
            "next": request.POST.get("next", ""),
            "problem": str(problem),
            "site": Site.here(),
        }
        return render(request, "registration/login.html", context, status=INVALID)
    Throttle.objects.take_back(_anybody(request))
    admit(request, passkey.user, passkey=passkey.name)
    return way_back(request)


def _shown(request: HttpRequest) -> Passkey:
    """Raises Refused, also where its owner may not sign in: who was switched off
    needs a new password before anything else lets her in again."""
    challenge = take_in(request, SIGN_IN)
    passkey = Passkey.objects.select_related("user").shown(_answer(request), challenge)
    if not (passkey.user.is_active and passkey.user.has_usable_password()):
        raise Refused(SWITCHED_OFF)
    return passkey


@login_not_required
@require_POST
def ask_second(request: HttpRequest) -> HttpResponse:
    """A question for one of her passkeys, once the password was right."""
    user = half_in(request)
    if user is None:
        return refusal(str(TOO_LATE), INVALID)
    if wait := _wait(_hers(request, user)):
        return refusal(wait, TOO_OFTEN)
    return hand_out(request, _second_of(user), Passkey.objects.of(user.pk).ask())


@login_not_required
@never_cache
@require_POST
def second(request: HttpRequest) -> HttpResponse:
    user = half_in(request)
    if user is None:
        messages.info(request, TOO_LATE)
        return redirect("login")
    try:
        challenge = take_in(request, _second_of(user))
        passkey = Passkey.objects.of(user.pk).shown(_answer(request), challenge)
    except Refused as problem:
        told = str(problem)
        return ask_again(request, user, CodeForm(), problem=told, status=INVALID)
    Throttle.objects.take_back(_hers(request, user))
    return let_in(request, user, passkey=passkey.name)


def _answer(request: HttpRequest) -> str:
    """Empty where it is no answer at all, which proves nothing."""
    form = AnswerForm(request.POST)
    return form.cleaned_data["answer"] if form.is_valid() else ""


def _second_of(user: User) -> str:
    return f"second step of {user.pk}"


def _wait(one: Try) -> str:
    """A question counts as a try until it was answered rightly; "" or how long to
    wait for the next."""
    wait = Throttle.objects.take(one)
    if not wait.left:
        return ""
    return gettext("Too many tries. Try again in %(wait)s.") % {"wait": wait.words}


def _anybody(request: HttpRequest) -> Try:
    """Whose passkey it will be is not known yet: only the address counts."""
    address = address_of(request)
    return Try(f"passkey:{address}", address)


def _hers(request: HttpRequest, user: User) -> Try:
    return Try(f"passkey:{user.email}", address_of(request))
