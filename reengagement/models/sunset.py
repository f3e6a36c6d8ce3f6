"""The end of a campaign: opting out the silent, in pieces, and taking it back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Job, User
from consent.models import (
    BATCH_SIZE,
    Address,
    Batch,
    BatchKind,
    SubscriptionType,
    Suppression,
)
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from reengagement import outcomes
from reengagement.models.tallies import Tally
from reengagement.vocabulary import CampaignState, Outcome

if TYPE_CHECKING:
    from reengagement.models.campaign import Campaign

UNDO_DAYS = 30


class JobKind(models.TextChoices):
    RUN = "sunset", "Opting out the silent"
    UNDO = "sunset_undo", "Taking the opt-out of the silent back"


class SunsetQuerySet(models.QuerySet["Sunset"]):
    @transaction.atomic
    def begin(self, campaign: Campaign, user: User | None) -> Sunset:
        """The opt-out of `campaign` with a new job; the batch is made once."""
        sunset = self.filter(campaign=campaign).first() or self.create(
            campaign=campaign,
            batch=Batch.objects.create(
                kind=BatchKind.SUNSET,
                label=campaign.name,
                url=campaign.get_absolute_url(),
                created_by=user,
                undo_until=timezone.now() + dt.timedelta(days=UNDO_DAYS),
            ),
        )
        sunset.job = Job.objects.create(
            kind=JobKind.RUN,
            label=f"Opt out the silent of “{campaign.name}”",
            url=campaign.get_absolute_url(),
            owner=user,
            total=campaign.counts()[Outcome.SILENT],
            unit="people",
        )
        sunset.save(update_fields=["job"])
        campaign.record(user, "began opting out the silent", silent=sunset.job.total)
        return sunset


class Sunset(models.Model):
    """The opt-out of the silent of one campaign: a batch that can be undone."""

    campaign = models.OneToOneField(
        "reengagement.Campaign", on_delete=models.PROTECT, related_name="sunset"
    )
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL)
    undo_job = models.ForeignKey(
        Job, null=True, on_delete=models.SET_NULL, related_name="undone_sunset"
    )

    objects = SunsetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Opt-out of {self.campaign}"

    def run(self, job: Job) -> None:
        """All pieces, each a commit of its own with its progress; so is the end.

        Safe to begin again wherever a worker died.
        """
        while True:
            with transaction.atomic():
                looked_at = self.piece(job.owner_id)
                if not looked_at:
                    self._end(job)
                    return
                if not job.report(job.done + looked_at):
                    transaction.set_rollback(True)  # what is not told is not done
                    break
        self.campaign.break_off_opt_out()

    def _end(self, job: Job) -> None:
        Tally.objects.add_up(self.campaign_id)
        # counts from the last of them, however many rounds it took
        self.batch.undo_until = timezone.now() + dt.timedelta(days=UNDO_DAYS)
        self.batch.save(update_fields=["undo_until"])
        job.finish(opted_out=self.campaign.counts()[Outcome.SUNSET])
        self.campaign.end_opt_out()

    @transaction.atomic
    def piece(self, user_id: int | None) -> int:
        """Opt out the next silent people, at most BATCH_SIZE; how many were looked at.

        Asks again under the lock that a confirmation also takes: who answered
        meanwhile is kept, and who is kept by hand meanwhile is waited for.
        """
        silent = self.campaign.members.silent().order_by("address_id")
        ids = list(silent.values_list("address_id", flat=True)[:BATCH_SIZE])
        Address.objects.lock(ids)
        outcomes.fold(self.campaign, ids)
        locked = silent.filter(address_id__in=ids).select_for_update(no_key=True)
        still = list(locked.values_list("address_id", flat=True))
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

    @property
    def can_undo(self) -> bool:
        """In time, and not before the last of the silent was opted out."""
        over = self.campaign.state in {CampaignState.DONE, CampaignState.STOPPED}
        return over and self.batch.may_undo(self.undo_job)

    @property
    def is_undoing(self) -> bool:
        return self.undo_job is not None and not self.undo_job.is_over

    @transaction.atomic
    def begin_undo(self, user: User, reason: str) -> Job | None:
        """Hand the undo to a job; None when it was begun already or is too late."""
        locked = Sunset.objects.select_for_update(of=("self",))
        now = locked.select_related("batch", "campaign", "undo_job").get(pk=self.pk)
        self.batch, last = now.batch, now.undo_job
        if not now.can_undo or not self.batch.begin_undo(user, reason, last):
            return None
        self.undo_job = Job.objects.create(
            kind=JobKind.UNDO,
            label=f"Take back the opt-out of “{self.campaign}”"[:300],
            url=self.campaign.get_absolute_url(),
            owner=user,
            total=self.campaign.counts()[Outcome.SUNSET],
            unit="people",
        )
        self.save(update_fields=["undo_job"])
        self.campaign.record(user, "undid the opt-out of the silent", reason=reason)
        return self.undo_job

    def take_back(self, job: Job) -> None:
        """Lift the opt-outs piece by piece, except of people who acted since."""
        counts = Counter(job.resume.get("counts", {}))
        after = job.resume.get("after", 0)
        while True:
            with transaction.atomic():
                piece = next(self.batch.undo_pieces(after), None)
                if piece is None:
                    break
                self._restore(after, piece.after)
                after = piece.after
                counts.update(lifted=piece.lifted, kept=piece.kept)
                if not job.report(counts.total(), after=after, counts=dict(counts)):
                    transaction.set_rollback(True)  # what is not told is not done
                    return
        Tally.objects.add_up(self.campaign_id)
        job.finish(**self.batch.undone())

    def _restore(self, after: int, upto: int) -> None:
        """Work out anew what became of the people of one piece."""
        rows = Suppression.objects.filter(batch=self.batch_id, id__gt=after)
        piece = rows.filter(id__lte=upto).values_list("address_id", flat=True)
        outcomes.fold(self.campaign, list(piece))
