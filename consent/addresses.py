"""The one spelling of an address, and why something is not an address.

Three spellings (docs/architecture.md): raw as typed; deliver_to (trimmed, NFC,
domain as lower-case A-label, local part untouched); key (NFC and casefolded
local part + "@" + A-label). Dots and plus tags are never touched: nobody but the
receiving server knows what they mean (RFC 5321 section 2.3.11).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import idna
from django.utils.translation import gettext_noop as _

from accounts.sentences import Unfit

MAX_LOCAL = 64  # octets, RFC 5321 section 4.5.3.1.1
MAX_ADDRESS = 254  # octets, RFC 5321 section 4.5.3.1.3 less the angle brackets

# RFC 5322 dot-atom, plus anything beyond ASCII (RFC 6531)
_LOCAL = re.compile(
    r"[^\s\x00-\x20\"(),:;<>@\[\\\].\x7f]+(?:\.[^\s\x00-\x20\"(),:;<>@\[\\\].\x7f]+)*"
)
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"')
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# The whole of what nearly every row of a file is: decided by one match.
_PLAIN = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
# Invisible or direction-changing characters: never part of an honest address.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class BadAddress(Unfit):
    """This text is not an address; the message is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """An address in its two working spellings, and its domain (A-label)."""

    deliver_to: str
    key: str
    domain: str


def parse(raw: str) -> Parsed:
    """`raw` as typed -> Parsed, or BadAddress with a sentence saying why."""
    text = raw.strip()
    local, at, domain = text.rpartition("@")
    lowered = domain.lower()
    if (
        len(text) <= MAX_ADDRESS
        and len(local) <= MAX_LOCAL
        and "xn--" not in lowered
        and _PLAIN.fullmatch(f"{local}@{lowered}")
    ):
        return Parsed(f"{local}@{lowered}", f"{local.lower()}@{lowered}", lowered)
    if not text:
        raise BadAddress(_("There is no address."))
    if not at:
        raise BadAddress(_("“%(text)s” has no @."), text=_short(text))
    return _parse_unusual(text, local, domain)


def key_of(raw: str) -> str:
    """The match key of `raw`; BadAddress when it is not an address."""
    return parse(raw).key


def _parse_unusual(text: str, local: str, domain: str) -> Parsed:
    if any(unicodedata.category(char) in _HIDDEN for char in text):
        raise BadAddress(
            _("“%(text)s” has an invisible character in it."), text=_short(text)
        )
    local = unicodedata.normalize("NFC", local)
    if not (_LOCAL.fullmatch(local) or _QUOTED.fullmatch(local)):
        raise BadAddress(
            _("“%(text)s” has a character before the @ that cannot be."),
            text=_short(text),
        )
    a_label = _a_label(text, domain)
    if (
        len(local.encode()) > MAX_LOCAL
        or len(f"{local}@{a_label}".encode()) > MAX_ADDRESS
    ):
        raise BadAddress(
            _("“%(text)s” is longer than an address can be."), text=_short(text)
        )
    folded = unicodedata.normalize("NFC", local.casefold())
    return Parsed(f"{local}@{a_label}", f"{folded}@{a_label}", a_label)


def _a_label(text: str, domain: str) -> str:
    """RFC 5891 A-label form of `domain`, lower case. Not Python's own codec, which
    knows the rules before it: there faß.example is another domain, fass.example."""
    ascii_domain = domain.lower()
    if not domain.isascii():
        try:
            ascii_domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            ascii_domain = ""
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress(
            _("“%(text)s” has no usable domain after the @."), text=_short(text)
        )
    if labels[-1].isdigit():
        raise BadAddress(
            _("“%(text)s” names a machine by number, not a domain."), text=_short(text)
        )
    return ascii_domain


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
