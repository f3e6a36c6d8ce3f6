"""Bodies as they come in: JSON, with no text that could not be stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from api.problems import Invalid, escaped


class Storable(Parser):
    """JSON allows U+0000, and half of a character that takes two in UTF-16. PostgreSQL
    takes neither."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body = super().parse_body(request)
        if places := [*_unstorable(body)]:
            raise Invalid(dict.fromkeys(places, "A character in it cannot be stored."))
        return body


def _unstorable(value: Any, place: str = "") -> Iterator[str]:
    """Where, as JSON pointers."""
    if isinstance(value, str) and _is_broken(value):
        yield place
    for name, one in _parts(value):
        there = f"{place}/{escaped(name)}"
        if isinstance(name, str) and _is_broken(name):
            yield there
        yield from _unstorable(one, there)


def _parts(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _is_broken(text: str) -> bool:
    if "\0" in text:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
