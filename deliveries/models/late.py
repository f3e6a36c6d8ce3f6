"""Mail that a server accepted although its reader had said no before."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from consent.models import Address
from deliveries.models.messages import Message


class LateQuerySet(models.QuerySet["Late"]):
    def for_user(self, user: User) -> LateQuerySet:
        return self.filter(user.within("message__brand"))

    def within(self, time: dt.timedelta) -> LateQuerySet:
        """Those found in the last `time`, the newest first."""
        found = self.filter(found_at__gt=timezone.now() - time)
        return found.select_related("message").order_by("-pk")


class Late(models.Model):
    """One mail accepted more than some minutes after the opt-out of its reader was
    committed: it was on its way for too long. Written by `deliveries.late` alone."""

    delivery_id = models.BigIntegerField(unique=True)
    message = models.ForeignKey(
        Message, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    # addresses are never deleted (trigger)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, db_constraint=False)
    said_at = models.DateTimeField()
    accepted_at = models.DateTimeField()
    found_at = models.DateTimeField(default=timezone.now)

    objects = LateQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "late"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(accepted_at__gt=F("said_at")), name="late_is_after_the_no"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message}: {self.minutes} minutes after the opt-out"

    @property
    def minutes(self) -> int:
        return int((self.accepted_at - self.said_at).total_seconds() // 60)
