"""How many of one mailing may go to one provider before the guard looks again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from deliveries.models.messages import Message

# the first mails to each provider, before anybody knows how they are taken
CANARY = 200
ENDLESS = 2**31


class Wave(models.Model):
    """One mailing at one provider; only for mailings that are let go in waves.

    `allowed`: so many may be started, none: as many as there are. `started` is written
    with the start of each batch.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="waves")
    provider = models.CharField(max_length=60)
    allowed = models.PositiveIntegerField(null=True, default=CANARY, db_default=CANARY)
    started = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "provider"], name="wave_once_for_each_provider"
            ),
            models.CheckConstraint(
                condition=Q(allowed=None) | Q(allowed__gt=0),
                name="wave_allows_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started} of {self.allowed or 'all'} to {self.provider}"

    @property
    def left(self) -> int:
        """How many more may start now."""
        if self.allowed is None:
            return ENDLESS
        return max(0, self.allowed - self.started)


class Pace(models.Model):
    """One mailing that leaves over hours: at most so many in a minute, whatever has
    piled up while it was stopped.

    `started`: how many in `minute`, written with the start of each batch.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True)
    per_minute = models.PositiveIntegerField()
    minute = models.DateTimeField(null=True)
    started = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(per_minute__gt=0), name="pace_lets_somebody_go"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.per_minute} a minute"
