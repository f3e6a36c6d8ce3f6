"""How a brand shows itself to readers: its logo, and words of its own."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models

from accounts.languages import Language
from accounts.pictures import TYPES, Drawn


class LogoQuerySet(models.QuerySet["Logo"]):
    def keep(self, drawn: Drawn) -> Logo:
        return self.create(
            name=f"{secrets.token_urlsafe(18)}.{drawn.format.lower()}",
            format=drawn.format,
            octets=drawn.octets,
        )


class Logo(models.Model):
    """A picture under a name that never changes: every cache may keep it."""

    name = models.CharField(max_length=40, primary_key=True)
    format = models.CharField(max_length=4)
    octets = models.BinaryField()

    objects = LogoQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(format__in=list(TYPES)),
                name="logo_format_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BrandWords(models.Model):
    """What a brand says on the public pages, in one language, besides what we say."""

    brand = models.ForeignKey(
        "consent.Brand", on_delete=models.CASCADE, related_name="words"
    )
    language = models.CharField(max_length=12, choices=Language)
    choosing = models.CharField(max_length=400, blank=True)
    leaving = models.CharField(max_length=400, blank=True)
    thanks = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "language"], name="brand_words_once_per_language"
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values),
                name="brand_words_language_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} ({self.get_language_display()})"
