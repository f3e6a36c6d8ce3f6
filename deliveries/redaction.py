"""Mail without the keys in its links, to be shown and handed out.

A mail that came back has ours inside: whoever reads its links could confirm, opt out or
set a password for somebody else, and whoever knows a return path could report a bounce.
So every token of ours and every link to set a password is taken out, for everybody,
also where a part of the mail is in quoted-printable or base64.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache

from django.conf import settings

GONE = b"key-removed"
# the end of a line in quoted-printable may fall anywhere
SOFT = rb"(?:=\r?\n)?"
# lines of base64 with what stands between them; a shorter text holds no link
BLOCK = re.compile(rb"(?m)^[A-Za-z0-9+/]{40,}(?:\r?\n[A-Za-z0-9+/]+)*={0,2}(?=\s|\Z)")
WIDTH = 76
DEEPEST = 3  # base64 within base64


def redacted(raw: bytes, depth: int = DEEPEST) -> bytes:
    """The octets of a mail, as they came but for the keys."""
    return _without(_secrets(tuple(settings.LINK_KEYS)), raw, depth)


def without_sign_in(raw: bytes) -> bytes:
    """The same mail but for what sets a password: its other links still lead on."""
    return _without(_JOIN, raw, DEEPEST)


def _without(secrets: re.Pattern[bytes], raw: bytes, depth: int) -> bytes:
    plain = secrets.sub(_blank, raw)
    if not depth:
        return plain
    return BLOCK.sub(lambda found: _inside(secrets, found[0], depth), plain)


def redacted_text(text: str) -> str:
    """The same for words taken from a mail."""
    octets = text.encode("utf-8", "surrogateescape")
    return redacted(octets, 0).decode("utf-8", "surrogateescape")


SLASH = rb"(?:/|%2F)"
# what stands behind /join/, also where a scanner of links has wrapped it
JOIN = rb"(?P<join>join%s)[\w-](?:%s[\w-])*%s(?:%s[\w-])+" % (SLASH, SOFT, SLASH, SOFT)
_JOIN = re.compile(rb"(?i)%s" % JOIN)


@cache
def _secrets(key_ids: tuple[str, ...]) -> re.Pattern[bytes]:
    """Tokens, see deliveries.tokens, and what sets a password."""
    ids = "|".join(re.escape(one) for one in key_ids).encode()
    token = rb"(?:%s)%s-(?:%s[a-z2-7]){20,}" % (ids, SOFT, SOFT)
    return re.compile(rb"(?i)%s|%s" % (token, JOIN))


def _blank(found: re.Match[bytes]) -> bytes:
    return (found["join"] or b"") + GONE


def _inside(secrets: re.Pattern[bytes], block: bytes, depth: int) -> bytes:
    """A block of base64 without the keys in it; as it is where there are none."""
    lines = block.split()
    octets = b"".join(lines).rstrip(b"=")
    try:
        before = base64.b64decode(octets + b"=" * (-len(octets) % 4))
    except binascii.Error:
        return block
    after = _without(secrets, before, depth - 1)
    if after == before:
        return block
    text, end = base64.b64encode(after), b"\r\n" if b"\r\n" in block else b"\n"
    return end.join(text[at : at + WIDTH] for at in range(0, len(text), WIDTH))
