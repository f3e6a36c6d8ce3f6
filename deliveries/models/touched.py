"""Whose engagement has to be summed up anew."""

from __future__ import annotations

from django.db import models


class Touched(models.Model):
    """One address or contact whose sums are out of date; written by triggers.

    A row appears in the transaction of the change that it stands for, and goes in the
    one that sums it up: a crash at any moment loses nothing.
    """

    address_id = models.BigIntegerField(null=True)
    contact_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name_plural = "touched"

    def __str__(self) -> str:
        return f"address {self.address_id}, contact {self.contact_id}"
