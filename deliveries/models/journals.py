"""Which journal of noes belongs to this database."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from deliveries.models.holds import Hold


class Journal(models.Model):
    """One row: the journal that was begun for this database, and the stop that waits
    for somebody because another one, or none, was found; see deliveries.journal."""

    key = models.UUIDField(default=uuid.uuid4)
    hold = models.ForeignKey(Hold, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="journal_is_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.key)
