"""The rules that a mail has to pass, version by version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from deliveries.models.messages import Channel


class RuleSet(models.Model):
    """One version of the rules of one channel, as they were asked; never changed
    (trigger). The number of the version is its id; see deliveries.rulesets."""

    channel = models.CharField(max_length=12, choices=Channel)
    # in the order in which they are asked: key, label, terms
    rules = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values),
                name="rule_set_channel_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Rules, version {self.pk}"
