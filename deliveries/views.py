"""The public pages of a mail: no sign-in, no cookie, authorised by their token."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from deliveries import tracking
from deliveries.tracking import Answer


@login_not_required
@csrf_exempt
def click(request: HttpRequest, token: str) -> HttpResponse:
    answer = tracking.click(request.META, token)
    return respond(answer) if answer else unknown(request)


@login_not_required
@csrf_exempt
def opened(request: HttpRequest, token: str) -> HttpResponse:
    return respond(tracking.opened(request.META, token))


def respond(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))


def unknown(request: HttpRequest) -> HttpResponse:
    """The same for every address that is none of ours: it tells nobody anything."""
    response = render(request, "deliveries/unknown_link.html", status=404)
    response["Referrer-Policy"] = "no-referrer"
    return response
