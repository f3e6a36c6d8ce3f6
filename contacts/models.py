"""The people: who they are, what we know of them, how they have engaged."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

from accounts.models import User, check_time_zone
from consent.models import Address
from contacts.properties import Kind


class PropertyDefinition(models.Model):
    """One custom property of contacts; its id is the key in `Contact.properties`."""

    name = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    choices = models.JSONField(default=list, blank=True)
    description = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["label"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="property_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def key(self) -> str:
        return str(self.pk)


class HardBounceReason(models.TextChoices):
    """Why an address is suppressed by a bounce, in the words marketers know."""

    UNKNOWN_USER = "UNKNOWN_USER", "Unknown user"
    MAILBOX_FULL = "MAILBOX_FULL", "Mailbox full"
    POLICY = "POLICY", "Policy"
    SPAM = "SPAM", "Spam"
    CONTENT = "CONTENT", "Content"
    OTHER = "OTHER", "Other"


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
    last_email_name = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        abstract = True


ENGAGEMENT_FIELDS = tuple(field.name for field in Engagement._meta.local_fields)


class ContactQuerySet(models.QuerySet["Contact"]):
    def search(self, text: str) -> ContactQuerySet:
        """Those whose email, domain, first or last name begins with `text`.

        Prefixes only: each branch is served by an index at any size.
        """
        start = text.strip().lower()
        if not start:
            return self
        if start.startswith("@"):
            return self.filter(address__domain__startswith=start[1:])
        return self.filter(
            Q(email_lower__startswith=start)
            | Q(first_name_lower__startswith=start)
            | Q(last_name_lower__startswith=start)
        )


class Contact(Engagement):
    """One person as we know her. Consent hangs on the address, never on this row."""

    address = models.OneToOneField(
        Address, null=True, blank=True, on_delete=models.PROTECT
    )
    # as typed, trimmed; the spelling to deliver to is parsed from it
    email = models.CharField(max_length=254, blank=True)
    first_name = models.CharField(max_length=120, blank=True, db_default="")
    last_name = models.CharField(max_length=120, blank=True, db_default="")
    company = models.CharField(max_length=200, blank=True, db_default="")
    phone = models.CharField(max_length=60, blank=True, db_default="")
    city = models.CharField(max_length=120, blank=True, db_default="")
    country = models.CharField(max_length=80, blank=True, db_default="")
    language = models.CharField(max_length=12, blank=True, db_default="")
    time_zone = models.CharField(
        max_length=64, blank=True, db_default="", validators=[check_time_zone]
    )
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    properties = models.JSONField(
        default=dict,
        blank=True,
        encoder=DjangoJSONEncoder,
        db_default=models.Value({}, models.JSONField()),
    )
    # known when the current address is suppressed by a bounce; written with the
    # suppression by whoever judges bounces
    hard_bounce_reason = models.CharField(
        max_length=16, blank=True, choices=HardBounceReason, db_default=""
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    email_lower = models.GeneratedField(
        expression=Lower("email"), output_field=models.TextField(), db_persist=True
    )
    first_name_lower = models.GeneratedField(
        expression=Lower("first_name"), output_field=models.TextField(), db_persist=True
    )
    last_name_lower = models.GeneratedField(
        expression=Lower("last_name"), output_field=models.TextField(), db_persist=True
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(email="", address=None)
                | (~Q(email="") & Q(address__isnull=False)),
                name="contact_email_and_address_come_together",
            ),
            models.CheckConstraint(
                condition=Q(hard_bounce_reason="")
                | Q(hard_bounce_reason__in=HardBounceReason.values),
                name="contact_bounce_reason_is_known",
            ),
        ]
        indexes: ClassVar = [
            # serve the search by prefix
            models.Index(
                fields=["email_lower"],
                opclasses=["text_pattern_ops"],
                name="contact_email_prefix",
            ),
            models.Index(
                fields=["first_name_lower"],
                opclasses=["text_pattern_ops"],
                name="contact_first_name_prefix",
            ),
            models.Index(
                fields=["last_name_lower"],
                opclasses=["text_pattern_ops"],
                name="contact_last_name_prefix",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or f"Contact {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class OpeningBalance(Engagement):
    """Engagement brought along from another tool; the folder adds it in.

    Counts from elsewhere end at `as_of`; what we measure ourselves begins there.
    """

    contact = models.OneToOneField(
        Contact,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="opening_balance",
    )
    address = models.ForeignKey(Address, on_delete=models.PROTECT)
    source = models.CharField(max_length=200)
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.contact}: {self.delivered} delivered until {self.as_of:%Y-%m-%d}"
