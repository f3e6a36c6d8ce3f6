"""One message to one address."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy, pgettext_lazy

from consent.models import Address, ConsentRecord
from contacts.models import Contact
from deliveries.models.messages import Message
from deliveries.models.rulesets import RuleSet


class DeliveryState(models.TextChoices):
    """Where one mail to one address stands."""

    # `reason` says why; final
    NOT_SENT = "not_sent", pgettext_lazy("one mail", "Not sent")
    # may be claimed from `due_at` on
    QUEUED = "queued", pgettext_lazy("one mail", "Waiting")
    # started_at committed, outcome not yet
    STARTED = "started", pgettext_lazy("one mail", "Being sent")
    # the receiving server accepted it
    DELIVERED = "delivered", pgettext_lazy("one mail", "Delivered")
    # the server said no for good (5yz)
    REFUSED = "refused", pgettext_lazy("one mail", "Refused")
    # temporary refusals until the time was over
    EXPIRED = "expired", pgettext_lazy("one mail", "Gave up")
    # a crash hid the outcome; never resent by itself
    UNCERTAIN = "uncertain", pgettext_lazy("one mail", "Uncertain")
    # stopped by a person before it started
    CANCELLED = "cancelled", pgettext_lazy("one mail", "Cancelled")


class Verdict(models.TextChoices):
    """Who was behind an open or a click."""

    PENDING = "pending", gettext_lazy("Not judged yet")
    HUMAN = "human", gettext_lazy("A person")
    UNVERIFIED = "unverified", gettext_lazy("Not certain")
    MACHINE = "machine", gettext_lazy("A machine")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def moved(self) -> dict[int, int]:
        """The addresses that people of these mails have now, where it is another one;
        the last one of who has none: what is said there comes along to her next.

        What somebody answers to a mail of before counts where she is now as well.
        """
        now = Coalesce("contact__address_id", "contact__address_before_id")
        moved = self.annotate(now=now).exclude(now=F("address"))
        places = moved.values_list("pk", "now")
        return {pk: now for pk, now in places if now is not None}

    def moved_to(self) -> list[int]:
        return list(self.moved().values())


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
    # empty only for somebody in the audience who has none
    address = models.ForeignKey(
        Address,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
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
    # which of the blocks that only some get, a bit for each condition (see optional);
    # null: all of them
    shown = models.BigIntegerField(null=True)
    # the variant of the message that this reader gets; '' for its own words
    language = models.CharField(max_length=12, blank=True, db_default="")
    # whether it is known of this mail that it was opened, or clicked
    open_tracked = models.BooleanField(db_default=False, default=False)
    click_tracked = models.BooleanField(db_default=False, default=False)
    # neither is, but an answer moves the day of her last one: see LastSeen
    dated = models.BooleanField(db_default=False, default=False)
    # What allowed it, written as the audience is fixed and again as the mail starts:
    # the yes, with its words, the rules that were asked, and the newest record that
    # the ledger had of this address then
    consent = models.ForeignKey(
        ConsentRecord,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    rule_set = models.ForeignKey(
        RuleSet,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    ledger_at = models.BigIntegerField(null=True)
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
    # every answer that put it off until later: at, code, enhanced, reply
    put_off = models.JSONField(null=True)
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

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "address", "occurrence"],
                name="delivery_once_per_address",
            ),
            models.UniqueConstraint(
                fields=["message", "contact", "occurrence"],
                condition=Q(address=None),
                name="delivery_once_without_address",
            ),
            models.CheckConstraint(
                condition=Q(state="not_sent") | Q(address__isnull=False),
                name="delivery_sent_has_an_address",
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
            # serves the start of due rows, message by message
            models.Index(
                fields=["message", "due_at", "id"],
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
                condition=Q(state__in=["refused", "expired"], bounce_category=""),
                name="delivery_unjudged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.address_id}: {self.get_state_display()}"
