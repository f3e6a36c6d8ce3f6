"""The pictures of emails, served by us."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.pictures import TYPES, Drawn


class PictureQuerySet(models.QuerySet["Picture"]):
    def keep(self, drawn: Drawn) -> Picture:
        """The row of this picture; the same file twice is one row."""
        picture, _ = self.get_or_create(
            digest=hashlib.sha256(drawn.octets).digest(),
            defaults={
                "name": f"{secrets.token_urlsafe(18)}.{drawn.format.lower()}",
                "format": drawn.format,
                "octets": drawn.octets,
                "width": drawn.width,
                "height": drawn.height,
            },
        )
        return picture


class Picture(models.Model):
    """One picture under a name that nobody guesses and that never changes: mail that
    was sent goes on showing it, and every cache may keep it."""

    name = models.CharField(max_length=40, unique=True)
    digest = models.BinaryField(unique=True)
    format = models.CharField(max_length=4)
    octets = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = PictureQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(format__in=list(TYPES)),
                name="picture_format_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """Where the whole world finds it."""
        return str(settings.BASE_URL) + reverse("campaigns:picture", args=[self.name])
