"""From compiled content to the octets of one mail (RFC 5322, 2045 to 2047).

Pure. Everything that is the same for everybody is encoded once; per person only
the slots are filled. Soft line breaks stand around each slot, so that the
quoted-printable text before and after it never has to be encoded again.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.header import Header

from deliveries.personalization import Slot, pieces

CRLF = b"\r\n"
SOFT = b"=\r\n"
# RFC 5322 section 2.1.1: no header line may be longer, not counting CRLF
MAX_LINE = 998
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_ATOM_WORDS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")

Fill = Callable[[Slot], str]


def one_line(value: str) -> str:
    """`value` without line breaks and control characters: nothing can be smuggled
    into a header."""
    return _CONTROL.sub(" ", value).strip()


def text_header(name: str, value: str) -> bytes:
    """An unstructured header, folded, in encoded words where it is not ASCII."""
    value = one_line(value)
    header = Header(value, "us-ascii" if value.isascii() else "utf-8", header_name=name)
    folded = header.encode(linesep="\r\n")
    return f"{name}: {folded}".encode("ascii") + CRLF


def address_header(name: str, address: str, display: str = "") -> bytes:
    """A header with one address, and what it is called."""
    shown = phrase(display)
    value = f"{shown} <{one_line(address)}>" if shown else f"<{one_line(address)}>"
    return f"{name}: {value}".encode() + CRLF


def phrase(display: str) -> str:
    """A display name as RFC 5322 and RFC 2047 allow it."""
    display = one_line(display)
    if not display.isascii():
        return Header(display, "utf-8", maxlinelen=60).encode(linesep="\r\n")
    if _ATOM_WORDS.fullmatch(display):
        return display
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if display else ""


def quoted_printable(text: str) -> bytes:
    """`text` in quoted-printable (RFC 2045 section 6.7) with CRLF."""
    octets = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    return binascii.b2a_qp(octets, istext=True).replace(b"\n", CRLF)


@dataclass(frozen=True, slots=True)
class Part:
    """One encoded body: literals as octets, slots with how their value is escaped."""

    pieces: tuple[bytes | Slot, ...]
    escape: Callable[[str], str]

    def filled(self, fill: Fill, out: list[bytes]) -> None:
        """Append the octets for one person to `out`."""
        for piece in self.pieces:
            if isinstance(piece, bytes):
                out.append(piece)
                continue
            value = fill(piece)
            if value:
                out.append(quoted_printable(self.escape(value)))
                out.append(SOFT)


def part(compiled: str, escape: Callable[[str], str]) -> Part:
    """Compiled content, encoded but for its slots."""
    found: list[bytes | Slot] = []
    for piece in pieces(compiled):
        if isinstance(piece, Slot):
            found.append(piece)
        else:
            found.append(quoted_printable(piece) + SOFT)
    return Part(tuple(found), escape)


def alternative(
    headers: Sequence[bytes],
    boundary: bytes,
    parts: Sequence[tuple[str, Part]],
    fill: Fill,
) -> bytes:
    """A multipart/alternative mail; `parts` in order of preference, best last."""
    out = [*headers, b"MIME-Version: 1.0\r\n"]
    out.append(b'Content-Type: multipart/alternative; boundary="%s"\r\n\r\n' % boundary)
    for subtype, one in parts:
        out.append(
            b"--%s\r\nContent-Type: text/%s; charset=utf-8\r\n"
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            % (boundary, subtype.encode())
        )
        one.filled(fill, out)
        out.append(CRLF)
    out.append(b"--%s--\r\n" % boundary)
    return b"".join(out)
