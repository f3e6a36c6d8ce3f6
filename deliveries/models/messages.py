"""What is written: one message and its links."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from consent.models import Brand, SubscriptionType, Tracking


class Channel(models.TextChoices):
    """What kind of mail it is: the table of refusals differs by channel."""

    MARKETING = "marketing", gettext_lazy("Marketing email")
    SEQUENCE = "sequence", gettext_lazy("Sequence")
    ONE_TO_ONE = "one_to_one", gettext_lazy("One-to-one email")
    CONFIRMATION = "confirmation", gettext_lazy("Confirmation email")
    SERVICE = "service", gettext_lazy("Service email")
    TEST = "test", gettext_lazy("Test send")


class Bound(models.TextChoices):
    """Which limits of how often somebody is mailed hold for a mailing."""

    EVERYTHING = "everything", "The limit of the account and the promise of the type"
    PROMISE = "promise", "The promise of the type alone"
    NOTHING = "nothing", "None: it asks whether somebody wants to stay"


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
    # the same in other languages, each with its `html` and `text`: see languages
    variants = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField())
    )
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    open_tracked = models.BooleanField(default=True)
    click_tracked = models.BooleanField(default=True)
    # the mode of its brand when it was written; the stricter of the two holds
    tracking = models.CharField(
        max_length=10,
        choices=Tracking,
        default=Tracking.FULL,
        db_default=Tracking.FULL,
    )
    bound = models.CharField(
        max_length=10,
        choices=Bound,
        default=Bound.EVERYTHING,
        db_default=Bound.EVERYTHING,
    )
    created_at = models.DateTimeField(default=timezone.now)
    # set when the audience is fixed: from then on the content never changes (trigger)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="message_channel_is_known"
            ),
            models.CheckConstraint(
                condition=Q(tracking__in=Tracking.values),
                name="message_tracking_is_known",
            ),
            models.CheckConstraint(
                condition=Q(bound__in=Bound.values), name="message_bound_is_known"
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
    # of the variant it stands in; '' for the message's own words
    language = models.CharField(max_length=12, blank=True, default="", db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "position"], name="link_position_once"
            ),
            models.UniqueConstraint(
                fields=["message", "language"],
                condition=Q(kind=LinkKind.CONFIRM),
                name="link_one_confirm_per_language",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LinkKind.values), name="link_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.url
