"""Tokens in what an author writes: `{{ first_name }}`, `{{ first_name | there }}`.

Pure. Compiled content holds slots, `[~kind:name:fallback~]`, in the place of
everything that differs per person. The fallback is in hexadecimal, so that a slot
survives every escaping on the way; what authors type can never look like a slot.
"""

from __future__ import annotations

import datetime as dt
import functools
import html
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

# the fields of a contact that may stand in a mail, beside the custom properties
CONTACT_FIELDS = ("first_name", "last_name", "email", "company", "city", "country")

TOKEN = re.compile(
    r"\{\{\s*(?P<name>[a-z][a-z0-9_-]*)\s*(?:\|\s*(?P<fallback>[^{}|<>]*?)\s*)?\}\}"
)
SLOT = re.compile(
    r"\[~(?P<kind>[a-z]+):(?P<name>[a-z0-9_-]*):(?P<fallback>[0-9a-f]*)~\]"
)
_CUT = re.compile(r"\{\{|\}\}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T[0-9:.+Z-]+)?")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in compiled content that is filled per person.

    Kinds: token (a value of the contact, by `name`), link (tracked, `name` is its
    position), unsubscribe, preferences, why, view, open, since (date of the yes),
    signup and disown (the two answers to a confirmation mail).
    """

    kind: str
    name: str = ""
    fallback: str = ""

    def __str__(self) -> str:
        return f"[~{self.kind}:{self.name}:{self.fallback.encode().hex()}~]"


def defused(text: str) -> str:
    """What an author typed, unable to look like a slot."""
    return text.replace("[~", "[\u200b~")


def slotted(text: str, *, escaped: bool = False) -> str:
    """`text` with a slot for every token. `escaped`: it is HTML already."""

    def slot(match: re.Match[str]) -> str:
        fallback = match["fallback"] or ""
        fallback = html.unescape(fallback) if escaped else fallback
        return str(Slot("token", match["name"], fallback))

    return TOKEN.sub(slot, text)


def pieces(compiled: str) -> list[str | Slot]:
    """Compiled content as literals and slots, in order."""
    found: list[str | Slot] = []
    end = 0
    for match in SLOT.finditer(compiled):
        if match.start() > end:
            found.append(compiled[end : match.start()])
        fallback = bytes.fromhex(match["fallback"]).decode(errors="replace")
        found.append(Slot(match["kind"], match["name"], fallback))
        end = match.end()
    if end < len(compiled):
        found.append(compiled[end:])
    return found


def token_names(text: str) -> list[str]:
    return [match["name"] for match in TOKEN.finditer(text)]


def token_complaints(text: str, known: Collection[str]) -> Iterable[str]:
    """What is wrong with the tokens of `text`, as sentences."""
    for name in token_names(text):
        if name not in known:
            told = gettext(
                "“%(token)s” is not a property of contacts. Choose one of: %(names)s."
            )
            names = ", ".join(sorted(known))
            yield told % {"token": f"{{{{ {name} }}}}", "names": names}
    rest = TOKEN.sub("", text)
    cut = _CUT.search(rest)
    if cut:
        around = rest[max(0, cut.start() - 15) : cut.end() + 25].strip()
        told = gettext(
            "A token is cut or misspelt near “%(words)s”. Write it as {{ first_name }}"
            " or {{ first_name | there }}."
        )
        yield told % {"words": around}


def as_words(value: Any) -> str:
    """A value of a contact as a reader wants to see it; '' when unknown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    text = str(value).strip()
    if _DATE.fullmatch(text):
        return long_date(dt.date.fromisoformat(text[:10]))
    return text


@functools.lru_cache(maxsize=10_000)
def long_date(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def fill(compiled: str, values: Mapping[str, str]) -> str:
    """Compiled plain text with its tokens filled in; for short texts."""
    return "".join(
        piece if isinstance(piece, str) else values.get(piece.name) or piece.fallback
        for piece in pieces(compiled)
    )
