"""The permission pass as one object: who is asked, how long we wait, what happens then.

A campaign asks people who once agreed to confirm it. It never repairs missing
consent: who did not agree, or ever left, is not asked at all.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import uuid
from collections import Counter
from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, AuditEntry, User
from campaigns.approving import unapproved
from campaigns.conditions import fitted
from campaigns.models import MarketingEmail
from consent.models import SubscriptionType
from contacts.models import Contact
from deliveries import audience
from deliveries.models import Message
from reengagement import eligibility, outcomes, resting
from reengagement.models.limits import CONSTRAINTS
from reengagement.models.queries import CampaignQuerySet
from reengagement.models.sunset import Sunset
from reengagement.models.tallies import Tally
from reengagement.vocabulary import (
    STOPPABLE,
    CampaignState,
    Ending,
    Uncertain,
)
from segments.models import Segment, SegmentUse

CANCEL_SECONDS = 30


# why somebody may not start it, opt the silent out or take that back
BEYOND = (
    "Its opt-outs concern other brands than yours as well. A colleague who works for"
    " all of them can do it."
)


class Overtaken(Exception):
    """Somebody paused or stopped the campaign, or changed the email, while its next
    mails were queued."""


class Campaign(models.Model):
    """One permission pass, from the choice of people to the opt-out of the silent."""

    name = models.CharField(max_length=200)
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT)
    subscription_type = models.ForeignKey(
        SubscriptionType, null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        max_length=12, choices=CampaignState, default=CampaignState.DRAFT
    )
    skip_double_opt_in = models.BooleanField(
        "Leave out people who confirmed by double opt-in", default=True
    )
    # share of the eligible who are not asked, for comparison
    holdout_percent = models.PositiveSmallIntegerField(default=5)
    gap_days = models.PositiveSmallIntegerField(default=7)
    waiting_days = models.PositiveSmallIntegerField(default=14)
    ending = models.CharField(max_length=10, choices=Ending, default=Ending.ASK)
    uncertain_clicks = models.CharField(
        max_length=10, choices=Uncertain, default=Uncertain.PROBATION
    )
    # empty: all marketing; else exactly these types
    opt_out_types = models.ManyToManyField(
        SubscriptionType, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(null=True)
    # the day named in the emails: nobody is opted out before it
    announced_on = models.DateField(null=True)
    finished_at = models.DateTimeField(null=True)
    # when beat last went through everybody, and when it has to again; see resting
    tended_at = models.DateTimeField(null=True, editable=False)
    tend_ms = models.PositiveIntegerField(default=0, editable=False)
    wake_at = models.DateTimeField(null=True, editable=False)
    writes_seen = models.BigIntegerField(default=0, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = CONSTRAINTS

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reengagement:detail", args=[self.pk])

    @property
    def can_stop(self) -> bool:
        return self.state in STOPPABLE

    @property
    def is_moving(self) -> bool:
        """Its figures change by themselves."""
        return self.state in {
            CampaignState.STARTING,
            CampaignState.RUNNING,
            CampaignState.OPTING_OUT,
        }

    @property
    def group(self) -> str:
        """Under which its mails go (`Message.group`), and its segment."""
        return f"reengagement:{self.pk}"

    @property
    def batch_id(self) -> uuid.UUID | None:
        """The batch of its opt-outs, once there is one."""
        own = Sunset.objects.filter(campaign=self)
        return own.values_list("batch", flat=True).first()

    def messages(self) -> models.QuerySet[Message]:
        """The frozen messages, first email first."""
        return Message.objects.filter(
            marketing_email__campaign_email__campaign=self
        ).order_by("marketing_email__campaign_email__position")

    def stays_within(self, user: User) -> bool:
        """Does its opt-out leave the brands alone that `user` does not work for?"""
        if not user.is_limited:
            return True
        chosen = self.opt_out_types.all()
        return chosen.exists() and chosen.count() == chosen.for_user(user).count()

    # --- before the start

    @transaction.atomic
    def note_choices(self) -> None:
        """Keep the segment from vanishing under the campaign, and its emails about
        the one subscription that it is about."""
        MarketingEmail.objects.filter(campaign_email__campaign=self).update(
            subscription_type=self.subscription_type
        )
        SegmentUse.objects.note(
            self.group,
            [self.segment] if self.segment else [],
            label=f"Re-engagement “{self.name}”",
            url=self.get_absolute_url(),
        )

    @transaction.atomic
    def discard(self) -> None:
        """Delete a draft with its emails."""
        self._release_segments()
        self.emails.all().drop()
        self.delete()

    def _release_segments(self) -> None:
        """It is over: neither it nor its emails need a segment any more."""
        SegmentUse.objects.note(self.group, [], label="", url="")
        for item in self.emails.select_related("email"):
            item.email.release_segments()

    def calendar(self) -> list[tuple[str, dt.date]]:
        """What happens on which day, were it started now."""
        day, days = Account.current().today(), []
        for item in self.emails.order_by("position"):
            days.append((f"Email {item.position}", day))
            day += dt.timedelta(days=self.gap_days)
        day += dt.timedelta(days=self.waiting_days - self.gap_days)
        return [*days, ("The waiting time is over", day)]

    def audience(self) -> models.QuerySet[Contact]:
        """Everybody in the segment, asked or not."""
        return self.segment.members() if self.segment else Contact.objects.none()

    def start(self, user: User) -> bool:
        """Begin; False when somebody else was faster. The beat job does the rest."""
        days = (self.emails.count() - 1) * self.gap_days + self.waiting_days + 1
        started = self._move(
            [CampaignState.DRAFT],
            CampaignState.STARTING,
            started_at=timezone.now(),
            announced_on=Account.current().today() + dt.timedelta(days=days),
        )
        if started:
            self.record(user, "started a re-engagement campaign")
        return started

    def _begin(self) -> None:
        """A draft again where the first email is not approved as it stands."""
        opener = self.emails.select_related("email")[0].email
        if found := unapproved(opener):
            self._move([CampaignState.STARTING], CampaignState.DRAFT)
            self.record(None, "gave up the start of a campaign", reason=found[0])
        else:
            self._fix_audience(opener)

    def _fix_audience(self, opener: MarketingEmail) -> None:
        """Freeze the first email and enrol everybody eligible; Overtaken when somebody
        stopped it meanwhile, or changed the email.

        The reason of everybody left out stands on the deliveries of the first email.
        """
        message = opener.freeze()
        opener.funnel = audience.fix(
            message,
            fitted(self.audience(), message),
            extra=eligibility.chosen(self),
            due_at=timezone.now() + dt.timedelta(seconds=CANCEL_SECONDS),
        )
        outcomes.enrol(self.pk, message.pk)
        self._hand_over(opener, message, CampaignState.STARTING)
        opener.save(update_fields=["funnel"])
        self._move([CampaignState.STARTING], CampaignState.RUNNING)

    # --- while it runs

    def advance(self) -> None:
        """One beat: what became of everybody, then the next emails, then the end.

        One worker at a time: another one leaves at once. A person who pauses or stops
        meanwhile does not wait, and wins: then nothing of this beat has happened.
        """
        if self.state == CampaignState.STARTING and self.segment:
            self.segment.try_refresh()
        with contextlib.suppress(Overtaken):
            self._advance()

    @transaction.atomic
    def _advance(self) -> None:
        if not outcomes.alone(self.pk):
            return
        self.refresh_from_db()
        if self.state == CampaignState.STARTING:
            self._begin()
        if self.state in {CampaignState.RUNNING, CampaignState.REVIEW}:
            with resting.awake(self):
                self.fold()
                if self.state == CampaignState.RUNNING:
                    self._send_next()
                self._look_for_the_end()
            Tally.objects.add_up(self.pk)

    def _look_for_the_end(self) -> None:
        """Nobody is opted out here while a person reviews: but who answers late is
        silent no more."""
        runs = self.state == CampaignState.RUNNING
        open_ = self.members.still_open().exists()
        silent = self.members.silent().exists()
        if not open_ and not silent:
            self._finish(self.state)
        elif runs and silent and self._may_opt_out_now():
            self.begin_opt_out(None)
        elif runs and not open_ and self.ending == Ending.ASK:
            self._move([CampaignState.RUNNING], CampaignState.REVIEW)

    def _send_next(self) -> None:
        """Ask again whoever got the email before `gap_days` ago and said nothing.

        A later email can be edited until its first reader is due; while something
        is wrong with it, everybody waits.
        """
        for before, item in itertools.pairwise(self.emails.select_related("email")):
            contacts = item.due_after(before)
            if contacts.exists() and not item.obstacles:
                message = item.email.freeze()
                audience.fix(message, fitted(contacts, message))
                self._hand_over(item.email, message, CampaignState.RUNNING)

    def _hand_over(
        self, email: MarketingEmail, message: Message, state: CampaignState
    ) -> None:
        """Let the mails leave, as the email was when its words were frozen."""
        self._stay(state)
        if not email.hand_over(message, self.created_by):
            raise Overtaken

    def _stay(self, state: CampaignState) -> None:
        """Stay in `state` until our transaction ends, or Overtaken.

        Last before the rows that a pause or a stop changes: it waits from here on, and
        sees what was queued. Who holds the row already has won: nobody waits for him.
        """
        rows = Campaign.objects.select_for_update(no_key=True, skip_locked=True)
        if not rows.filter(pk=self.pk, state=state).first():
            raise Overtaken

    def fold(self) -> int:
        """Work out anew what became of everybody; how many rows changed."""
        return outcomes.fold(self)

    def _may_opt_out_now(self) -> bool:
        announced = self.announced_on
        due = announced is not None and Account.current().today() >= announced
        return due and self.ending == Ending.AUTOMATIC

    # --- the end

    @transaction.atomic
    def begin_opt_out(self, user: User | None) -> bool:
        """Hand the silent to a job; False when somebody did already. None: beat."""
        before = [CampaignState.REVIEW, CampaignState.RUNNING]
        moved = self._move(before, CampaignState.OPTING_OUT)
        if moved:
            Sunset.objects.begin(self, user)
        return moved

    def break_off_opt_out(self) -> None:
        """Its job is over before its time: who is silent still is reviewed again."""
        if self.members.silent().exists():
            self._move([CampaignState.OPTING_OUT], CampaignState.REVIEW)
        else:
            self.end_opt_out()

    def end_opt_out(self) -> None:
        """After the last piece: done, or back to waiting for the rest."""
        if self.members.still_open().exists():
            self._move([CampaignState.OPTING_OUT], CampaignState.RUNNING)
        else:
            self._finish(CampaignState.OPTING_OUT)

    # --- pause, resume, stop

    @transaction.atomic
    def pause(self, user: User | None, reason: str) -> bool:
        """Hold sending and freeze every deadline; False when it does not run. None: the
        program did, on evidence."""
        moved = self._move([CampaignState.RUNNING], CampaignState.PAUSED)
        if moved:
            self.pauses.begin(self, user, reason)
            self.record(user, "paused a re-engagement campaign", reason=reason)
        return moved

    @transaction.atomic
    def resume(self, user: User, reason: str) -> bool:
        """Go on; every deadline moves by the length of the pause."""
        moved = self._move([CampaignState.PAUSED], CampaignState.RUNNING)
        if moved:
            self.pauses.end(self, user, reason)
            self.record(user, "resumed a re-engagement campaign", reason=reason)
        return moved

    @transaction.atomic
    def stop(self, user: User) -> bool:
        """End it for good: nothing more is sent and nobody is opted out."""
        now = timezone.now()
        stopped = self._move(STOPPABLE, CampaignState.STOPPED, finished_at=now)
        if stopped:
            for item in self.emails.select_related("email"):
                item.email.stop()
            self._release_segments()
            self.record(user, "stopped a re-engagement campaign")
        return stopped

    def record(self, user: User | None, verb: str, **detail: Any) -> None:
        """Write into the activity log what was done to it."""
        AuditEntry.objects.record(
            user, verb, subject=self.name, url=self.get_absolute_url(), detail=detail
        )

    @transaction.atomic
    def _finish(self, before: str) -> None:
        if self._move([before], CampaignState.DONE, finished_at=timezone.now()):
            self._release_segments()

    def _move(
        self, before: Collection[str], after: CampaignState, **fields: Any
    ) -> bool:
        """Change the state once, whoever else is trying; whether it was us."""
        rows = Campaign.objects.filter(pk=self.pk, state__in=before)
        moved = rows.update(state=after, **fields) == 1
        self.refresh_from_db(fields=["state", *fields])
        return moved

    # --- numbers

    def counts(self) -> Counter[str]:
        """{outcome: people}; adds up to everybody enrolled."""
        return Tally.objects.filter(campaign=self).counts()

    @property
    def opt_out(self) -> Sunset | None:
        """The opt-out of its silent, once it began."""
        found = Sunset.objects.select_related("batch", "undo_job")
        return found.filter(campaign=self).first()
