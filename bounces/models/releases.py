"""Addresses that were blocked by a bounce and given back: by whom, why, what then."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from consent.models import Address, Suppression
from consent.vocabulary import BOUNCE_REASONS
from contacts.models import HardBounceReason
from deliveries.models import Delivery, DeliveryState


class Way(models.TextChoices):
    """How an address came back. Only what a person does counts against the quota."""

    PERSON = "person", "Unbounced by hand"
    TIMED = "timed", "Released after its time"
    INCIDENT = "incident", "Released with an incident"
    RESCUE = "rescue", "Judged anew"


class Change(models.TextChoices):
    """What changed since the bounce, as whoever unbounces says."""

    ALLOWED = "allowed", "Their IT team allowed our sending address"
    FIXED_DNS = "fixed_dns", "We fixed our DNS (SPF, DKIM or DMARC)"
    CONFIRMED = "confirmed", "The person confirmed that the address works"


class ReleaseQuerySet(models.QuerySet["Release"]):
    def by_people_since(self, moment: dt.datetime) -> ReleaseQuerySet:
        return self.filter(way=Way.PERSON, at__gte=moment)

    def with_outcome(self) -> ReleaseQuerySet:
        """Each with `.is_blocked_again` and `.is_delivered_since`."""
        mails = Delivery.objects.filter(
            address=OuterRef("address"),
            started_at__gt=OuterRef("at"),
            state=DeliveryState.DELIVERED,
            bounced_at=None,
        )
        blocked = Suppression.objects.active().filter(
            address=OuterRef("address"),
            reason__in=BOUNCE_REASONS,
            created_at__gt=OuterRef("at"),
        )
        return self.annotate(
            is_delivered_since=Exists(mails), is_blocked_again=Exists(blocked)
        )


class Release(models.Model):
    """One address given back. Rows are never changed or deleted (trigger)."""

    address = models.ForeignKey(Address, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)
    way = models.CharField(max_length=8, choices=Way)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    # why it was blocked, and what the server had said
    was = models.CharField(max_length=16, choices=HardBounceReason)
    words = models.TextField(blank=True)
    change = models.CharField(max_length=10, choices=Change, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address"],
                condition=Q(way=Way.PERSON),
                name="unbounced_once_per_address",
                violation_error_message="This address was unbounced once already.",
            ),
            models.CheckConstraint(
                condition=Q(way__in=Way.values), name="release_way_is_known"
            ),
            models.CheckConstraint(
                condition=Q(was__in=HardBounceReason.values),
                name="release_names_what_it_was",
            ),
            models.CheckConstraint(
                condition=~Q(way=Way.PERSON)
                | (Q(user__isnull=False, change__in=Change.values) & ~Q(note="")),
                name="unbounced_by_somebody_for_a_reason",
            ),
        ]
        indexes: ClassVar = [
            # serves the quota of the month and the history
            models.Index(fields=["at"], name="release_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_way_display()}"
