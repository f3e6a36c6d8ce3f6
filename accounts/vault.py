"""Secrets as they lie in the database: closed with a key from the environment.

AES-256-GCM. The purpose is sealed in: what was closed for one row does not open for
another. The number of the key stands before it, so that keys can follow each other.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12  # octets, NIST SP 800-38D section 5.2.1.1


class Locked(Exception):
    """The key that closed it is not among VAULT_KEYS; a sentence."""


def close(secret: bytes, purpose: str) -> bytes:
    """`secret`, readable again by `reopen` with the same purpose only."""
    key_id, words = next(iter(settings.VAULT_KEYS.items()))
    nonce = secrets.token_bytes(NONCE)
    sealed = _cipher(words).encrypt(nonce, secret, purpose.encode())
    return key_id.encode() + b":" + nonce + sealed


def reopen(closed: bytes, purpose: str) -> bytes:
    key_id, _, rest = closed.partition(b":")
    words = settings.VAULT_KEYS.get(key_id.decode("utf-8", "replace"), "")
    try:
        return _cipher(words).decrypt(rest[:NONCE], rest[NONCE:], purpose.encode())
    except InvalidTag as problem:
        raise Locked(
            "A stored key cannot be read: VAULT_KEYS lacks the key that locked it."
        ) from problem


def _cipher(words: str) -> AESGCM:
    """The words are long and random (at least 32 characters): one hash is enough."""
    return AESGCM(hashlib.sha256(b"vault:" + words.encode()).digest())
