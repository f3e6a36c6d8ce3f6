"""Previews of an email for people without an account: a link, for some days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from deliveries.links import public_url
from deliveries.tokens import BadToken, Purpose, Token, read, sign

if TYPE_CHECKING:
    from campaigns.models.emails import MarketingEmail


class SharedPreviewQuerySet(models.QuerySet["SharedPreview"]):
    def share(self, email: MarketingEmail, days: int, user: User) -> SharedPreview:
        """A new link to `email` as it is and as it will be."""
        until = timezone.now() + dt.timedelta(days=days)
        return self.create(
            email=email, expires_at=until, version=email.version, created_by=user
        )

    def open(self) -> SharedPreviewQuerySet:
        """Those whose links still lead somewhere."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def at(self, token: str) -> SharedPreview | None:
        """The one that a link of ours leads to; None: none, expired or taken back."""
        try:
            found = read(token, Purpose.PREVIEW)
        except BadToken:
            return None
        shared = self.open().filter(pk=found.message_id)
        return shared.select_related(
            "email__subscription_type__brand", "email__message"
        ).first()


class SharedPreview(models.Model):
    """One link, which whoever has it may open until it expires or is taken back."""

    email = models.ForeignKey(
        "campaigns.MarketingEmail", on_delete=models.CASCADE, related_name="shared"
    )
    # of the content when the link was made: the page says whether it changed since
    version = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = SharedPreviewQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="shared_preview_lasts_a_while",
                violation_error_message="A shared preview has to last for some time.",
            ),
        ]

    def __str__(self) -> str:
        return f"Preview of {self.email}"

    @property
    def token(self) -> str:
        return sign(self._token, Purpose.PREVIEW)

    @property
    def _token(self) -> Token:
        return Token(self.pk, 0, 0)

    @property
    def url(self) -> str:
        return public_url(self._token, Purpose.PREVIEW)

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    def revoke(self, user: User) -> bool:
        """Let it lead nowhere from now on; False when somebody did already."""
        rows = SharedPreview.objects.filter(pk=self.pk, revoked_at=None)
        return bool(rows.update(revoked_at=timezone.now(), revoked_by=user))
