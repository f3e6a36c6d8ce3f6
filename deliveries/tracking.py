"""A click or an open as it reaches us: read the request, store it, send it on.

The busiest addresses of an installation, so they do not go through Django: `door`
answers them first, with one INSERT for all requests that wait at that moment. The
views of the same addresses call the same functions. A request changes nothing but
the list of events; what an event is worth is judged later (see settling).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from typing import NamedTuple

from django.db import DatabaseError

from consent.visitors import Environ, client_ip
from deliveries.eventlog import EventLog, Hit, Target, through_django
from deliveries.models import EventKind
from deliveries.targets import fill, is_personal
from deliveries.tokens import BadToken, Purpose, Token, read, sign

logger = logging.getLogger(__name__)

# the smallest GIF there is: one transparent pixel
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c000000000100010000"
    "0202440100003b"
)
PRIVATE = [
    ("Cache-Control", "no-store, max-age=0"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
]
PLAIN = [("Content-Type", "text/plain; charset=utf-8")]
LATER = b"This link cannot be opened right now. Please try again in a minute.\n"
METHODS = ("GET", "HEAD", "OPTIONS")

# What a request says of its sender. Only these headers are kept.
TRAITS = {
    "HTTP_ACCEPT_LANGUAGE": "accept_language",
    "HTTP_SEC_FETCH_MODE": "sec_fetch_mode",
    "HTTP_SEC_PURPOSE": "purpose",
    "HTTP_PURPOSE": "purpose",
    "HTTP_X_PURPOSE": "purpose",
    "HTTP_X_MOZ": "purpose",
}


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


ordinary_log = EventLog(through_django)


def click(environ: Environ, text: str, log: EventLog = ordinary_log) -> Answer | None:
    """Store the click and send the reader on; None when it is no link of ours.

    Leads nowhere but to addresses stored with the message.
    """
    try:
        token = read(text, Purpose.CLICK)
    except BadToken:
        return None
    method = environ["REQUEST_METHOD"]
    if method not in METHODS:
        return Answer(405, [("Allow", ", ".join(METHODS)), *PRIVATE])
    if method == "OPTIONS":
        return Answer(204, [("Allow", ", ".join(METHODS)), *PRIVATE])
    return send_on(token, hit_of(environ, token, EventKind.CLICK, token.extra), log)


def send_on(token: Token, hit: Hit, log: EventLog) -> Answer | None:
    try:
        target = log.store(hit)
        if target is None:
            return None
        return Answer(302, [("Location", location(token, target)), *PRIVATE])
    except DatabaseError:
        logger.exception("A click could not be stored.")
        return Answer(503, [("Retry-After", "5"), *PLAIN, *PRIVATE], LATER)


def opened(environ: Environ, text: str, log: EventLog = ordinary_log) -> Answer:
    """The pixel, whatever the token says: a broken image helps nobody."""
    try:
        token = read(text, Purpose.OPEN)
    except BadToken:
        token = None
    if token and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
        with contextlib.suppress(DatabaseError):
            log.store(hit_of(environ, token, EventKind.OPEN))
    return Answer(200, [("Content-Type", "image/gif"), *PRIVATE], PIXEL)


def location(token: Token, target: Target) -> str:
    if not target.url:
        return f"/y/{sign(token, Purpose.CONFIRM)}"
    if is_personal(target.url):
        return fill(target.url, token.address_id)
    return target.url


def hit_of(
    environ: Environ, token: Token, kind: EventKind, position: int | None = None
) -> Hit:
    traits = {
        name: clean(environ[header], 200)
        for header, name in TRAITS.items()
        if environ.get(header)
    }
    return Hit(
        at=dt.datetime.now(dt.UTC),
        kind=kind.value,
        delivery_id=token.delivery_id,
        message_id=token.message_id,
        address_id=token.address_id,
        position=position,
        method=environ["REQUEST_METHOD"],
        ip=client_ip(environ),
        user_agent=clean(environ.get("HTTP_USER_AGENT", ""), 500),
        traits=traits,
    )


def clean(value: str, length: int) -> str:
    """As the database takes it: PostgreSQL has no NUL in a text."""
    return value[:length].replace("\x00", "")
