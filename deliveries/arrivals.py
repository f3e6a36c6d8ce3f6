"""Mail that comes to an address of ours: the tokens in what it was sent to.

Who sent it and what it says can be anything; a token that we signed cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from functools import lru_cache

from deliveries.tokens import BadToken, Purpose, Token, read

HEAD = 64 * 1024  # the header is in it, or it is no mail
# where a mail server writes whom a mail was for
PLACES = ("Delivered-To", "X-Original-To", "Envelope-To", "To")


def tokens_to(
    prefix: str, purpose: Purpose, *, raw: bytes = b"", envelope_to: str = ""
) -> Iterator[Token]:
    """Those of this purpose, behind `prefix` in an address: first of `envelope_to`,
    then of whom the mail itself names."""
    for text in (envelope_to, *_named(prefix, raw[:HEAD])):
        for found in _behind(prefix).findall(text):
            try:
                yield read(found, purpose)
            except BadToken:
                continue


def _named(prefix: str, octets: bytes) -> list[str]:
    """Nothing is read of the very many mails that have no such address at all."""
    if prefix.encode() not in octets.lower():
        return []
    head = message_from_bytes(octets)
    return [str(value) for place in PLACES for value in head.get_all(place, [])]


@lru_cache(maxsize=8)
def _behind(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9._-]){prefix}([a-z0-9]+-[a-z2-7]+)@", re.IGNORECASE)
