"""Passkeys (WebAuthn): keys that stay on a device, which signs with them what we ask.

Beside the password a passkey is the second factor. One whose device also asks for a
finger, a face or a PIN is both, and lets in without the password.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

HANDLE = 32  # octets by which a device knows her; they say nothing about her
LONGEST_ID = 1023  # octets, WebAuthn section 4
LONGEST_NAME = 60
# what reading an answer that no browser wrote may raise
MALFORMED = (
    *(ValueError, LookupError, TypeError, AttributeError, AssertionError),
    *(ArithmeticError, RuntimeError),
)
NOT_OURS = _("That passkey is none of this account, or was removed here.")
NOT_PROVEN = _("The device did not prove that it is you. Try again.")
COPIED = _(
    "That passkey seems to be a copy: it was used more often elsewhere. Remove it."
)
KNOWN = _("This passkey is on your list already, or on that of somebody else.")

Challenge = dict[str, Any]  # what a session keeps until the device has answered
Options = dict[str, Any]  # what the browser is asked, as JSON


class Refused(Exception):
    """Why an answer proves nothing, as a sentence."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys count: `name` is sealed into each, `origin` into each answer."""

    name: str
    origin: str

    @classmethod
    def here(cls) -> Site:
        """BASE_URL. A passkey needs a name, so 127.0.0.1 is localhost."""
        found = urlsplit(settings.BASE_URL)
        name, port = found.hostname or "", f":{found.port}" if found.port else ""
        if _is_loopback(name):
            name = "localhost"
        return cls(name, f"{found.scheme}://{name}{port}")

    @property
    def server(self) -> Fido2Server:
        entity = PublicKeyCredentialRpEntity(id=self.name, name="Listwell")
        return Fido2Server(entity, verify_origin=lambda told: told == self.origin)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class PasskeyQuerySet(models.QuerySet["Passkey"]):
    def of(self, user_id: int) -> PasskeyQuerySet:
        return self.filter(user=user_id).order_by("created_at", "pk")

    def ask(self, *, instead_of_password: bool = False) -> tuple[Options, Challenge]:
        """What the browser asks the device for: one of these, or, where the passkey is
        to do for the password as well, any that knows her and asks who she is."""
        need = UserVerificationRequirement
        options, state = Site.here().server.authenticate_begin(
            None if instead_of_password else [one.descriptor for one in self],
            need.REQUIRED if instead_of_password else need.PREFERRED,
        )
        return dict(options.public_key), state

    def ask_for_new(self, user_id: int, email: str) -> tuple[Options, Challenge]:
        """What the browser asks the device to make: a passkey that it does not have."""
        own = list(self.of(user_id))
        handle = bytes(own[0].handle) if own else secrets.token_bytes(HANDLE)
        options, state = Site.here().server.register_begin(
            PublicKeyCredentialUserEntity(id=handle, name=email, display_name=email),
            [one.descriptor for one in own],
            resident_key_requirement=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        )
        return dict(options.public_key), {**state, "handle": websafe_encode(handle)}

    def add(
        self, user_id: int, name: str, answer: str, challenge: Challenge
    ) -> Passkey:
        """The passkey that the device made; raises Refused."""
        made = _made(answer, challenge)
        if self.filter(credential_id=made.credential_id).exists():
            raise Refused(KNOWN)
        return self.create(
            user_id=user_id,
            name=name,
            handle=websafe_decode(challenge["handle"]),
            credential_id=made.credential_id,
            credential=bytes(made),
        )

    def shown(self, answer: str, challenge: Challenge) -> Passkey:
        """Which of these signed the challenge; it counts as used. Raises Refused."""
        told = _read(answer)
        found = self.filter(credential_id=told.raw_id).first()
        if found is None:
            raise Refused(NOT_OURS)
        found._check(told, challenge)
        signed = told.response.authenticator_data.counter
        # devices that sync do not count; of the others each use has a higher number
        fitting = Q(uses=0) if signed == 0 else Q(uses__lt=signed)
        rows = self.filter(fitting, pk=found.pk)
        if not rows.update(uses=signed, used_at=timezone.now()):
            raise Refused(COPIED)
        return found


class Passkey(models.Model):
    """One key on one device of hers, or on all that sync. `credential`: its public half
    and its id, as the device told. `handle`: by what the device knows her. `uses`: how
    often it signed, if it counts."""

    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="passkeys"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    handle = models.BinaryField(max_length=64)
    credential_id = models.BinaryField(max_length=LONGEST_ID)
    credential = models.BinaryField()
    uses = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    objects = PasskeyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["credential_id"],
                name="passkey_is_of_one_user",
                violation_error_message=KNOWN,
            ),
            models.UniqueConstraint(
                "user",
                Lower("name"),
                name="passkey_name_is_used_once",
                violation_error_message=_("You have a passkey of that name already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="passkey_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def descriptor(self) -> PublicKeyCredentialDescriptor:
        return PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY, id=bytes(self.credential_id)
        )

    def _check(self, told: AuthenticationResponse, challenge: Challenge) -> None:
        """Raises Refused unless it signed this challenge, on a page of ours."""
        own = AttestedCredentialData(bytes(self.credential))
        handle = told.response.user_handle
        if handle is not None and handle != bytes(self.handle):
            raise Refused(NOT_OURS)
        try:
            _check_frame(told)
            Site.here().server.authenticate_complete(challenge, [own], told)
        except MALFORMED as problem:
            raise Refused(NOT_PROVEN) from problem


def _texts(answer: str) -> dict[str, Any]:
    """An answer in JSON, of which only texts are kept: of a number the library would
    make octets, as many as it says."""
    found = json.loads(answer)
    said = found["response"].items()
    response = {name: word for name, word in said if isinstance(word, str)}
    return {"rawId": str(found["rawId"]), "response": response}


def _read(answer: str) -> AuthenticationResponse:
    try:
        told: AuthenticationResponse = AuthenticationResponse.from_dict(_texts(answer))
    except MALFORMED as problem:
        raise Refused(NOT_PROVEN) from problem
    return told


def _check_frame(told: AuthenticationResponse | RegistrationResponse) -> None:
    """No page of somebody else around ours asked for it."""
    if told.response.client_data.cross_origin:
        raise Refused(NOT_PROVEN)


def _made(answer: str, challenge: Challenge) -> AttestedCredentialData:
    """Which key the device says that it made for this challenge; raises Refused."""
    try:
        told = RegistrationResponse.from_dict(_texts(answer))
        _check_frame(told)
        made: AuthenticatorData = Site.here().server.register_complete(challenge, told)
    except MALFORMED as problem:
        raise Refused(NOT_PROVEN) from problem
    key = made.credential_data
    known = key and key.public_key.ALGORITHM in CoseKey.supported_algorithms()
    if key is None or not known or len(key.credential_id) > LONGEST_ID:
        raise Refused(
            gettext("This kind of passkey is not known here. Try another device.")
        )
    return key
