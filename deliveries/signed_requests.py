"""How Amazon wants a request signed: AWS Signature Version 4.

Pure. Source: “Create a signed AWS API request”, AWS Identity and Access Management.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from urllib.parse import parse_qsl, quote, urlsplit

METHOD = "AWS4-HMAC-SHA256"
SIGNED = "host;x-amz-date"


def headers(
    url: str,
    key: tuple[str, str],
    scope: tuple[str, str],
    now: dt.datetime,
    body: bytes | None = None,
) -> dict[str, str]:
    """What proves a GET of `url`, or a POST of `body`; `key`: its id and the secret,
    `scope`: the region and the service."""
    key_id, secret = key
    stamp, (region, service) = now.strftime("%Y%m%dT%H%M%SZ"), scope
    day = stamp[:8]
    place = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join((METHOD, stamp, place, _digest(_canonical(url, stamp, body))))
    signing = f"AWS4{secret}".encode()
    for word in (day, region, service, "aws4_request"):
        signing = hmac.digest(signing, word.encode(), "sha256")
    signature = hmac.digest(signing, text.encode(), "sha256").hex()
    return {
        "X-Amz-Date": stamp,
        "Authorization": f"{METHOD} Credential={key_id}/{place},"
        f" SignedHeaders={SIGNED}, Signature={signature}",
    }


def _canonical(url: str, stamp: str, body: bytes | None) -> str:
    """The one spelling of the request that both sides sign."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    asked = "&".join(
        sorted(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    )
    named = f"host:{parts.netloc}\nx-amz-date:{stamp}\n"
    path = quote(parts.path or "/", safe="/-_.~%")
    method, digest = "GET" if body is None else "POST", hashlib.sha256(body or b"")
    return "\n".join((method, path, asked, named, SIGNED, digest.hexdigest()))


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
