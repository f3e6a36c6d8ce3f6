"""What the views of the console share."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User

# a form that was sent with mistakes; htmx swaps it in like any other answer
INVALID = 422
# somebody else was quicker
CONFLICT = 409


class SignedIn(HttpRequest):
    """A request of somebody who signed in, which the middleware demands."""

    user: User
    htmx: HtmxDetails


def key(text: str) -> int | None:
    """The key of a row, as an address or a form names it; None when it is none."""
    fits = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if fits else None


def keys(words: Iterable[str]) -> list[int]:
    """Those of `words` that are keys: the rows that somebody ticked."""
    return [found for one in words if (found := key(one)) is not None]
