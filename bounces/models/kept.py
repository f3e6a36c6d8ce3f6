"""Blocks that somebody looked at in the rescue report and left as they are."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import User
from bounces.categories import CATEGORIES, COMPLAINT
from bounces.models.reports import Bounce
from consent.models import Suppression


class KeptQuerySet(models.QuerySet["Kept"]):
    def standing(self) -> KeptQuerySet:
        """Those that hold: nobody took them back, the block is there, and what the
        server said still means what it meant when it was looked at."""
        newest = (
            Bounce.objects.exclude(kind=COMPLAINT)
            .filter(address=OuterRef("block__address"))
            .order_by("-at", "-pk")
        )
        rows = self.filter(ended_at=None, block__lifted_at=None)
        rows = rows.alias(today=Subquery(newest.values("category")[:1]))
        return rows.filter(category=F("today"))

    def of_the_address(self) -> Exists:
        """Whether a block of the same address is kept: who gives back gives back an
        address, with all its blocks."""
        return Exists(self.standing().filter(block__address=OuterRef("address")))


class Kept(models.Model):
    """One decision that a block stays; the rescue report passes over it.

    `category`: what the newest bounce was called then. When that changes the block is
    in the report again.
    """

    block = models.ForeignKey(Suppression, on_delete=models.PROTECT)
    category = models.CharField(max_length=32)
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "kept"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["block"],
                condition=Q(ended_at=None),
                name="kept_once_until_taken_back",
            ),
            models.CheckConstraint(
                condition=Q(category__in=[*CATEGORIES]),
                name="kept_names_a_category",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="kept_is_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.block}: kept"
