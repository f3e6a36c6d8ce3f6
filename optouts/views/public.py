"""The ways out, as the public sees them: no sign-in, no cookie, no script.

A GET explains and never changes anything. A POST acts, whatever its body looks like:
refusing somebody who wants to leave is worse than any mistake in a form. Everything is
authorised by the token in the address alone, therefore exempt from the CSRF check.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from accounts.speaking import speak
from accounts.web import keys
from consent.models import Brand
from consent.visitors import client_ip
from consent.vocabulary import Evidence, Mechanism
from contacts.models import Contact
from deliveries.links import public_url
from deliveries.tokens import BadToken, Purpose, read
from deliveries.underway import said
from deliveries.views import posted, private, unknown
from optouts import choices, fewer, tracked
from optouts.forms import WhyForm
from optouts.leaving import Leaver
from optouts.models import Farewell, Why

# the answers of the buttons, and what they mean in days
PAUSES = {str(days): days for days in choices.PAUSES}
METHODS = "GET, HEAD, POST, OPTIONS"
PublicView = Callable[[HttpRequest, Leaver], HttpResponse]


def public(purpose: Purpose) -> Callable[[PublicView], Callable[..., HttpResponse]]:
    """A page for whoever holds a token of this purpose; the same 404 for all others."""

    def decorate(view: PublicView) -> Callable[..., HttpResponse]:
        @login_not_required
        @csrf_exempt
        @wraps(view)
        def wrapped(request: HttpRequest, token: str) -> HttpResponse:
            if request.method not in {"GET", "HEAD", "POST"}:
                return HttpResponse(status=204, headers={"Allow": METHODS})
            leaver = _leaver(token, purpose)
            if leaver is None:
                return unknown(request)
            speak(request, Contact.objects.language_at(leaver.address.pk))
            return private(view(request, leaver))

        return wrapped

    return decorate


def _leaver(text: str, purpose: Purpose) -> Leaver | None:
    try:
        return Leaver.of(read(text, purpose))
    except BadToken:
        return None


def _evidence(request: HttpRequest, leaver: Leaver) -> Evidence:
    return Evidence(
        raw_address=leaver.address.key or "",
        ip=client_ip(request.META),
        user_agent=request.headers.get("User-Agent", ""),
        detail={"path": request.path.split("/")[1]},
    )


@public(Purpose.UNSUBSCRIBE)
def unsubscribe(request: HttpRequest, leaver: Leaver) -> HttpResponse:
    """The page, its two buttons, and the one-click POST of RFC 8058."""
    if request.method != "POST":
        return _leaving_page(request, leaver)
    form = posted(request)
    all_mail = form.get("scope") == "everything"
    evidence = _evidence(request, leaver)
    if "List-Unsubscribe" in form:
        leaver.leave(Mechanism.ONE_CLICK, evidence, all_mail=all_mail)
        return HttpResponse("You are unsubscribed.\n", content_type="text/plain")
    count = leaver.leave(Mechanism.UNSUBSCRIBE_PAGE, evidence, all_mail=all_mail)
    return _leaving_page(request, leaver, just_left=True, in_flight=said(count))


@public(Purpose.UNSUBSCRIBE)
def come_back(request: HttpRequest, leaver: Leaver) -> HttpResponse:
    """Undo of an opt-out, for ten minutes after it."""
    if request.method != "POST":
        return _leaving_page(request, leaver)
    came_back = leaver.come_back(_evidence(request, leaver))
    return _leaving_page(request, leaver, came_back=came_back, too_late=not came_back)


@public(Purpose.UNSUBSCRIBE)
def say_why(request: HttpRequest, leaver: Leaver) -> HttpResponse:
    form = WhyForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        return _leaving_page(request, leaver)
    Farewell.objects.update_or_create(
        address=leaver.address,
        message_id=leaver.token.message_id,
        defaults={"why": form.cleaned_data["why"]},
    )
    return _leaving_page(request, leaver, said_why=True)


def _leaving_page(request: HttpRequest, leaver: Leaver, **said: Any) -> HttpResponse:
    opt_outs = leaver.opt_outs()
    kind = leaver.subscription_type
    left_all = next((one for one in opt_outs if one.scope == "everything"), None)
    left_kind = next((one for one in opt_outs if kind and one.covers(kind)), None)
    url = public_url(leaver.token, Purpose.UNSUBSCRIBE)
    context = {
        "address": leaver.address.masked,
        "kind": kind.words if kind else None,
        "brand": kind.brand if kind else Brand.objects.default(),
        "left_all": left_all,
        "left": left_all or left_kind,
        "can_come_back": leaver.can_come_back(),
        "whys": Why.choices,
        "url": url,
        "undo": f"{url}/undo",
        "why": f"{url}/why",
        "preferences": public_url(leaver.token, Purpose.PREFERENCES),
        **said,
    }
    return render(request, "optouts/unsubscribe.html", context)


@public(Purpose.PREFERENCES)
def preferences(request: HttpRequest, leaver: Leaver) -> HttpResponse:
    """What somebody wants to get, kind by kind; or nothing at all."""
    kind = leaver.subscription_type
    brand = kind.brand if kind else Brand.objects.default()
    if request.method != "POST":
        return _choices_page(request, leaver, brand)
    form, evidence = posted(request), _evidence(request, leaver)
    if "everything" in form:
        leaver.leave(Mechanism.PREFERENCE_CENTRE, evidence, all_mail=True)
        return _choices_page(request, leaver, brand, left_all=True)
    elsewhere = choices.Elsewhere(leaver.moved_to, leaver.source)
    if days := PAUSES.get(str(form.get("pause", ""))):
        choices.pause(leaver.address, days, evidence, elsewhere)
    if "resume" in form:
        choices.end_pause(leaver.address, evidence, elsewhere)
        return _choices_page(request, leaver, brand, resumed=True)
    if "save" not in form:
        return _choices_page(request, leaver, brand)
    wanted = set(keys(form.getlist("kind")))
    changes = choices.save(leaver.address, brand, wanted, evidence, elsewhere)
    done: dict[str, Any] = {
        "changes": changes,
        "often_said": fewer.save(leaver.address, brand, form, evidence, elsewhere),
        "tracking_said": _said_of_tracking(form, leaver, brand, evidence),
    }
    return _choices_page(request, leaver, brand, saved=True, **done)


def _said_of_tracking(
    form: QueryDict, leaver: Leaver, brand: Brand, evidence: Evidence
) -> str:
    """ "yes", "no", or "" where nothing is new; an older page has no such box."""
    if "tracking_asked" not in form or tracked.box_of(leaver.address, brand) is None:
        return ""
    elsewhere = choices.Elsewhere(leaver.moved_to, leaver.source)
    wanted = "tracking" in form
    new = tracked.save(leaver.address, brand, evidence, elsewhere, wanted=wanted)
    return {True: "yes", False: "no", None: ""}[new]


def _choices_page(
    request: HttpRequest, leaver: Leaver, brand: Brand, **said: Any
) -> HttpResponse:
    offered = choices.choices_of(leaver.address, brand)
    open_ = [choice for choice in offered if not choice.locked_since]
    context = {
        "address": leaver.address.masked,
        "brand": brand,
        "tracking": tracked.box_of(leaver.address, brand),
        "choices": fewer.asked_of(leaver.address, open_),
        "paused_until": choices.paused_until(leaver.address),
        "pauses": choices.PAUSES,
        "locked": [choice for choice in offered if choice.locked_since],
        **said,
    }
    return render(request, "optouts/preferences.html", context)
