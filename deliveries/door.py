"""Answers clicks and opens before Django does: there is nothing in it they need."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from deliveries import tracking
from deliveries.eventlog import EventLog, OwnConnection
from deliveries.tracking import Answer

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def door(application: WSGIApplication, log: EventLog | None = None) -> WSGIApplication:
    """`application` with the tracked addresses answered in front of it."""
    log = log or EventLog(OwnConnection())

    def answer(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        found = tracked(environ, log)
        if found is None:
            return application(environ, start_response)
        length = ("Content-Length", str(len(found.body)))
        start_response(STATUS[found.status], [*found.headers, length])
        return [found.body] if environ["REQUEST_METHOD"] != "HEAD" else []

    return answer


def tracked(environ: WSGIEnvironment, log: EventLog) -> Answer | None:
    path = environ["PATH_INFO"]
    if path.startswith("/c/"):
        return tracking.click(environ, path[3:], log)
    if path.startswith("/o/") and path.endswith(".gif"):
        return tracking.opened(environ, path[3:-4], log)
    return None
