"""The days on which people were last seen, where nothing else may be kept of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from consent.models import Address, Brand


class LastSeen(models.Model):
    """The day (UTC) of the last open and the last click of one person in the mail of
    one brand, overwritten by the next: all that "hygiene only" keeps.

    Not the time, not the mail, not what came before.
    """

    # addresses are never deleted (trigger)
    address = models.ForeignKey(
        Address, on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, db_index=False)
    opened_on = models.DateField(null=True)
    clicked_on = models.DateField(null=True)

    class Meta:
        verbose_name_plural = "last seen"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address", "brand"], name="last_seen_once_per_brand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} in mail of {self.brand}"
