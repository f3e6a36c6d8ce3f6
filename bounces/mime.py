"""A mail as headers and parts, read with bounds: pure, and never an error.

The reader of the standard library is made for mail that keeps to the standard. What
comes back often does not: boundaries are missing, charsets are wrong, parts lie in
each other a thousand deep. So this one reads only as much as a report needs, goes
down a few levels, and takes what it cannot decode for what it most likely is.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LARGEST = 512 * 1024  # octets read of a mail: a report stands at its beginning
LONGEST_HEADER = 64 * 1024
LONGEST_TEXT = 48 * 1024  # octets read of one part
DEEPEST = 6
MOST_PARTS = 40
PREAMBLE = "text/x-preamble"

Headers = dict[str, list[str]]

FIELD = re.compile(r"^([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)$")
WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*\w+)?\?([bBqQ])\?([^?]{0,2000})\?=")
PARAMETER = (
    r"""(?:^|[;\s]){}\s*=\s*"""
    r"""(?:"([^"\n]{{1,200}})"|'([^'\n]{{1,200}})'|([^\s;]{{1,200}}))"""
)
BOUNDARY = re.compile(PARAMETER.format("boundary"), re.IGNORECASE)
CHARSET = re.compile(PARAMETER.format("charset"), re.IGNORECASE)
UNSEEN = re.compile(r"<wbr\b[^<>]{0,20}>|&shy;|[\xad\u200b]", re.I)  # inside words
TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
BREAK = re.compile(r"<(?:br|/?p|/?div|/?tr|/?table|/?h\d|/?li|hr)\b[^<>]{0,500}>", re.I)
INVISIBLE = re.compile(r"<(/?)(style|script|head)\b[^<>]{0,500}>", re.I)
ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "latin-1",
    "unknown": "utf-8",
    "unknown-8bit": "utf-8",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "cp-850": "cp850",
}


@dataclass(slots=True)
class Part:
    """One part. `kind` is its content type in lower case; `text` is decoded, with
    "\\n" line ends. `inside` says how deep in returned mail it lies."""

    kind: str
    headers: Headers
    text: str = ""
    inside: int = 0


@dataclass(slots=True)
class Mail:
    headers: Headers
    parts: list[Part] = field(default_factory=list)

    def first(self, name: str) -> str:
        return first(self.headers, name)


def first(headers: Headers, name: str) -> str:
    return next(iter(headers.get(name, [])), "")


def read_mail(raw: bytes) -> Mail:
    text = raw[:LARGEST].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip()
    head, body = split_head(text)
    mail = Mail(read_headers(decode(head)))
    _collect(mail, Part("", mail.headers), body, depth=0)
    return mail


def split_head(raw: bytes) -> tuple[bytes, bytes]:
    """The header and the body. A line of blanks ends a header as well."""
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    found = re.search(rb"\n[ \t]*\n", raw)
    if raw.startswith(b"\n"):
        return b"", raw
    if found is None:
        return (raw[:LONGEST_HEADER], b"") if b":" in raw[:200] else (b"", raw)
    return raw[: min(found.start(), LONGEST_HEADER)], raw[found.end() :]


def read_headers(text: str) -> Headers:
    """Fields by name in lower case; folds are undone, encoded words decoded."""
    headers: Headers = {}
    name = ""
    for line in text.split("\n"):
        if line[:1] in (" ", "\t") and name:
            headers[name][-1] += " " + line.strip()
            continue
        found = FIELD.match(line)
        if found:
            name = found[1].lower()
            headers.setdefault(name, []).append(found[2].strip())
    return headers


def words(value: str) -> str:
    """`value` with its encoded words (RFC 2047) decoded."""
    if "=?" not in value:
        return value
    return WORD.sub(_word, re.sub(r"\?=\s+=\?", "?==?", value))


def _word(found: re.Match[str]) -> str:
    octets = found[3].encode("ascii", "replace")
    if found[2] in "bB":
        return decode(_base64(octets), found[1])
    return decode(quopri.decodestring(octets, header=True), found[1])


