"""The second factor of a sign-in: a code that an app works out every half minute
(RFC 6238), or one of ten codes on paper."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from typing import ClassVar
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import vault

ISSUER = "Listwell"
DIGITS, STEP = 6, 30  # what every app works with
# clocks of telephones differ: one step before and behind, RFC 6238 section 5.2
DRIFT = (-1, 0, 1)
SECRET = 20  # octets, RFC 4226 section 4
CODES, CODE = 10, 10  # on paper: how many, of how many octets


def code_at(secret: bytes, step: int) -> str:
    """What the app shows in this half minute, counted from 1970."""
    # SHA-1 is what the apps know; HMAC does not need what broke it
    totp = TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303
    return totp.generate(step * STEP).decode()


def this_step() -> int:
    return int(time.time()) // STEP


def plain(typed: str) -> str:
    """A code as typed, without what stands between to make it readable."""
    return "".join(one for one in typed if one.isalnum()).upper()


def digest_of(code: str) -> str:
    """80 random bits: nobody finds them by trying, however quick the hash."""
    return hashlib.sha256(f"recovery:{plain(code)}".encode()).hexdigest()


def new_code() -> str:
    """In fours, without what looks alike: ABCD-EFGH-IJKL-MNOP."""
    words = base64.b32encode(secrets.token_bytes(CODE)).decode()
    return "-".join(words[at : at + 4] for at in range(0, len(words), 4))


class SecondFactorQuerySet(models.QuerySet["SecondFactor"]):
    def on(self) -> SecondFactorQuerySet:
        return self.exclude(confirmed_at=None)

    def of(self, user_id: int) -> SecondFactor | None:
        """The one that is asked for when she signs in."""
        return self.on().filter(user=user_id).first()

    def begin(self, user_id: int) -> SecondFactor:
        """A new secret for her app, asked for once she has shown a code of it. One that
        is on stays as it is."""
        closed = vault.close(secrets.token_bytes(SECRET), _purpose(user_id))
        found, made = self.get_or_create(user_id=user_id, defaults={"secret": closed})
        if not made and not found.confirmed_at:
            found.secret = closed
            found.save(update_fields=["secret"])
        return found


class SecondFactor(models.Model):
    """What proves, besides the password, that it is she. `step`: the last half minute
    whose code was used; a code counts once (RFC 6238 section 5.2). `recovery`: digests
    of the codes on paper that are left."""

    user = models.OneToOneField(
        "accounts.User", on_delete=models.CASCADE, related_name="second_factor"
    )
    secret = models.BinaryField()  # closed, see accounts.vault
    confirmed_at = models.DateTimeField(null=True)
    step = models.BigIntegerField(default=0)
    recovery = models.JSONField(default=list)

    objects = SecondFactorQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=False) | Q(step=0),
                name="second_factor_is_used_once_it_is_on",
            ),
        ]

    def __str__(self) -> str:
        return f"of {self.user_id}"

    @property
    def key(self) -> str:
        """The secret as people type it into an app."""
        words = base64.b32encode(self._opened()).decode()
        return " ".join(words[at : at + 4] for at in range(0, len(words), 4))

    def address(self, account: str) -> str:
        """otpauth://, which apps read from a QR code."""
        asked = urlencode({"secret": self.key.replace(" ", ""), "issuer": ISSUER})
        return f"otpauth://totp/{quote(f'{ISSUER}:{account}')}?{asked}"

    @transaction.atomic
    def confirm(self, typed: str) -> list[str]:
        """Ask for it from now on; the codes for paper, shown this once. None when
        `typed` is not what the app shows, or it was on."""
        own = SecondFactor.objects.select_for_update().get(pk=self.pk)
        step = own._step_of(plain(typed))
        if own.confirmed_at or step is None:
            return []
        own.confirmed_at, own.step = timezone.now(), step
        return own._new_codes()

    @transaction.atomic
    def accepts(self, typed: str) -> bool:
        """Whether it is she; the code is used up then."""
        own = SecondFactor.objects.on().select_for_update().filter(pk=self.pk).first()
        if own is None:
            return False
        code = plain(typed)
        step = own._step_of(code)
        if step is not None:
            own.step = step
        elif digest_of(code) in own.recovery:
            own.recovery.remove(digest_of(code))
        else:
            return False
        own.save(update_fields=["step", "recovery"])
        return True

    @transaction.atomic
    def renew(self) -> list[str]:
        """Ten new codes for paper; those of before lead nowhere any more."""
        own = SecondFactor.objects.select_for_update().get(pk=self.pk)
        return own._new_codes()

    def _new_codes(self) -> list[str]:
        codes = [new_code() for _ in range(CODES)]
        self.recovery = [digest_of(one) for one in codes]
        self.save(update_fields=["confirmed_at", "step", "recovery"])
        return codes

    def _step_of(self, code: str) -> int | None:
        """The half minute to which this code belongs, if none so late was used."""
        now, secret = this_step(), self._opened()
        fitting = [
            now + drift
            for drift in DRIFT
            if hmac.compare_digest(code_at(secret, now + drift).encode(), code.encode())
        ]
        return next((step for step in fitting if step > self.step), None)

    def _opened(self) -> bytes:
        return vault.reopen(bytes(self.secret), _purpose(self.user_id))


def _purpose(user_id: int) -> str:
    return f"second factor {user_id}"
