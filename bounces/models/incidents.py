"""Incidents: a provider or domain that turns our mail away for what we do."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from deliveries.models import Hold, HoldKind


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> IncidentQuerySet:
        return self.filter(solved_at=None)


class Incident(models.Model):
    """One pattern of refusals: whose server, which category, which words.

    `place` is a provider's key or a domain; `pattern` the words without what differs
    from mail to mail.
    """

    kind = models.CharField(max_length=10, choices=HoldKind)
    place = models.CharField(max_length=255)
    category = models.CharField(max_length=32)
    pattern = models.CharField(max_length=200, blank=True)
    words = models.TextField(blank=True)  # what the server said the first time
    opened_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    hold = models.ForeignKey(Hold, null=True, on_delete=models.PROTECT)
    solved_at = models.DateTimeField(null=True)
    solved_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    solution = models.CharField(max_length=300, blank=True)
    # addresses given back, and mails that had waited
    released = models.PositiveIntegerField(default=0)
    let_go = models.PositiveIntegerField(default=0, db_default=0)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "place", "category", "pattern"],
                condition=Q(solved_at=None),
                name="incident_once_while_open",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[HoldKind.PROVIDER, HoldKind.DOMAIN]),
                name="incident_is_of_a_provider_or_domain",
            ),
            models.CheckConstraint(
                condition=Q(solved_at=None, solved_by=None)
                | (Q(solved_at__isnull=False, solved_by__isnull=False)),
                name="incident_solved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.category}"

    def get_absolute_url(self) -> str:
        return reverse("bounces:incident", args=[self.pk])

    @property
    def is_held(self) -> bool:
        """Mail to the place waits for it; it goes on when it was let go since."""
        return self.hold is not None and self.hold.lifted_at is None
