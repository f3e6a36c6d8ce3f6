"""The pictures of emails, for whoever has their name: readers have no account."""

from __future__ import annotations

from csp.constants import NONE
from csp.decorators import csp
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.pictures import TYPES
from campaigns.models import Picture

YEAR = 365 * 24 * 60 * 60


@login_not_required
@csp({"default-src": [NONE]})  # type: ignore[arg-type]
@cache_control(public=True, max_age=YEAR, immutable=True)
@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    picture = get_object_or_404(Picture, name=name)
    response = HttpResponse(picture.octets, content_type=TYPES[picture.format])
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
