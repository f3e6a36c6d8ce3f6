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
import functools
import hmac
from collections.abc import Sequence
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
    WHY = "why"
    SIGNUP = "signup"
    DISOWN = "disown"
    PREVIEW = "preview"
    LOOPBACK = "loopback"


# what stands before the payload under the MAC
_BEFORE = {purpose: purpose.value.encode() + b"\x00" for purpose in Purpose}
_SHORT = [bytes([number]) for number in range(128)]
# the digit for each number below 32
_DIGITS = b"abcdefghijklmnopqrstuvwxyz234567" * 8
# up to a whole number of five octets
_FILLING = [bytes(-size % 5) for size in range(5)]


class BadToken(ValueError):
    """Not a token of ours, or made for another purpose: tell the visitor no more."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says. `extra` is the link position (CLICK, CONFIRM) or the id of
    the subscription type (UNSUBSCRIBE, PREFERENCES, WHY), else 0. Of a PREVIEW, which
    is about no mail, `message_id` is the id of what is shared and the others are 0."""

    message_id: int
    delivery_id: int
    address_id: int
    extra: int = 0


class Stamp:
    """Signs the tokens of one delivery with the newest key."""

    __slots__ = ("beginning", "secret", "shared")

    def __init__(self, message_id: int, delivery_id: int, address_id: int) -> None:
        key_id, self.secret = next(iter(settings.LINK_KEYS.items()))
        self.beginning = f"{key_id}-"
        self.shared = _pack((message_id, delivery_id, address_id))

    def sign(self, purpose: Purpose, extra: int = 0) -> str:
        return self.sign_all([(purpose, extra)])[0]

    def sign_all(self, asked: Sequence[tuple[Purpose, int]]) -> list[str]:
        """A token for each purpose and its extra: a mail holds a dozen of them."""
        pieces: list[bytes] = []
        spans, at = [], 0
        for purpose, extra in asked:
            payload = self.shared + (_SHORT[extra] if extra < 128 else _pack((extra,)))
            mac = _begun(self.secret, purpose).copy()
            mac.update(payload)
            size = len(payload) + MAC_OCTETS
            pieces += payload, mac.digest()[:MAC_OCTETS], _FILLING[size % 5]
            spans.append((at, at + (size * 8 + 4) // 5))
            at += (size + 4) // 5 * 8
        digits = _base32(b"".join(pieces))
        return [self.beginning + digits[start:end] for start, end in spans]


@functools.lru_cache(maxsize=64)
def _begun(secret: str, purpose: Purpose) -> hmac.HMAC:
    """As far as it is the same for all tokens of one purpose, to be copied: that takes
    half of the time."""
    return hmac.new(secret.encode(), _BEFORE[purpose], "sha256")


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
    except ValueError:  # no digits of base32, or no ASCII at all
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
    """RFC 4648 in lower case, five octets to eight digits.

    All digits at once, as one long number: the 40 bits of each five octets are laid
    into 64, and there twenty, ten and five bits of them moved to their places.
    """
    spread = bytearray(len(octets) // 5 * 8)
    for n in range(5):
        spread[n + 3 :: 8] = octets[n::5]
    number = int.from_bytes(spread, "big")
    for stays, moves, by in _steps(len(spread) // 8):
        number = number & stays | (number & moves) << by
    return number.to_bytes(len(spread), "big").translate(_DIGITS).decode()


@functools.lru_cache(maxsize=64)
def _steps(groups: int) -> list[tuple[int, int, int]]:
    """For `groups` of 64 bits: what stays where it is, what moves, and how far."""
    steps = []
    for wide, bits in ((8, 20), (4, 10), (2, 5)):
        low = (1 << bits) - 1
        stays = int.from_bytes(low.to_bytes(wide, "big") * (groups * 8 // wide), "big")
        steps.append((stays, stays << bits, wide * 4 - bits))
    return steps


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
