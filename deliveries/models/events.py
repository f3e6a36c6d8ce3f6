"""What people and machines did with what they got."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from consent.models import Address
from deliveries.models.delivery import Verdict
from deliveries.models.messages import Link, Message


class EventKind(models.TextChoices):
    OPEN = "open", pgettext_lazy("badge", "Opened")
    CLICK = "click", pgettext_lazy("badge", "Clicked")
    CONFIRM = "confirm", gettext_lazy("Pressed the confirm button")
    UNSUBSCRIBE = "unsubscribe", gettext_lazy("Unsubscribed")


class EventQuerySet(models.QuerySet["Event"]):
    def awaited(self) -> EventQuerySet:
        """Clicks and presses whose verdict is to come: who made one is not silent."""
        return self.filter(verdict=Verdict.PENDING).exclude(kind=EventKind.OPEN)


class Event(models.Model):
    """One open, click or button press as it reached us, with the verdict on it.

    Partitioned by month of `at`; key in the database (at, id). Never deleted with
    the verdict: `signals` keeps each signal and its weight.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=12, choices=EventKind)
    delivery_id = models.BigIntegerField()
    message = models.ForeignKey(
        Message, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    address = models.ForeignKey(
        Address, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    link = models.ForeignKey(
        Link,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    method = models.CharField(max_length=8, blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=500, blank=True)
    # what the request said of its sender: accept_language, sec_fetch ...
    traits = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.PENDING)
    score = models.SmallIntegerField(null=True)
    signals = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="event_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="event_verdict_is_known"
            ),
        ]
        indexes: ClassVar = [
            # serves the settling of verdicts once the window is over
            models.Index(
                fields=["at"], condition=Q(verdict="pending"), name="event_unsettled"
            ),
            models.Index(fields=["delivery_id"], name="event_by_delivery"),
            models.Index(fields=["address", "at"], name="event_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_verdict_display()})"


class ForgottenQuerySet(models.QuerySet["Forgotten"]):
    def mark(self) -> Forgotten:
        """The one row, locked: one worker at a time."""
        self.get_or_create(pk=1)
        return self.select_for_update().get(pk=1)


class Forgotten(models.Model):
    """Events before `until` say nothing any more of the browser behind them. One row;
    see deliveries.forgetting."""

    until = models.DateTimeField(default=dt.datetime(2000, 1, 1, tzinfo=dt.UTC))

    objects = ForgottenQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "forgotten"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="forgotten_is_one_row")
        ]

    def __str__(self) -> str:
        return f"before {self.until:%d %B %Y, %H:%M}"
