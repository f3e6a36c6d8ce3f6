"""The saved versions of an email's content: undo, and two authors at once."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from campaigns.differences import Difference, differences
from campaigns.models.emails import MarketingEmail
from campaigns.models.states import EmailState
from deliveries.languages import all_blocks
from deliveries.optional import conditions

# Older versions are let go: undo reaches back this far.
KEPT_VERSIONS = 60

# Autosaves of one author within this time are one version.
ONE_SITTING = dt.timedelta(seconds=45)


class Outdated(Exception):
    """Somebody saved a newer version meanwhile, or the email is no draft any more."""


class EmailVersionQuerySet(models.QuerySet["EmailVersion"]):
    @transaction.atomic
    def save_content(
        self,
        email: MarketingEmail,
        seen: int,
        user: User,
        *,
        automatic: bool = False,
        restored: EmailVersion | None = None,
        **content: Any,
    ) -> EmailVersion:
        """Write `content` over version `seen`; Outdated when that is not the newest.

        `email` carries the new content and version afterwards.
        """
        self._keep_first(email)
        draft = MarketingEmail.objects.filter(
            pk=email.pk, version=seen, state=EmailState.DRAFT
        )
        now = timezone.now()
        changes = {**content, "saved_at": now, "saved_by": user}
        if draft.update(version=F("version") + 1, **changes) != 1:
            raise Outdated
        asked = conditions(all_blocks(email))
        email.refresh_from_db(fields=["version", *changes])
        if conditions(all_blocks(email)) != asked:
            email.note_conditions()
        return self._note(email, user, automatic=automatic, restored=restored)

    def history(
        self, email: MarketingEmail
    ) -> list[tuple[EmailVersion, list[Difference]]]:
        """The versions, newest first, each with how it differs from the one before."""
        found = list(
            self.filter(email=email).select_related("saved_by").order_by("-number")
        )
        pairs = itertools.pairwise(found)
        told = [differences(older.content, newer.content) for newer, older in pairs]
        return list(zip(found, [*told, []], strict=False))

    def _keep_first(self, email: MarketingEmail) -> None:
        """The words the email began with, so that undo can reach them."""
        self.get_or_create(
            email=email,
            number=email.version,
            defaults={
                "content": email.content,
                "saved_by": email.saved_by,
                "saved_at": email.saved_at,
            },
        )

    def _note(
        self,
        email: MarketingEmail,
        user: User,
        *,
        automatic: bool,
        restored: EmailVersion | None,
    ) -> EmailVersion:
        rows = self.filter(email=email)
        last = rows.order_by("-number").first()
        if automatic and last and last.is_sitting_of(user):
            last.number, last.content = email.version, email.content
            last.save(update_fields=["number", "content"])
            return last
        newest = rows.order_by("-number").values_list("pk", flat=True)
        rows.exclude(pk__in=list(newest[: KEPT_VERSIONS - 1])).delete()
        return self.create(
            email=email,
            number=email.version,
            content=email.content,
            saved_by=user,
            automatic=automatic,
            stands_for=restored.origin if restored else None,
        )


class EmailVersion(models.Model):
    """The content of an email as it was saved once."""

    email = models.ForeignKey(
        MarketingEmail, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    content = models.JSONField()
    automatic = models.BooleanField(default=False)
    # the version this one brought back: undo goes on from there
    stands_for = models.PositiveIntegerField(null=True)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = EmailVersionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email", "number"], name="email_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, version {self.number}"

    @property
    def origin(self) -> int:
        return self.stands_for or self.number

    def is_sitting_of(self, user: User) -> bool:
        """Still being typed by `user`: the next autosave belongs to it."""
        fresh = timezone.now() - self.saved_at < ONE_SITTING
        return self.automatic and self.saved_by_id == user.pk and fresh

    def before(self) -> EmailVersion | None:
        """The version that undo goes back to."""
        rows = EmailVersion.objects.filter(email=self.email, number__lt=self.origin)
        return rows.order_by("-number").first()

    def after(self) -> EmailVersion | None:
        """The version that redo goes on to: only right after an undo."""
        if not self.stands_for:
            return None
        rows = EmailVersion.objects.filter(email=self.email)
        numbers = rows.order_by("number").values_list("number", "stands_for")
        origins = {number: origin or number for number, origin in numbers}
        written = {number for number, origin in origins.items() if number == origin}
        step = max((one for one in written if one < self.number), default=0)
        while step > self.origin:  # back along what it was built on
            earlier = max((one for one in origins if one < step), default=0)
            if origins.get(earlier, 0) <= self.origin:
                return rows.filter(number=step).first()
            step = origins[earlier] if origins[earlier] in written else 0
        return None

    def restore(self, seen: int, user: User) -> EmailVersion:
        """Make this content the newest version; Outdated as in `save_content`."""
        return EmailVersion.objects.save_content(
            self.email, seen, user, restored=self, **self.content
        )

    def bring_back(self, seen: int, user: User) -> EmailVersion:
        """The same as a change of its own, which undo takes back."""
        return EmailVersion.objects.save_content(self.email, seen, user, **self.content)

    def lay_on(self, email: MarketingEmail) -> None:
        """Give `email` this content to be looked at; nothing is saved."""
        email.message = None
        for name, value in self.content.items():
            setattr(email, name, value)
