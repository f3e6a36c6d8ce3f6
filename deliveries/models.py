"""What was sent to whom, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from consent.models import Address, Brand, SubscriptionType
from contacts.models import Contact


class Channel(models.TextChoices):
    """What kind of mail it is: the table of refusals differs by channel."""

    MARKETING = "marketing", "Marketing email"
    SEQUENCE = "sequence", "Sequence"
    ONE_TO_ONE = "one_to_one", "One-to-one email"
    CONFIRMATION = "confirmation", "Confirmation email"
    SERVICE = "service", "Service email"
    TEST = "test", "Test send"


class Message(models.Model):
    """The content of one mailing, frozen once somebody may get it.

    `group` names what it belongs to ("email:12", "reengagement:3"), so that
    filters can ask for it without looking upward. `html` and `text` are complete
    but for the tokens and links that differ per person (see rendering).
    """

    channel = models.CharField(
        max_length=12, choices=Channel, default=Channel.MARKETING
    )
    name = models.CharField(max_length=200)
    group = models.CharField(max_length=60, blank=True, db_index=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    subscription_type = models.ForeignKey(SubscriptionType, on_delete=models.PROTECT)
    from_name = models.CharField(max_length=120)
    from_email = models.EmailField()
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=300)
    preview_text = models.CharField(max_length=300, blank=True)
    # list of blocks, see rendering
    blocks = models.JSONField(default=list)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    open_tracked = models.BooleanField(default=True)
    click_tracked = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    # set when the audience is fixed: from then on the content never changes (trigger)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="message_channel_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LinkKind(models.TextChoices):
    ORDINARY = "ordinary", "Link"
    CONFIRM = "confirm", "Confirm button"


class Link(models.Model):
    """One tracked target of a message. Unsubscribe and preference links are not here:
    they are never tracked."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="links")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=LinkKind, default=LinkKind.ORDINARY)
    # empty for the confirm link without a target of its own: our thank-you page
    url = models.TextField(blank=True)
    label = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "position"], name="link_position_once"
            ),
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(kind=LinkKind.CONFIRM),
                name="link_one_confirm_per_message",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LinkKind.values), name="link_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.url


class DeliveryState(models.TextChoices):
    """Where one mail to one address stands."""

    NOT_SENT = "not_sent", "Not sent"  # `reason` says why; final
    QUEUED = "queued", "Waiting"  # may be claimed from `due_at` on
    STARTED = "started", "Being sent"  # started_at committed, outcome not yet
    DELIVERED = "delivered", "Delivered"  # the receiving server accepted it
    REFUSED = "refused", "Refused"  # the server said no for good (5yz)
    EXPIRED = "expired", "Gave up"  # temporary refusals until the time was over
    UNCERTAIN = (
        "uncertain",
        "Uncertain",
    )  # a crash hid the outcome; never resent by itself
    CANCELLED = "cancelled", "Cancelled"  # stopped by a person before it started


class Verdict(models.TextChoices):
    """Who was behind an open or a click."""

    PENDING = "pending", "Not judged yet"
    HUMAN = "human", "A person"
    UNVERIFIED = "unverified", "Not certain"
    MACHINE = "machine", "A machine"


