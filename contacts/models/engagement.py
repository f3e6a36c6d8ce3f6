"""How people have engaged: the roll-ups, and why a mail to them bounced."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy


class HardBounceReason(models.TextChoices):
    """Why an address is suppressed by a bounce, in the words marketers know."""

    UNKNOWN_USER = "UNKNOWN_USER", gettext_lazy("Unknown user")
    MAILBOX_FULL = "MAILBOX_FULL", gettext_lazy("Mailbox full")
    POLICY = "POLICY", gettext_lazy("Policy")
    SPAM = "SPAM", gettext_lazy("Spam")
    CONTENT = "CONTENT", gettext_lazy("Content")
    OTHER = "OTHER", gettext_lazy("Other")


class Engagement(models.Model):
    """The engagement roll-ups, for the current address. One writer: the folder job.

    Numbers count deliveries, not events. Human means the verdict on the event was
    human: machine opens and clicks count for nothing. "Last delivered" is what
    other tools call the last send date.
    """

    delivered = models.PositiveIntegerField(db_default=0, default=0)
    opened = models.PositiveIntegerField(db_default=0, default=0)
    clicked = models.PositiveIntegerField(db_default=0, default=0)
    bounced = models.PositiveIntegerField(db_default=0, default=0)
    replied = models.PositiveIntegerField(db_default=0, default=0)
    # deliveries since the last human open or click
    sends_since_engagement = models.PositiveIntegerField(db_default=0, default=0)
    first_delivered_at = models.DateTimeField(null=True)
    last_delivered_at = models.DateTimeField(null=True)
    first_opened_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    first_clicked_at = models.DateTimeField(null=True)
    last_clicked_at = models.DateTimeField(null=True)
    last_replied_at = models.DateTimeField(null=True)
    last_email_name = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )

    class Meta:
        abstract = True


ENGAGEMENT_FIELDS = tuple(field.name for field in Engagement._meta.local_fields)
