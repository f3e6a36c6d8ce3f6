"""Emails kept as something to begin the next one with."""

from __future__ import annotations

import functools
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.blocks import copies
from campaigns.models.emails import MarketingEmail
from campaigns.models.states import EmailKind
from campaigns.models.words import SAID
from campaigns.starters import Starter


class EmailTemplateQuerySet(models.QuerySet["EmailTemplate"]):
    def starters(self) -> list[Starter]:
        return [template.starter for template in self.order_by("name")]


class EmailTemplate(models.Model):
    """The words of an email under a name of their own; no sender, no recipients."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=EmailKind, default=EmailKind.REGULAR)
    subject = models.CharField(max_length=300, blank=True)
    preview_text = models.CharField(max_length=300, blank=True)
    # list of blocks, see campaigns.blocks
    blocks = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = EmailTemplateQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                name="template_name_once",
                violation_error_message=_("There is a template of this name."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=EmailKind.values),
                name="template_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def take(self, email: MarketingEmail, user: User) -> None:
        """Keep what `email` says, in its own language."""
        for name in SAID:
            setattr(self, name, getattr(email, name))
        self.kind, self.created_by = email.kind, user
        self.save()

    @property
    def starter(self) -> Starter:
        return Starter(
            f"saved-{self.pk}",
            self.name,
            self.subject or gettext("No subject yet"),
            "bookmark",
            self.kind,
            self.subject,
            self.preview_text,
            functools.partial(copies, self.blocks),
        )
