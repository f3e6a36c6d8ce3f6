"""The end of a campaign: opting out the silent, in pieces, and taking it back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Job, User
from consent.models import (
    BATCH_SIZE,
    Address,
    Batch,
    SubscriptionType,
    Suppression,
)
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from reengagement import outcomes
from reengagement.vocabulary import Outcome

if TYPE_CHECKING:
    from reengagement.models.campaign import Campaign

UNDO_DAYS = 30


class SunsetQuerySet(models.QuerySet["Sunset"]):
    @transaction.atomic
    def begin(self, campaign: Campaign, user: User | None) -> Sunset:
        """The opt-out of `campaign` with a new job; the batch is made once."""
        sunset = self.filter(campaign=campaign).first() or self.create(
            campaign=campaign,
            batch=Batch.objects.create(
                kind="sunset",
                label=campaign.name,
                url=campaign.get_absolute_url(),
                created_by=user,
                undo_until=timezone.now() + dt.timedelta(days=UNDO_DAYS),
            ),
        )
        sunset.job = Job.objects.create(
            kind="sunset",
            label=f"Opt out the silent of “{campaign.name}”",
            url=campaign.get_absolute_url(),
            owner=user,
            total=campaign.members.silent().count(),
            unit="people",
        )
        sunset.save(update_fields=["job"])
        AuditEntry.objects.record(
            user,
            "began opting out the silent",
            subject=campaign.name,
            url=campaign.get_absolute_url(),
            detail={"silent": sunset.job.total},
        )
        return sunset


class Sunset(models.Model):
    """The opt-out of the silent of one campaign: a batch that can be undone."""

    campaign = models.OneToOneField(
        "reengagement.Campaign", on_delete=models.PROTECT, related_name="sunset"
    )
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL)

    objects = SunsetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Opt-out of {self.campaign}"

    def run(self, job: Job) -> None:
        """All pieces, each a commit of its own; safe to begin again after a crash."""
        done = job.done
        while looked_at := self.piece(job.owner_id):
            done += looked_at
            if not job.report(done):
                break
        members = self.campaign.members
        job.finish(opted_out=members.filter(outcome=Outcome.SUNSET).count())
        self.campaign.end_opt_out()

    @transaction.atomic
    def piece(self, user_id: int | None) -> int:
        """Opt out the next silent people, at most BATCH_SIZE; how many were looked at.

        Asks again under the lock that a confirmation also takes: who answered
        meanwhile is kept.
        """
        silent = self.campaign.members.silent().order_by("address_id")
        ids = list(silent.values_list("address_id", flat=True)[:BATCH_SIZE])
        Address.objects.lock(ids)
        outcomes.fold(self.campaign, ids)
        still = list(
            silent.filter(address_id__in=ids).values_list("address_id", flat=True)
        )
        self._suppress(still, user_id)
        self.campaign.members.filter(address_id__in=still).update(
            outcome=Outcome.SUNSET, outcome_at=timezone.now()
        )
        return len(ids)

    def _suppress(self, address_ids: list[int], user_id: int | None) -> None:
        act = Act(
            action=Action.SUNSET,
            mechanism=Mechanism.REENGAGEMENT,
            actor=Actor.STAFF if user_id else Actor.SYSTEM,
            user_id=user_id,
            batch_id=self.batch_id,
            explanation=f"Did not confirm “{self.campaign}” within"
            f" {self.campaign.waiting_days} days of the last email.",
            source={"campaign": self.campaign_id},
        )
        scopes: list[SubscriptionType | None] = [*self.campaign.opt_out_types.all()]
        for subscription_type in scopes or [None]:
            Suppression.objects.suppress(
                address_ids, Reason.SUNSET, act, subscription_type=subscription_type
            )

    def undo(self, user: User, reason: str) -> int:
        """Take the opt-outs back, except of people who acted since; how many."""
        if not self.batch.can_undo:
            return 0
        lifted = self.batch.undo(user, reason)
        self.campaign.fold()
        return lifted
