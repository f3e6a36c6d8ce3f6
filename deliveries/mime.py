"""From compiled content to the octets of one mail (RFC 5322, 2045 to 2047).

Pure. Everything that is the same for everybody is encoded once; per person only
the slots are filled. Soft line breaks stand around each slot, so that the
quoted-printable text before and after it never has to be encoded again.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.header import Header
from typing import TypeVar

from deliveries import optional
from deliveries.dkim import relaxed_lines
from deliveries.personalization import Slot, pieces

One = TypeVar("One")

CRLF = b"\r\n"
SOFT = b"=\r\n"
# RFC 5322 section 2.1.1: no header line may be longer, not counting CRLF
MAX_LINE = 998
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_ATOM_WORDS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")

# what needs neither escaping nor another line: nearly every signed link
_PLAIN = re.compile(r"[A-Za-z0-9:/_-][A-Za-z0-9:/._-]{,74}")
_DOTTED_LINE = re.compile(rb"(?m)^\.[^\r\n]*")
# RFC 2045 section 6.7: no line of quoted-printable may be longer
MAX_ENCODED = 76
_MULTIPART = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="%s"\r\n'
)
_PART_HEAD = (
    b"--%s\r\nContent-Type: text/%s; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
)


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
    """`text` in quoted-printable (RFC 2045 section 6.7) with CRLF.

    No line begins with a dot: a mail that is sent a hundred thousand times is not
    searched for dots each time (RFC 5321 section 4.5.2).
    """
    octets = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    encoded = binascii.b2a_qp(octets, istext=True).replace(b"\n", CRLF)
    if encoded[:1] != b"." and b"\n." not in encoded:
        return encoded
    return _DOTTED_LINE.sub(lambda line: _undotted(line[0]), encoded)


def _undotted(line: bytes) -> bytes:
    """The same line with its first dot encoded, in two lines where it gets too long."""
    if line[:1] != b".":
        return line
    line = b"=2E" + line[1:]
    if len(line) <= MAX_ENCODED:
        return line
    cut = MAX_ENCODED - 1
    while b"=" in line[cut - 2 : cut]:  # never through the middle of =XX
        cut -= 1
    return line[:cut] + SOFT + _undotted(line[cut:])


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The body of a mail without what differs per person.

    `headers` are those that describe it. `octets` has an empty place for every slot;
    `places` says which value goes where, `values` names the distinct ones: an index
    into `slots`, and whether it stands in HTML. `relaxed` is `octets` as DKIM hashes
    it: every piece is whole lines, so that pieces can be relaxed one by one. `optional`
    are those that not every reader gets: (first, end, place of the condition).
    """

    headers: bytes
    slots: tuple[Slot, ...]
    values: tuple[tuple[int, bool], ...]
    octets: tuple[bytes, ...]
    relaxed: tuple[bytes, ...]
    places: tuple[tuple[int, int], ...]
    optional: tuple[tuple[int, int, int], ...] = ()

    def without(self, shown: int) -> Skeleton:
        """The same for those who get what `shown` says; shares its octets with us."""
        gone = {
            at
            for first, end, place in self.optional
            if not optional.is_shown(shown, place)
            for at in range(first, end)
        }
        kept = [at for at in range(len(self.octets)) if at not in gone]
        moved = {at: new for new, at in enumerate(kept)}
        places = [(moved[at], value) for at, value in self.places if at in moved]
        used = sorted({value for _, value in places})
        asked = sorted({self.values[value][0] for value in used})
        values = [(asked.index(slot), html_) for slot, html_ in _at(self.values, used)]
        return replace(
            self,
            slots=_at(self.slots, asked),
            values=tuple(values),
            octets=_at(self.octets, kept),
            relaxed=_at(self.relaxed, kept),
            places=tuple((at, used.index(value)) for at, value in places),
            optional=(),
        )

    def filled(self, words: Sequence[str], *, signed: bool = True) -> Body:
        """The body for one person; `words` has one entry per slot.

        `relaxed` is only made where it is to be `signed`.
        """
        plain = [one.encode() + SOFT if _PLAIN.fullmatch(one) else b"" for one in words]
        values = [
            plain[slot] or _encoded(words[slot], in_html)
            for slot, in_html in self.values
        ]
        pieces = self._with(self.octets, values)
        if not signed:
            return Body(pieces, b"")
        relaxed = [
            plain[slot] or relaxed_lines(value)
            for (slot, _), value in zip(self.values, values, strict=True)
        ]
        if self.relaxed == self.octets and relaxed == values:
            octets = b"".join(pieces)
            return Body([octets], octets)
        return Body(pieces, b"".join(self._with(self.relaxed, relaxed)))

    def _with(self, pieces: Sequence[bytes], values: Sequence[bytes]) -> list[bytes]:
        out = list(pieces)
        for place, value in self.places:
            out[place] = values[value]
        return out


def _at(row: tuple[One, ...], places: Sequence[int]) -> tuple[One, ...]:
    return tuple(row[place] for place in places)


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it is sent, in pieces that are joined once, together with what stands
    before it; and as DKIM hashes it (deliveries.dkim.relaxed_body)."""

    pieces: Sequence[bytes]
    relaxed: bytes


def _encoded(words: str, in_html: bool) -> bytes:
    if not words:
        return b""
    return quoted_printable(html.escape(words) if in_html else words) + SOFT


def skeleton(text: str, document: str, boundary: bytes) -> Skeleton:
    """multipart/alternative of compiled plain text and compiled HTML, encoded but for
    its slots."""
    slots: dict[Slot, int] = {}
    values: dict[tuple[int, bool], int] = {}
    octets: list[bytes] = []
    places: list[tuple[int, int]] = []
    begun, pieces_of_some = 0, list[tuple[int, int, int]]()
    for subtype, compiled in ((b"plain", text), (b"html", document)):
        octets.append(_PART_HEAD % (boundary, subtype))
        for piece in pieces(compiled):
            if isinstance(piece, str):
                octets.append(quoted_printable(piece) + SOFT)
                continue
            if piece.kind == optional.BEGIN:
                begun = len(octets)
                continue
            if piece.kind == optional.END:
                pieces_of_some.append((begun, len(octets), int(piece.name)))
                continue
            value = (slots.setdefault(piece, len(slots)), subtype == b"html")
            places.append((len(octets), values.setdefault(value, len(values))))
            octets.append(b"")
        octets.append(CRLF)
    octets.append(b"--%s--\r\n" % boundary)
    return Skeleton(
        headers=_MULTIPART % boundary,
        slots=tuple(slots),
        values=tuple(values),
        octets=tuple(octets),
        relaxed=tuple(relaxed_lines(piece) for piece in octets),
        places=tuple(places),
        optional=tuple(pieces_of_some),
    )
