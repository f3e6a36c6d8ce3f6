"""Secrets and signatures, as Standard Webhooks 1.0.0 has them. Pure.

https://www.standardwebhooks.com: what is signed is the id, the moment of the attempt
and the body with full stops between; while a secret is replaced, both sign.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
OCTETS = 32  # the standard asks for 24 to 64


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(OCTETS)).decode()


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA-256 in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.digest(key, signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def headers(
    keys: Iterable[str], event_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """What goes with `body`, signed with each of the secrets."""
    signatures = [signature(one, event_id, timestamp, body) for one in keys]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Listwell-Webhooks/1",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
