"""A mail as a person reads it: from bytes to its parts. Pure; never an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from html.parser import HTMLParser
from typing import Any

BASE = '<base target="_blank">'
HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
# what a tag would load from elsewhere, quoted or not
LOADED = re.compile(
    r"(<(?:img|table|td|tr|body|source|input|video)\b[^>]*?\s)"
    r"(src|srcset|background|poster)(\s*=\s*[\"']?\s*(?:https?:)?//)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """`headers` in their order, decoded; `html` and `text` empty where missing."""

    headers: list[tuple[str, str]]
    html: str
    text: str

    @classmethod
    def of(cls, raw: bytes) -> Letter:
        message = message_from_bytes(raw)
        return cls(
            headers=[(name, _decoded(value)) for name, value in message.items()],
            html=_part(message, "text/html"),
            text=_part(message, "text/plain"),
        )

    def header(self, name: str) -> str:
        """The first header of this name; empty where there is none."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), "")

    @property
    def framed_html(self) -> str:
        """The HTML with links that open beside the frame it is shown in."""
        found = HEAD.search(self.html)
        place = found.end() if found else 0
        return self.html[:place] + BASE + self.html[place:]

    @property
    def quiet_html(self) -> str:
        """The same with nothing to load from elsewhere."""
        return LOADED.sub(r"\1data-\2\3", self.framed_html)

    @property
    def links(self) -> list[Link]:
        """The links of the HTML in their order, each address once."""
        reader = _LinkReader()
        reader.feed(self.html)
        first: dict[str, Link] = {}
        for link in reader.found:
            first.setdefault(link.url, link)
        return list(first.values())


def _part(message: Message, kind: str) -> str:
    return next(_texts(message, kind), "")


def _texts(message: Message, kind: str) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == kind and not part.is_multipart():
            content: Any = part.get_payload(decode=True) or b""
            try:
                yield content.decode(part.get_content_charset("utf-8"), "replace")
            except LookupError:
                yield content.decode("utf-8", "replace")


def _decoded(value: Any) -> str:
    try:
        text = str(make_header(decode_header(str(value))))
    except (LookupError, ValueError):
        text = str(value)
    return " ".join(text.split())


class _LinkReader(HTMLParser):
    """Collects http links with the words between their tags."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Link] = []
        self.url = ""
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and (given.get("href") or "").startswith(("http:", "https:")):
            self.url, self.words = given["href"] or "", []
        elif tag == "img" and self.url:
            self.words.append(given.get("alt") or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.url:
            label = " ".join("".join(self.words).split())
            self.found.append(Link(label or "Without words", self.url))
            self.url = ""