class Delivery(models.Model):
    """One message to one address: the queue, the outcome and the engagement.

    Partitioned by range of message_id; unique per (message, address, occurrence).
    No database foreign keys (a million rows would cost twice as much); the schema is
    made by SQL in the migration, the key in the database is (message_id, id).
    Times are when it happened at our side, UTC.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(
        Message, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    address = models.ForeignKey(
        Address, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    # 0 for marketing; else the enrolment, request or resend it belongs to
    occurrence = models.BigIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=10, choices=DeliveryState)
    # a key of refusals.REFUSALS when not sent
    reason = models.CharField(max_length=24, blank=True, db_default="")
    provider = models.CharField(max_length=60, blank=True, db_default="")
    open_tracked = models.BooleanField(db_default=False, default=False)
    click_tracked = models.BooleanField(db_default=False, default=False)
    queued_at = models.DateTimeField(db_default=Now())
    # not before this moment: schedule, retry back-off
    due_at = models.DateTimeField(db_default=Now())
    claimed_by = models.CharField(max_length=80, blank=True, db_default="")
    claimed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # the last answer of the receiving server: reply code, enhanced status code
    # (RFC 3463), text
    smtp_code = models.PositiveSmallIntegerField(null=True)
    enhanced_code = models.CharField(max_length=12, blank=True, db_default="")
    reply = models.TextField(blank=True, db_default="")
    delivered_at = models.DateTimeField(null=True)
    # human verdicts only; a later human event never moves the first one
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    last_clicked_at = models.DateTimeField(null=True)
    # a click that is not certain yet, or never will be
    unverified_click_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)
    # written by `bounces`: hard, soft, block ... and the category
    bounced_at = models.DateTimeField(null=True)
    bounce_kind = models.CharField(max_length=12, blank=True, db_default="")
    bounce_category = models.CharField(max_length=32, blank=True, db_default="")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "address", "occurrence"],
                name="delivery_once_per_address",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values),
                name="delivery_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_sent") | ~Q(reason=""),
                name="delivery_not_sent_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["not_sent", "queued", "cancelled"])
                | Q(delivered_at=None),
                name="delivery_delivered_was_started",
            ),
        ]
        indexes: ClassVar = [
            # serves the claim of due rows
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state="queued"),
                name="delivery_due",
            ),
            # serves release of stuck rows, and the wait of an opt-out
            models.Index(
                fields=["started_at"],
                condition=Q(state="started"),
                name="delivery_started",
            ),
            # serves the record's timeline, the folder, the wait of an opt-out
            models.Index(fields=["address", "id"], name="delivery_by_address"),
            models.Index(fields=["message", "state"], name="delivery_by_state"),
            # serves the judging of refusals by `bounces`
            models.Index(
                fields=["id"],
                condition=Q(state="refused", bounce_category=""),
                name="delivery_refusal_unjudged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.address_id}: {self.get_state_display()}"


class EventKind(models.TextChoices):
    OPEN = "open", "Opened"
    CLICK = "click", "Clicked"
    CONFIRM = "confirm", "Pressed the confirm button"
    UNSUBSCRIBE = "unsubscribe", "Unsubscribed"


class Event(models.Model):
    """One open, click or button press as it reached us, with the verdict on it.

    Partitioned by month of `at`; key in the database (at, id). Never deleted with
    the verdict: `signals` keeps each signal and its weight.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=12, choices=EventKind)
    delivery_id = models.BigIntegerField()
    message = models.ForeignKey(
        Message, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    address = models.ForeignKey(
        Address, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    link = models.ForeignKey(
        Link,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    method = models.CharField(max_length=8, blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=500, blank=True)
    # what the request said of its sender: accept_language, sec_fetch ...
    traits = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.PENDING)
    score = models.SmallIntegerField(null=True)
    signals = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="event_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="event_verdict_is_known"
            ),
        ]
        indexes: ClassVar = [
            # serves the settling of verdicts once the window is over
            models.Index(
                fields=["at"], condition=Q(verdict="pending"), name="event_unsettled"
            ),
            models.Index(fields=["delivery_id"], name="event_by_delivery"),
            models.Index(fields=["address", "at"], name="event_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_verdict_display()})"


class HoldKind(models.TextChoices):
    EVERYTHING = "everything", "All sending"
    MESSAGE = "message", "One mailing"
    PROVIDER = "provider", "One mailbox provider"
    DOMAIN = "domain", "One domain"


class HoldQuerySet(models.QuerySet["Hold"]):
    def active(self) -> HoldQuerySet:
        return self.filter(lifted_at=None)


class Hold(models.Model):
    """Sending stopped, in part or altogether, until a person lifts it."""

    kind = models.CharField(max_length=10, choices=HoldKind)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE
    )
    # the provider or domain
    value = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lift_reason = models.CharField(max_length=300, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=HoldKind.EVERYTHING, message=None, value="")
                | Q(kind=HoldKind.MESSAGE, message__isnull=False, value="")
                | (Q(kind__in=["provider", "domain"], message=None) & ~Q(value="")),
                name="hold_names_what_it_holds",
            ),
            models.UniqueConstraint(
                fields=["kind", "message", "value"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="hold_once_while_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"
