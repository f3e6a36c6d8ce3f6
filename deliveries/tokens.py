"""Signed tokens in links and return paths: who, about which mail, for what purpose.

A token is `<key id>-<base32 of payload and MAC>`, lower case, so that it survives
a mail server that folds case (return paths) and fits a local part (64 octets, RFC
5321 section 4.5.3.1.1). The MAC is HMAC-SHA-256 cut to 80 bits over purpose and
payload: a token made for one purpose is nonsense for another. Tokens never expire
and are never used up; they carry all they need, so that a way out works after
archiving, erasure or a change of keys.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import itertools
from dataclasses import dataclass
from enum import Enum

from django.conf import settings

MAC_OCTETS = 10
_PAD = {0: "", 2: "======", 4: "====", 5: "===", 7: "="}


class Purpose(Enum):
    """What a token may be used for. The value goes into the MAC: never change one."""

    CLICK = "click"
    OPEN = "open"
    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    RETURN_PATH = "return-path"
    VIEW = "view"
    SIGNUP = "signup"
    DISOWN = "disown"


# what stands before the payload under the MAC
_BEFORE = {purpose: purpose.value.encode() + b"\x00" for purpose in Purpose}
_SHORT = [bytes([number]) for number in range(128)]
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_THREE = ["".join(three) for three in itertools.product(_DIGITS, repeat=3)]
_PLACES = {n: range(n * 5 - 15, -1, -15) for n in range(0, 120, 3)}


class BadToken(ValueError):
    """Not a token of ours, or made for another purpose: tell the visitor no more."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says. `extra` is the link position (CLICK, CONFIRM) or the id of
    the subscription type (UNSUBSCRIBE, PREFERENCES), else 0."""

    message_id: int
    delivery_id: int
    address_id: int
    extra: int = 0


class Stamp:
    """Signs the tokens of one delivery with the newest key.

    A mail holds a dozen of them: what they share is worked out once.
    """

    __slots__ = ("beginning", "secret", "shared")

    def __init__(self, message_id: int, delivery_id: int, address_id: int) -> None:
        key_id, secret = next(iter(settings.LINK_KEYS.items()))
        self.beginning, self.secret = f"{key_id}-", secret.encode()
        self.shared = _pack((message_id, delivery_id, address_id))

    def sign(self, purpose: Purpose, extra: int = 0) -> str:
        payload = self.shared + (_SHORT[extra] if extra < 128 else _pack((extra,)))
        mac = hmac.digest(self.secret, _BEFORE[purpose] + payload, "sha256")
        return self.beginning + _base32(payload + mac[:MAC_OCTETS])


def sign(token: Token, purpose: Purpose) -> str:
    """`token` for one purpose, with the newest key."""
    stamp = Stamp(token.message_id, token.delivery_id, token.address_id)
    return stamp.sign(purpose, token.extra)


def read(text: str, purpose: Purpose) -> Token:
    """The token in `text`, whatever its letter case; BadToken when it is not one."""
    key_id, _, encoded = text.partition("-")
    secret = settings.LINK_KEYS.get(key_id.lower())
    padding = _PAD.get(len(encoded) % 8)
    if secret is None or padding is None or len(encoded) > 120:
        raise BadToken
    try:
        body = base64.b32decode(encoded.upper() + padding)
    except binascii.Error:
        raise BadToken from None
    payload, mac = body[:-MAC_OCTETS], body[-MAC_OCTETS:]
    if not hmac.compare_digest(mac, _mac(secret, purpose, payload)):
        raise BadToken
    return Token(*_unpack(payload))


def _mac(secret: str, purpose: Purpose, payload: bytes) -> bytes:
    return hmac.digest(secret.encode(), _BEFORE[purpose] + payload, "sha256")[
        :MAC_OCTETS
    ]


def _base32(octets: bytes) -> str:
    """RFC 4648 in lower case without padding, by three digits at a time: the one of
    the standard library takes three times as long."""
    digits = -(-len(octets) * 8 // 5)
    rest = -digits % 3
    number = int.from_bytes(octets, "big") << ((digits + rest) * 5 - len(octets) * 8)
    words = [_THREE[number >> at & 0x7FFF] for at in _PLACES[digits + rest]]
    return "".join(words)[:digits]


def _pack(numbers: tuple[int, ...]) -> bytes:
    """Each number as a varint: seven bits an octet, the high bit means "more"."""
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)


def _unpack(data: bytes) -> list[int]:
    numbers, number, shift = [], 0, 0
    for octet in data:
        number |= (octet & 0x7F) << shift
        shift += 7
        if not octet & 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return numbers
