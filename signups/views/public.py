"""The way in, as the public sees it: no sign-in, no cookie, no script needed.

A GET shows and decides nothing. The answer to a form is the same whoever has the
address. The pages behind a mail are authorised by the token in their address alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from accounts.speaking import kept, speak
from accounts.web import INVALID
from consent.visitors import client_ip
from deliveries.tokens import BadToken, Purpose, read
from deliveries.tracking import clean
from deliveries.views import posted, private, unknown
from signups import asking, confirming
from signups.confirming import Press
from signups.forms import TRAP, PressForm, SignupForm
from signups.models import Form, Submission, TooMany
from signups.taking import Visitor, take

METHODS = "GET, HEAD, POST, OPTIONS"
TOO_MANY = 429


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open to anybody, kept nowhere; other methods are told which there are."""

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, key: str) -> HttpResponse:
        if request.method not in {"GET", "HEAD", "POST"}:
            return HttpResponse(status=204, headers={"Allow": METHODS})
        return private(view(request, key))

    return wrapped


def framed(response: HttpResponse, form: Form) -> HttpResponse:
    """Only the sites that were named may show the form inside their pages."""
    allowed = form.frame_ancestors or ["'none'"]
    response._csp_replace = {"frame-ancestors": allowed}  # type: ignore[attr-defined]
    return response


@public
@xframe_options_exempt
def form(request: HttpRequest, key: str) -> HttpResponse:
    """The hosted page, and where every copy of the form sends to."""
    found = Form.objects.active().select_related("brand").filter(key=key).first()
    if found is None:
        return unknown(request)
    translation.activate(found.language)
    if request.method == "POST":
        return framed(_submitted(request, found), found)
    if request.method == "GET" and not _is_ahead_of_time(request):
        Form.objects.count_a_look(found.pk)
    return framed(form_page(request, found, SignupForm(found)), found)


def _is_ahead_of_time(request: HttpRequest) -> bool:
    named = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose"))
    return any("prefetch" in value for value in named)


def form_page(
    request: HttpRequest, found: Form, filled: SignupForm, **more: Any
) -> HttpResponse:
    """Draw the form; `status`, `preview` and what else is said in `more`."""
    status = more.pop("status", 200)
    context = {
        "form": found,
        "filled": filled,
        "brand": found.brand,
        "digest": found.digest(),
        "trap": TRAP,
        "action": found.public_url,
        **more,
    }
    return render(request, "signups/form.html", context, status=status)


def _submitted(request: HttpRequest, found: Form) -> HttpResponse:
    data = posted(request)
    filled = SignupForm(found, data)
    if data.get(TRAP):  # a program: it is told what everybody is told
        return redirect("signups:done", found.key)
    if not filled.is_valid():
        return form_page(request, found, filled, status=INVALID)
    try:
        take(filled.entry(_visitor(request, filled)))
    except TooMany:
        return form_page(request, found, filled, status=TOO_MANY, too_many=True)
    return redirect("signups:done", found.key)


def _visitor(request: HttpRequest, filled: SignupForm) -> Visitor:
    return Visitor(
        ip=client_ip(request.META),
        user_agent=clean(request.headers.get("User-Agent", ""), 500),
        page=clean(request.headers.get("Referer", ""), 500) or filled.form.public_url,
        gesture=bool(filled.cleaned_data.get("gesture")),
    )


@public
@xframe_options_exempt
def done(request: HttpRequest, key: str) -> HttpResponse:
    """The same for everybody: whether a mail was sent, it does not say."""
    found = Form.objects.select_related("brand").filter(key=key).first()
    if found is None:
        return unknown(request)
    translation.activate(found.language)
    context = {"form": found, "brand": found.brand}
    return framed(render(request, "signups/done.html", context), found)


def submission_of(text: str, purpose: Purpose) -> Submission | None:
    try:
        return confirming.find(read(text, purpose))
    except BadToken:
        return None


@public
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """GET tells how matters stand, the button says yes."""
    found = submission_of(key, Purpose.SIGNUP)
    if found is None:
        return unknown(request)
    speak(request, asking.language_of(found))
    if request.method != "POST":
        return answer_page(request, found, key)
    if confirming.confirm(found, _press(request)):
        return redirect(kept(request, reverse("signups:confirm", args=[key])))
    return answer_page(request, found, key, asks_code=True)


@public
def disown(request: HttpRequest, key: str) -> HttpResponse:
    found = submission_of(key, Purpose.DISOWN)
    if found is None:
        return unknown(request)
    speak(request, asking.language_of(found))
    if request.method == "POST":
        confirming.disown(found, _press(request))
        return redirect(kept(request, reverse("signups:disown", args=[key])))
    return answer_page(request, found, key, asks_no=True)


def _press(request: HttpRequest) -> Press:
    sent = PressForm(posted(request))
    sent.is_valid()
    return Press(
        ip=client_ip(request.META),
        user_agent=clean(request.headers.get("User-Agent", ""), 500),
        accept_language=request.headers.get("Accept-Language", ""),
        gesture=sent.cleaned_data.get("gesture") or "",
        dwell=sent.cleaned_data.get("dwell") or 0,
        code=(sent.cleaned_data.get("code") or "").strip(),
    )


def answer_page(
    request: HttpRequest, found: Submission, key: str, **more: Any
) -> HttpResponse:
    types = list(found.types.for_readers())
    brand = found.form.brand if found.form else types[0].brand
    noes = confirming.standing_noes(found)
    ended = [no for no in noes if no.occurred_at < found.at and not found.is_yes]
    context = {
        "submission": found,
        "form": found.form,
        "types": types,
        "brand": brand,
        "address": found.address.masked if found.address else "",
        "noes": ended,
        "stands": [no for no in noes if no not in ended],
        "code": confirming.code_of(found),
        "yes": asking.YES,
        "no": asking.NO,
        **more,
    }
    return render(request, "signups/answer.html", context)
