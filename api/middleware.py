"""What every answer under /api/ has, whoever gave it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from api.pacing import Pace
from api.problems import MEDIA_TYPE, problem

PLACE = "/api/"


class ApiAnswers:
    """Problems as RFC 9457 has them, also those that Django or a proxy's mistake makes;
    how many requests are left; and nothing is kept by a cache between.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not request.path_info.startswith(PLACE):
            return answer
        if answer.status_code >= 400 and answer["Content-Type"] != MEDIA_TYPE:
            answer = self._told(answer)
        pace: Pace | None = getattr(request, "pace", None)
        for name, value in (pace.headers() if pace else {}).items():
            answer[name] = value
        answer.setdefault("Cache-Control", "no-store")
        return answer

    def _told(self, answer: HttpResponse) -> HttpResponse:
        told = problem(answer.status_code)
        for name in ("Allow", "WWW-Authenticate"):
            if name in answer:
                told[name] = answer[name]
        return told
