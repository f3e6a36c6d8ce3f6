"""Who is asked by a campaign, with which emails, and when it stood still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from campaigns import starters
from campaigns.approving import unapproved
from campaigns.models import MarketingEmail
from campaigns.readiness import obstacles
from consent.models import Address, Brand, Grant
from contacts.models import Contact
from deliveries.models import Delivery, Hold
from reengagement.vocabulary import OPEN_OUTCOMES, Outcome

if TYPE_CHECKING:
    from reengagement.models.campaign import Campaign

# what the emails of a campaign begin with, in their order
ROUND = ("reengagement", "reminder", "last-call")
MAX_EMAILS = len(ROUND)


class CampaignEmailQuerySet(models.QuerySet["CampaignEmail"]):
    @transaction.atomic
    def write(self, campaign: Campaign, user: User) -> CampaignEmail | None:
        """One more email with words to begin with; None when there are three."""
        type(campaign).objects.select_for_update(no_key=True).get(pk=campaign.pk)
        position = campaign.emails.count() + 1
        if position > MAX_EMAILS:
            return None
        kind = campaign.subscription_type
        email = MarketingEmail.objects.start(
            starters.find(ROUND[position - 1]),
            f"{campaign.name[:180]}, email {position}",
            user,
            kind.brand if kind else Brand.objects.home(user),
        )
        email.subscription_type = kind
        email.group, email.owner_label = campaign.group, campaign.name
        email.owner_url = reverse("reengagement:emails", args=[campaign.pk])
        email.save()
        return self.create(campaign=campaign, email=email, position=position)

    @transaction.atomic
    def drop(self) -> int:
        """Delete these emails of a draft; those after them move up."""
        gone = list(self.select_related("email", "campaign"))
        for item in gone:
            item.delete()
            item.email.release_segments()
            item.email.delete()
        for item in gone[:1]:
            for place, later in enumerate(item.campaign.emails.all(), start=1):
                later.position = place
                later.save(update_fields=["position"])
        return len(gone)


class CampaignEmail(models.Model):
    """One of the one to three emails of a campaign, in order."""

    campaign = models.ForeignKey(
        "reengagement.Campaign", on_delete=models.CASCADE, related_name="emails"
    )
    position = models.PositiveSmallIntegerField()
    email = models.OneToOneField(
        MarketingEmail, on_delete=models.PROTECT, related_name="campaign_email"
    )

    objects = CampaignEmailQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "position"], name="campaign_email_position_once"
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=3),
                name="campaign_has_three_emails_at_most",
                violation_error_message="A campaign has one to three emails.",
            ),
        ]

    def __str__(self) -> str:
        return f"Email {self.position} of {self.campaign}"

    @property
    def obstacles(self) -> list[str]:
        """What is wrong with it, and whether the second person is awaited."""
        return obstacles(self.email, recipients=False) + unapproved(self.email)

    def due_after(self, before: CampaignEmail) -> models.QuerySet[Contact]:
        """Who got `before` long enough ago, has not answered, and not got this one."""
        ago = timezone.now() - dt.timedelta(days=self.campaign.gap_days)
        had = Delivery.objects.filter(message=self.email.message_id)
        asked = Delivery.objects.filter(
            message=before.email.message_id,
            delivered_at__lte=ago,
            bounced_at=None,
        )
        silent = self.campaign.members.filter(
            outcome=Outcome.WAITING, address__in=asked.values("address")
        ).exclude(address__in=had.values("address"))
        return Contact.objects.filter(address__in=silent.values("address"))


class MemberQuerySet(models.QuerySet["Member"]):
    def still_open(self) -> MemberQuerySet:
        """Those who may still answer."""
        return self.filter(outcome__in=OPEN_OUTCOMES)

    def silent(self) -> MemberQuerySet:
        return self.filter(outcome=Outcome.SILENT)

    def last_deadline(self) -> dt.datetime | None:
        last: dt.datetime | None = self.aggregate(last=models.Max("deadline_at"))[
            "last"
        ]
        return last

    def for_review(self, after: int, count: int) -> list[Member]:
        """The next `count` silent people by address id, with what a reviewer asks."""
        rows = self.silent().filter(address_id__gt=after)
        agreed = Grant.objects.filter(
            address=models.OuterRef("address"),
            subscription_type=models.OuterRef("campaign__subscription_type"),
        )
        return list(
            rows.select_related("contact", "address")
            .annotate(agreed_at=models.Subquery(agreed.values("given_at")[:1]))
            .order_by("address_id")[:count]
        )

    def table(self) -> Iterator[list[str]]:
        """Head and rows of the export; streamed, so that any number fits."""
        yield ["Email", "First name", "Last name", "Last delivered"]
        rows = self.values_list(
            "address__key",
            "contact__first_name",
            "contact__last_name",
            "last_delivered_at",
        )
        for key, first, last, when in rows.order_by("address_id").iterator():
            yield [key or "", first or "", last or "", f"{when:%Y-%m-%d}"]

    def keep(self, user: User) -> int:
        """Keep these silent people by hand; the next fold says so."""
        return self.silent().update(
            outcome=Outcome.KEPT, kept_at=timezone.now(), kept_by=user
        )


class Member(models.Model):
    """One person asked by one campaign, and what became of her.

    `outcome` and the times are worked out anew by the fold (outcomes.py) from
    deliveries, events and suppressions; nothing counts up. Only `kept_at` is a
    person's decision that stands here alone.
    """

    campaign = models.ForeignKey(
        "reengagement.Campaign", on_delete=models.CASCADE, related_name="members"
    )
    address = models.ForeignKey(Address, on_delete=models.PROTECT)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.WAITING)
    outcome_at = models.DateTimeField(default=timezone.now)
    # the last accepted delivery; the waiting time counts from it
    last_delivered_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    kept_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "address"], name="member_once_per_campaign"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values),
                name="member_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.SILENT)
                | Q(last_delivered_at__isnull=False),
                name="member_silent_was_delivered_to",
            ),
        ]
        indexes: ClassVar = [
            # serves the counts, the review and the pieces of the opt-out
            models.Index(
                fields=["campaign", "outcome", "address"], name="member_by_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_outcome_display()}"


class PauseQuerySet(models.QuerySet["Pause"]):
    def begin(self, campaign: Campaign, user: User | None, reason: str) -> None:
        """Stop the clock and hold the mails of `campaign`."""
        self.create(campaign=campaign, paused_by=user, reason=reason)
        for item in campaign.emails.exclude(email__message=None):
            item.email.pause(user, reason)

    def end(self, campaign: Campaign, user: User, reason: str) -> None:
        """Let the clock and the mails of `campaign` go on."""
        now = timezone.now()
        self.filter(campaign=campaign, ended_at=None).update(
            ended_at=now, resumed_by=user, resume_reason=reason
        )
        Hold.objects.active().filter(message__in=campaign.messages()).update(
            lifted_at=now, lifted_by=user, lift_reason=reason
        )


class Pause(models.Model):
    """A time in which the campaign stood still; deadlines move by its length."""

    campaign = models.ForeignKey(
        "reengagement.Campaign", on_delete=models.CASCADE, related_name="pauses"
    )
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300)
    paused_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resumed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resume_reason = models.CharField(max_length=300, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(ended_at=None),
                name="campaign_one_pause_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Paused {self.began_at:%Y-%m-%d}: {self.reason}"
