"""The public pages of a mail: no sign-in, no cookie, authorised by their token."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.speaking import kept, speak
from contacts.models import Contact
from deliveries import browser, confirmation, settling, tracking
from deliveries import why as reasons
from deliveries.confirmation import Question, Standing
from deliveries.forms import PressForm
from deliveries.links import public_url
from deliveries.models import EventKind, Message
from deliveries.tokens import BadToken, Purpose, Token, read
from deliveries.tracking import Answer

# A mail brings its own styles and its pictures, and runs nothing.
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": ["data:", "http:", "https:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
}


@login_not_required
@csrf_exempt
def click(request: HttpRequest, token: str) -> HttpResponse:
    answer = tracking.click(request.META, token)
    return respond(answer) if answer else unknown(request)


@login_not_required
@csrf_exempt
def opened(request: HttpRequest, token: str) -> HttpResponse:
    return respond(tracking.opened(request.META, token))


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The thank-you page: GET tells how matters stand, POST is the button."""
    try:
        found = read(token, Purpose.CONFIRM)
    except BadToken:
        return unknown(request)
    question = confirmation.ask(found)
    if question is None:
        return unknown(request)
    speak(request, Contact.objects.language_at(found.address_id))
    if request.method != "POST":
        return page(request, found, question)
    if question.standing in (Standing.ASK, Standing.LATE, Standing.NOTED):
        press(request, found)
    return private(redirect(kept(request, reverse("deliveries:confirm", args=[token]))))


def press(request: HttpRequest, token: Token) -> None:
    form = PressForm(posted(request))
    hit = tracking.hit_of(request.META, token, EventKind.CONFIRM, token.extra)
    seen = {**form.evidence(), confirmation.LANGUAGE: get_language()}
    event = confirmation.store_press(hit, seen)
    settling.settle_press(event)


def page(request: HttpRequest, token: Token, question: Question) -> HttpResponse:
    """Draw how matters stand, with the ways out."""
    context = {
        "question": question,
        "button": confirmation.WORDS,
        "minutes": max(1, round(settling.window().total_seconds() / 60)),
        **_around(token, question.message),
    }
    return private(render(request, "deliveries/confirm.html", context))


def _around(token: Token, message: Message) -> dict[str, Any]:
    """What every page behind a mail shows: what it belongs to, and the ways out."""
    way_out = replace(token, extra=message.subscription_type_id)
    return {
        "kind": message.subscription_type.words,
        "brand": message.brand,
        "unsubscribe_url": public_url(way_out, Purpose.UNSUBSCRIBE),
        "preferences_url": public_url(way_out, Purpose.PREFERENCES),
    }


@login_not_required
@require_safe
def why(request: HttpRequest, token: str) -> HttpResponse:
    """Which yes a mail was sent on, for whoever wonders; changes nothing."""
    try:
        found = read(token, Purpose.WHY)
    except BadToken:
        return unknown(request)
    answer = reasons.why(found)
    if answer is None:
        return unknown(request)
    speak(request, Contact.objects.language_at(found.address_id))
    context = {"why": answer, **_around(found, answer.message)}
    return private(render(request, "deliveries/why.html", context))


@login_not_required
@require_safe
@csp(MAIL_POLICY)  # type: ignore[arg-type]
def in_browser(request: HttpRequest, token: str) -> HttpResponse:
    """The mail as a page of its own, for programs that show it badly."""
    try:
        document = browser.as_read_by(read(token, Purpose.VIEW))
    except BadToken:
        document = None
    return private(HttpResponse(document)) if document else unknown(request)


def posted(request: HttpRequest) -> QueryDict:
    """The form, or an empty one where it cannot be read."""
    try:
        return request.POST
    except (
        MultiPartParserError,
        RequestDataTooBig,
        SuspiciousOperation,
        UnreadablePostError,
    ):
        return QueryDict()


def private(response: HttpResponse) -> HttpResponse:
    """Kept nowhere, found by nobody, told to nobody."""
    for name, value in tracking.PRIVATE:
        response[name] = value
    return response


def respond(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))


def unknown(request: HttpRequest) -> HttpResponse:
    """The same for every address that is none of ours: it tells nobody anything."""
    speak(request)
    return private(render(request, "deliveries/unknown_link.html", status=404))
