"""Where mail providers tell what became of our mail."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bounces import webhooks


@csrf_exempt
@login_not_required
@require_http_methods(["POST", "GET", "HEAD"])
def take(request: HttpRequest, provider: str) -> HttpResponse:
    """200 when it is stored, 400 when the sender does not prove who it is; 401 asks
    for the secret, which some do not send before they are asked. Some look whether
    anybody is there before they tell their key."""
    if request.method != "POST" and provider in webhooks.READERS:
        return HttpResponse()
    reader = webhooks.reader_of(provider)
    if reader is None:
        raise Http404
    if webhooks.asks_first(provider, request.headers):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Basic"})
    webhooks.prove(reader, request)
    webhooks.take_events(provider, reader.parse_events(request))
    return HttpResponse()