def decode(octets: bytes, charset: str = "") -> str:
    """As text: by the charset named, by UTF-8, by what the octets look like."""
    if b"\x1b$" in octets:
        return octets.decode("iso-2022-jp", "replace")
    name = charset.strip("'\" ").lower()
    if not octets.isascii() or name.endswith("7"):
        for candidate in (ALIASES.get(name, name), "utf-8"):
            try:
                return octets.decode(candidate or "utf-8")
            except (LookupError, ValueError):
                continue
        return octets.decode("latin-1")
    return octets.decode("ascii", "replace")


def _base64(octets: bytes) -> bytes:
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", octets)
    try:
        return base64.b64decode(clean[: len(clean) // 4 * 4] + _rest(clean))
    except binascii.Error:
        return b""


def _rest(clean: bytes) -> bytes:
    rest = clean[len(clean) // 4 * 4 :]
    return rest.ljust(4, b"=") if len(rest) > 1 else b""


def kind_of(headers: Headers) -> str:
    return first(headers, "content-type").partition(";")[0].strip().lower()


def _parameter(pattern: re.Pattern[str], headers: Headers) -> str:
    found = pattern.search(first(headers, "content-type")[:2000])
    return next(filter(None, found.groups()), "") if found else ""


def _collect(mail: Mail, part: Part, body: bytes, *, depth: int) -> None:
    """Append the leaves of `body` to the parts of `mail`."""
    kind = kind_of(part.headers) or "text/plain"
    if len(mail.parts) >= MOST_PARTS or depth > DEEPEST:
        return
    if kind.startswith("multipart/"):
        pieces = list(_pieces(body, _parameter(BOUNDARY, part.headers)))
        if pieces:
            for piece in pieces:
                _collect_piece(mail, piece, depth=depth, inside=part.inside)
            return
        kind = "text/plain"
    part.kind = kind
    part.text = _text(part, body)
    mail.parts.append(part)
    if kind in ("message/rfc822", "message/global"):
        inner = _decoded(part.headers, body)
        _collect_piece(mail, inner, depth=depth, inside=part.inside + 1)


def _collect_piece(mail: Mail, piece: bytes, *, depth: int, inside: int) -> None:
    head, body = split_head(piece)
    headers = read_headers(decode(head))
    if head and not headers:
        body = piece
    _collect(mail, Part("", headers, inside=inside), body, depth=depth + 1)


def _pieces(body: bytes, boundary: str) -> Iterator[bytes]:
    """What lies between the boundaries; the preamble when it says something."""
    line = b"--" + boundary.encode("utf-8", "replace").rstrip()
    if not boundary or line not in body:
        guessed = re.search(rb"(?:^|\n)(--[^\s]{3,120})[ \t]*\n(?i:content)-", body)
        if guessed is None:
            return
        line = guessed[1]
    chunks = (b"\n" + body).split(b"\n" + line, MOST_PARTS + 1)
    if len(chunks[0].strip()) > 60:
        yield b"Content-Type: " + PREAMBLE.encode() + b"\n\n" + chunks[0]
    for chunk in chunks[1:]:
        if chunk.startswith(b"--"):
            return
        yield chunk.partition(b"\n")[2]


def _decoded(headers: Headers, body: bytes) -> bytes:
    coding = first(headers, "content-transfer-encoding").strip().lower()
    if coding == "base64":
        return _base64(body)
    if coding == "quoted-printable":
        return quopri.decodestring(body)
    return body


def _text(part: Part, body: bytes) -> str:
    if not part.kind.startswith(("text/", "message/")):
        return ""
    octets = _decoded(part.headers, body[:LONGEST_TEXT])
    text = decode(octets, _parameter(CHARSET, part.headers)).replace("\r", "")
    return plain(text) if part.kind == "text/html" else text


def plain(text: str) -> str:
    """HTML as lines of text."""
    text = BREAK.sub("\n", UNSEEN.sub("", "".join(_visible(text))))
    text = html.unescape(TAG.sub(" ", text)).replace("\xa0", " ")
    return re.sub(r"[ \t]*\n\s*", "\n", re.sub(r"[ \t]+", " ", text))


def _visible(text: str) -> Iterator[str]:
    """Without style sheets, scripts and the head."""
    at, inside = 0, ""
    for tag in INVISIBLE.finditer(text):
        name = tag[2].lower()
        if not inside and not tag[1]:
            yield text[at : tag.start()]
            inside = name
        elif tag[1] and name == inside:
            at, inside = tag.end(), ""
    if not inside:
        yield text[at:]
