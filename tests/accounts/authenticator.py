"""A device that makes passkeys and signs with them, as a browser would tell it."""

import json
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG
NONE = FLAG(0)


class Device:
    """Holds one passkey. What it is made with is what it tells, true or not."""

    def __init__(self, origin="http://testserver.example", verifies=True):
        self.origin, self.verifies = origin, verifies
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.uses, self.handle = 0, None

    def make(self, options, **lies):
        """The answer to a question for a new passkey, as the page sends it."""
        self.handle = websafe_decode(options["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        made = AttestedCredentialData.create(b"\0" * 16, self.credential_id, public)
        told = self._told(options, "webauthn.create", lies)
        seen = self._seen(options["rp"]["id"], lies, FLAG.AT, made)
        sealed = AttestationObject.create("none", seen, {})
        return self._answer(clientDataJSON=told, attestationObject=sealed)

    def sign(self, options, **lies):
        """The answer to a question for one that it has."""
        self.uses += 1
        told = self._told(options, "webauthn.get", lies)
        seen = self._seen(options["rpId"], lies)
        signed = self.key.sign(seen + told.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=told,
            authenticatorData=seen,
            signature=lies.get("signature", signed),
            userHandle=lies.get("handle", self.handle),
        )

    def _told(self, options, kind, lies):
        challenge = lies.get("challenge", options["challenge"])
        return CollectedClientData.create(
            lies.get("type", kind),
            challenge,
            lies.get("origin", self.origin),
            cross_origin=lies.get("framed", False),
        )

    def _seen(self, site, lies, flags=NONE, made=b""):
        flags |= FLAG.UP | (FLAG.UV if self.verifies else NONE)
        counted = lies.get("uses", self.uses)
        hashed = sha256(lies.get("site", site).encode())
        return AuthenticatorData.create(hashed, flags, counted, made)

    def _answer(self, **response):
        told = {name: websafe_encode(value) for name, value in response.items()}
        return json.dumps(
            {
                "rawId": websafe_encode(self.credential_id),
                "type": "public-key",
                "response": told,
            }
        )
