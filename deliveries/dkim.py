"""Signing mail: DKIM (RFC 6376) with rsa-sha256, relaxed/relaxed, 2048 bits.

Pure. A signature says which headers it covers; each of OVERSIGNED is named once more
than it stands there, so that nobody can add another one. Both headers of RFC 8058
are always among them. There is no `l=` and no `x=`: nothing may be added, and a
mail that is read late is still ours.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BITS = 2048
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
    "auto-submitted",
)
OVERSIGNED = frozenset(SIGNED) - {"feedback-id", "auto-submitted", "list-id"}
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_BLANKS = re.compile(rb"[ \t]+")
_BASE64 = re.compile(r"[^A-Za-z0-9+/=]+")


def new_key() -> tuple[bytes, str]:
    """A private key (PKCS #8, DER) and its public key as it stands in DNS."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, base64.b64encode(public).decode()


def record_of(public_key: str) -> str:
    """The text of the TXT record (RFC 6376 section 3.6.1)."""
    return f"v=DKIM1; k=rsa; p={public_key}"


def tags(text: str) -> dict[str, str]:
    """`a=b; c=d` as DKIM, DMARC and their like write it (RFC 6376 section 3.2)."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, found, value in pairs if found}


def public_key_in(text: str) -> str:
    """The key of a record without the blanks that DNS editors put into it."""
    return _BASE64.sub("", tags(text).get("p", ""))


def relaxed_lines(octets: bytes) -> bytes:
    """Whole lines: runs of blanks become one, those before a line end go
    (RFC 6376 section 3.4.4)."""
    if b"  " in octets or b"\t" in octets:
        octets = _BLANKS.sub(b" ", octets)
    return octets.replace(b" \r\n", b"\r\n")


def relaxed_body(body: bytes) -> bytes:
    """The body as it is hashed; `body` has CRLF line ends only."""
    if body and not body.endswith(b"\r\n"):
        body += b"\r\n"
    body = relaxed_lines(body)
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n" if end else b""


def relaxed_headers(head: bytes) -> dict[str, list[bytes]]:
    """Lower-case name to its lines without CRLF, top to bottom (section 3.4.2)."""
    found: dict[str, list[bytes]] = {}
    for line in _FOLD.sub(b"", head).split(b"\r\n"):
        name, relaxed = _relaxed_header(line)
        if name:
            found.setdefault(name, []).append(relaxed)
    return found


@functools.lru_cache(maxsize=128)
def _relaxed_header(line: bytes) -> tuple[str, bytes]:
    """Its name and the whole of it; most are the same in the next mail."""
    name, colon, value = line.partition(b":")
    name = name.strip(b" \t").lower() if colon else b""
    value = _BLANKS.sub(b" ", value).strip(b" ")
    return name.decode("latin-1"), name + b":" + value


@dataclass(frozen=True)
class Signer:
    """Signs for one domain with one key. `sign`: octets to the RSA signature."""

    domain: str
    selector: str
    sign: Callable[[bytes], bytes]

    @classmethod
    def of(cls, domain: str, selector: str, private_key: bytes) -> Signer:
        """`private_key` as `new_key` made it; it was checked then."""
        key = serialization.load_der_private_key(
            private_key, None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("DKIM keys are RSA keys.")
        scheme, digest = padding.PKCS1v15(), hashes.SHA256()
        return cls(domain, selector, lambda octets: key.sign(octets, scheme, digest))

    def signature(self, head: bytes, canonical_body: bytes, moment: int) -> bytes:
        """The DKIM-Signature header, CRLF at its end, to be put before `head`.

        `head`: all headers with CRLF, without the empty line. `canonical_body`:
        see `relaxed_body`. `moment`: seconds since 1970.
        """
        found = relaxed_headers(head)
        names: list[str] = []
        covered: list[bytes] = []
        for name in SIGNED:
            lines = found.get(name, ())
            names += [name] * (len(lines) + (name in OVERSIGNED))
            covered += reversed(lines)  # counted from the bottom, section 5.4.2
        digest = binascii.b2a_base64(
            hashlib.sha256(canonical_body).digest(), newline=False
        ).decode()
        unsigned = (
            f"{_beginning(self.domain, self.selector, tuple(names))}"
            f" t={moment};\r\n bh={digest};\r\n b="
        )
        canonical = "dkim-signature:" + unsigned.partition(": ")[2]
        covered.append(canonical.replace("\r\n", "").encode())
        value = binascii.b2a_base64(self.sign(b"\r\n".join(covered)), newline=False)
        return unsigned.encode() + _folded(value) + b"\r\n"


@functools.lru_cache(maxsize=64)
def _beginning(domain: str, selector: str, names: Sequence[str]) -> str:
    """All that is the same for every mail with the same headers."""
    lines = [names[at : at + 3] for at in range(0, len(names), 3)]
    listed = ":\r\n ".join(":".join(line) for line in lines)
    return (
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
        f" d={domain}; s={selector};\r\n h={listed};\r\n"
    )


def _folded(value: bytes) -> bytes:
    """Base64 in lines that every mail server takes."""
    return b"\r\n ".join(value[at : at + 72] for at in range(0, len(value), 72))
