"""Whatever goes wrong is told as RFC 9457 has it, by one function."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

MEDIA_TYPE = "application/problem+json"

# What is told where nobody said more.
SENTENCES = {
    400: "The body is no JSON, or too large.",
    401: "Send a token that is in use: “Authorization: Bearer lw_…”.",
    403: "This token may not do that.",
    404: "There is nothing here.",
    405: "This address takes other methods; the header Allow names them.",
    429: "Too many requests. Wait as long as Retry-After says.",
    500: "Something went wrong here. Try again later.",
}


COMPONENTS = {
    "responses": {
        "Problem": {
            "description": "What went wrong (RFC 9457).",
            "content": {
                MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
    }
}
SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "description": "A word for programs."},
        "errors": {
            "type": "array",
            "description": "With 422: each place that is wrong.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class Refused(Exception):
    """Why nothing was done: a status, a word for programs and a sentence for people.

    `more` are further members of the answer, `headers` go along with it.
    """

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers: dict[str, str] = more.pop("headers", {})
        self.more = more


class Invalid(Exception):
    """{place in the body: sentence}: what has to be corrected. Nothing was done."""

    def __init__(self, places: dict[str, str]) -> None:
        super().__init__(places)
        self.places = places


def problem(status: int, detail: str = "", **more: Any) -> HttpResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or SENTENCES.get(status, ""),
        **more,
    }
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    answer = problem(refused.status, refused.detail, code=refused.code, **refused.more)
    for name, value in refused.headers.items():
        answer[name] = value
    return answer


def _unknown(request: HttpRequest, _: Exception) -> HttpResponse:
    answer = problem(401, code="no_token")
    answer["WWW-Authenticate"] = 'Bearer realm="Listwell"'
    return answer


def _invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    errors = [
        {**_place(one["loc"]), "detail": _sentence(one["msg"])}
        for one in invalid.errors
    ]
    return _faults(errors)


def _wrong(request: HttpRequest, wrong: Invalid) -> HttpResponse:
    return _faults(
        [
            {"pointer": f"#{place}", "detail": said}
            for place, said in wrong.places.items()
        ]
    )


def _faults(errors: list[dict[str, str]]) -> HttpResponse:
    """Every place that is wrong; what was sent is not repeated."""
    return problem(422, "Correct what “errors” lists.", code="invalid", errors=errors)


def _place(loc: tuple[str | int, ...]) -> dict[str, str]:
    """Where in the request: a JSON pointer into the body, or the name of a parameter.

    The second word of a place in the body is the name of our own argument.
    """
    where, *path = loc
    if where == "body":
        return {"pointer": "#" + "".join(f"/{escaped(one)}" for one in path[1:])}
    return {"parameter": str(path[-1] if path else where)}


def escaped(one: str | int) -> str:
    return str(one).replace("~", "~0").replace("/", "~1")


def _sentence(text: str) -> str:
    return text.removeprefix("Value error, ")


def _missing(request: HttpRequest, _: Exception) -> HttpResponse:
    return problem(404)


def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja says this for whatever went wrong in api/bodies.py."""
    if isinstance(error.__cause__, Invalid):
        return _wrong(request, error.__cause__)
    return problem(error.status_code)


Teller = Callable[[HttpRequest, Any], HttpResponse]
TELLERS: dict[type[Exception], Teller] = {
    Refused: _refused,
    Invalid: _wrong,
    Http404: _missing,
    AuthenticationError: _unknown,
    ValidationError: _invalid,
    HttpError: _unreadable,
}


def teach(api: NinjaAPI) -> None:
    """From now on `api` tells its problems so."""
    for kind, tell in TELLERS.items():
        api.add_exception_handler(kind, tell)
