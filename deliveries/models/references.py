"""What providers call the mails that they took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

# no webhook about a mail comes later; see LATEST in bounces.recording
KEPT = dt.timedelta(days=400)


class ProviderMailQuerySet(models.QuerySet["ProviderMail"]):
    def keep(self, taken: Iterable[tuple[str, int, int]]) -> None:
        """(what it is called, message, delivery) of each that is called anything; safe
        to repeat."""
        rows = [
            ProviderMail(ref=ref[:255], message_id=message_id, delivery_id=delivery_id)
            for ref, message_id, delivery_id in taken
            if ref
        ]
        if rows:
            self.bulk_create(rows, ignore_conflicts=True)

    def forget(self) -> None:
        self.filter(at__lt=timezone.now() - KEPT).delete()


class ProviderMail(models.Model):
    """The name that a provider gave to a mail when it took it: "postmark:0a1b-…".

    Its webhooks name the mail by that alone where they repeat nothing of ours.
    """

    ref = models.CharField(max_length=255, primary_key=True)
    # no foreign keys, as on Delivery
    message_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now(), db_index=True)

    objects = ProviderMailQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["ref"]

    def __str__(self) -> str:
        return self.ref
