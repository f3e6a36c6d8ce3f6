"""What the mail catcher of the local mode took in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

# the local part in front of a token, as in a List-Unsubscribe header (RFC 2369)
UNSUBSCRIBE_PREFIX = "u-"
UNSUBSCRIBING = Q(recipient__startswith=UNSUBSCRIBE_PREFIX)


class CaughtMailQuerySet(models.QuerySet["CaughtMail"]):
    def outgoing(self) -> CaughtMailQuerySet:
        """What we sent, without what came back."""
        return self.filter(is_report=False)

    def unread_reports(self) -> CaughtMailQuerySet:
        """What came back to a return path and was not looked at yet."""
        return self.filter(is_report=True, read_at=None).exclude(UNSUBSCRIBING)

    def unread_unsubscribes(self) -> CaughtMailQuerySet:
        """Mail to the address of a List-Unsubscribe header, not looked at yet."""
        return self.filter(UNSUBSCRIBING, is_report=True, read_at=None)

    def search(self, text: str) -> CaughtMailQuerySet:
        """Those whose recipient begins with `text`."""
        return self.filter(recipient__startswith=text.strip().lower())


class CaughtMail(models.Model):
    """One mail to one recipient, as it came over SMTP. Local mode only."""

    at = models.DateTimeField(default=timezone.now)
    # as in the envelope; the recipient in lower case, for the search
    sender = models.CharField(max_length=320, blank=True)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=500, blank=True)
    raw = models.BinaryField()
    # to an address of ours: a bounce, a complaint or a request to unsubscribe
    is_report = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)

    objects = CaughtMailQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "caught mail"
        indexes: ClassVar = [
            # serves the search of the Outbox
            models.Index(
                fields=["recipient", "id"],
                opclasses=["text_pattern_ops", "int8_ops"],
                name="caught_recipient",
            ),
            # serves the reading of bounces
            models.Index(
                fields=["id"],
                condition=Q(is_report=True, read_at=None),
                name="caught_report_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject or 'No subject'} to {self.recipient}"
