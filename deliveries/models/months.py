"""What became of the mail of a month, summed up for charts."""

from __future__ import annotations

from django.db import models


class Month(models.Model):
    """One month of the account's calendar. A mail counts in the month its message
    began, an opt-out in the month it was said. Written by `deliveries.months` alone.
    """

    # its first day
    month = models.DateField(primary_key=True)
    delivered = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    clicked = models.PositiveIntegerField(default=0)
    bounced = models.PositiveIntegerField(default=0)
    opt_outs = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"
