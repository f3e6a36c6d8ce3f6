"""What became of the mail of a day at one provider, summed up."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models


class DayQuerySet(models.QuerySet["Day"]):
    def between(self, first: dt.date, last: dt.date) -> DayQuerySet:
        """Both included."""
        return self.filter(day__range=(first, last)).order_by("day", "provider")


class Day(models.Model):
    """One day of the account's calendar at one provider: the marketing mail that
    started on it, whatever came of it later. Written by `deliveries.days` alone.
    """

    day = models.DateField()
    provider = models.CharField(max_length=60)
    sent = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    # of the delivered, those whose opens and clicks would be seen
    open_tracked = models.PositiveIntegerField(default=0)
    click_tracked = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    clicked = models.PositiveIntegerField(default=0)
    hard = models.PositiveIntegerField(default=0)
    bounced = models.PositiveIntegerField(default=0)
    unsubscribed = models.PositiveIntegerField(default=0)
    complaints = models.PositiveIntegerField(default=0)

    objects = DayQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "provider"], name="day_once_for_each_provider"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d %B %Y}, {self.provider}"
