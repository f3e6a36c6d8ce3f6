"""The marketing email and what can be done with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job, User
from campaigns import blocks as editing
from campaigns.conditions import about
from campaigns.models.queries import MarketingEmailQuerySet, cancel_queued
from campaigns.models.singles import SingleContact
from campaigns.models.states import CONSTRAINTS, EmailKind, EmailState
from campaigns.models.timing import Timed
from campaigns.models.words import CONTENT, Written
from deliveries.languages import all_blocks
from deliveries.models import Bound, Channel, Hold, HoldCause, HoldKind, Message
from deliveries.optional import conditions
from segments.models import Segment, SegmentUse

# "Send now" can be taken back for this long.
LAUNCH_GRACE = dt.timedelta(seconds=30)


class MarketingEmail(Written, Timed):
    """One email to some segments, sent once.

    A draft is edited freely; starting it freezes its content in a Message and its
    recipients in Delivery rows, and from then on the email only tells about them.
    `group`, `owner_label` and `owner_url` are written by a campaign that uses the
    email as one of its own: then that campaign chooses the recipients.
    """

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=EmailKind, default=EmailKind.REGULAR)
    state = models.CharField(
        max_length=10, choices=EmailState, default=EmailState.DRAFT
    )
    # leave out who got much and answered nothing, see campaigns.audience
    skip_unengaged = models.BooleanField(default=False)
    ignore_cap = models.BooleanField(default=False, db_default=False)
    include = models.ManyToManyField(Segment, related_name="+", blank=True)
    exclude = models.ManyToManyField(Segment, related_name="+", blank=True)

    group = models.CharField(max_length=60, blank=True)
    owner_label = models.CharField(max_length=200, blank=True)
    owner_url = models.CharField(max_length=300, blank=True)

    # how many its author saw when pressing Send, where the job is to compare
    expected = models.PositiveIntegerField(null=True, blank=True)
    # why a start was given up and the email is a draft again: a sentence
    halted = models.CharField(max_length=400, blank=True)
    message = models.OneToOneField(
        Message,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="marketing_email",
    )
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL)
    # counts as the recipients were fixed: see campaigns.audience.Funnel, with what it
    # aimed at; for the first email of a campaign {reason: people}
    funnel = models.JSONField(default=dict, blank=True)
    # figures for the list, as of `tallied_at`; see campaigns.report
    tally = models.JSONField(default=dict, blank=True)
    tallied_at = models.DateTimeField(null=True, blank=True)

    # grows by one with every save of the content: two authors notice each other
    version = models.PositiveIntegerField(default=1)
    # grows with every change of what is sent, by whom or to whom (trigger)
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MarketingEmailQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = CONSTRAINTS
        indexes: ClassVar = [
            # serves the tabs of the list, newest first
            models.Index(fields=["state", "-id"], name="email_by_state"),
            # serves beat: start what is due
            models.Index(
                fields=["scheduled_at"],
                condition=Q(state="scheduled"),
                name="email_due",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """A draft opens in the editor, anything else at its report."""
        page = "campaigns:content" if self.is_draft else "campaigns:detail"
        return reverse(page, args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == EmailState.DRAFT

    @property
    def is_under_way(self) -> bool:
        return self.state in {EmailState.PREPARING, EmailState.SENDING}

    @property
    def is_reengagement(self) -> bool:
        return self.kind == EmailKind.REENGAGEMENT

    @property
    def bound(self) -> str:
        """Which limits hold for it. Whoever is asked whether she wants to stay is
        asked; what was promised of a type has no exception else."""
        if self.is_reengagement:
            return Bound.NOTHING
        return Bound.PROMISE if self.ignore_cap else Bound.EVERYTHING

    @property
    def key(self) -> str:
        """Under which its mails go, and its segments: that of its campaign, or its
        own."""
        return self.group or f"email:{self.pk}"

    @property
    def blocks_key(self) -> str:
        """Under which the conditions of its blocks use segments."""
        return f"blocks:{self.pk}"

    def duplicate(self, user: User) -> MarketingEmail:
        """A new draft with the same words, sender and recipients, and no history."""
        fields = {name: getattr(self, name) for name in CONTENT if name != "blocks"}
        copy = MarketingEmail.objects.create(
            name=f"{self.name[:190]} (copy)",
            kind=self.kind,
            blocks=editing.copies(self.blocks),
            skip_unengaged=self.skip_unengaged,
            ignore_cap=self.ignore_cap,
            created_by=user,
            saved_by=user,
            **fields,
        )
        if not self.group:
            copy.choose(self.include.all(), self.exclude.all(), self.named())
        copy.note_conditions()
        return copy

    def save_settings(self, fields: dict[str, Any]) -> bool:
        """Write the settings of a draft; False when it is none any more."""
        drafts = MarketingEmail.objects.filter(pk=self.pk, state=EmailState.DRAFT)
        saved = drafts.update(**fields) == 1
        self.refresh_from_db(fields=list(fields))
        if saved:
            self.note_segments()
            self.note_conditions()
        return saved

    @transaction.atomic
    def discard(self) -> bool:
        """Delete a draft; False for what was started, or belongs to a campaign."""
        if self.group or not self.stays(EmailState.DRAFT):
            return False
        self.release_segments()
        MarketingEmail.objects.filter(pk=self.pk).delete()
        return True

    @transaction.atomic
    def choose(
        self,
        include: Iterable[Segment],
        exclude: Iterable[Segment],
        named: Mapping[int, bool] | None = None,
    ) -> bool:
        """Set the segments of a draft, and note their use so that nobody takes one
        away, and its single contacts where `named` says; False when it is no draft any
        more: its people have been reviewed."""
        if not self.stays(EmailState.DRAFT):
            return False
        self.include.set(include)
        self.exclude.set(exclude)
        if named is not None:
            SingleContact.objects.settle(self, named)
        self.note_segments()
        return True

    def named(self) -> dict[int, bool]:
        """Its single contacts: id to whether she gets it, or is left out."""
        return {one.contact_id: one.gets for one in self.singles.all()}

    @property
    def has_recipients(self) -> bool:
        """Somebody was chosen, whoever that is."""
        return self.include.exists() or any(self.named().values())

    def note_segments(self) -> None:
        """Tell the segments what uses them, under the present name."""
        chosen = Segment.objects.filter(
            Q(pk__in=self.include.all()) | Q(pk__in=self.exclude.all())
        )
        self._note_use(chosen)

    def note_conditions(self) -> None:
        """Tell the segments on which it depends who gets a block."""
        asked = about(conditions(all_blocks(self)))
        SegmentUse.objects.note(
            self.blocks_key,
            Segment.objects.filter(pk__in=asked),
            label=f"Blocks of email “{self.name}”",
            url=reverse("campaigns:content", args=[self.pk]),
        )

    def release_segments(self) -> None:
        """Its recipients are fixed: it needs the segments no more."""
        self._note_use(())
        SegmentUse.objects.filter(key=self.blocks_key).delete()

    def _note_use(self, segments: Iterable[Segment]) -> None:
        SegmentUse.objects.note(
            f"email:{self.pk}",
            segments,
            label=f"Email “{self.name}”",
            url=reverse("campaigns:recipients", args=[self.pk]),
        )

    def freeze(self) -> Message:
        """The content as a message, made where there is none yet; the email's own once
        its sending begins, compiled when its audience is fixed."""
        if self.message:
            return self.message
        message = self.written(Channel.MARKETING)
        message.save()
        return message

    def written(self, channel: Channel) -> Message:
        """The content as it stands as a message, not stored yet."""
        return Message(
            channel=channel,
            name=self.name,
            group=self.key,
            brand=self.brand,
            bound=self.bound,
            tracking=self.brand.tracking,
            **{name: getattr(self, name) for name in CONTENT},
        )

    def begin_sending(self, message: Message, funnel: dict[str, Any]) -> bool:
        """The recipients are fixed; False when somebody stopped it meanwhile, or it is
        not approved any more."""
        return self._move(
            [EmailState.PREPARING], EmailState.SENDING, message=message, funnel=funnel
        )

    def hand_over(self, message: Message, user: User | None) -> bool:
        """Draft -> sending, for a campaign that has fixed the recipients itself: False
        when somebody changed it since it was loaded, or nobody approved it. Sent ->
        sending, where more of its people are due."""
        if self.message_id:
            self._move([EmailState.SENT], EmailState.SENDING, finished_at=None)
            return True
        return self._move(
            [EmailState.DRAFT],
            EmailState.SENDING,
            message=message,
            launched_at=timezone.now(),
            launched_by=user,
        )

    def launch(self, user: User, expected: int | None = None, spread: int = 0) -> bool:
        """Send now, after a moment in which it can be taken back; over `spread` hours.

        `expected`: nothing is sent when other than so many people would get it. False
        when somebody else was quicker: then nothing happened here.
        """
        at = timezone.now() + LAUNCH_GRACE
        return self.schedule(
            at, user, self.time_zone, expected=expected, spread_hours=spread
        )

    def schedule(
        self,
        at: dt.datetime,
        user: User | None,
        zone: str = "UTC",
        *,
        expected: int | None = None,
        **how: Any,
    ) -> bool:
        """Start by itself at `at`; False when the email is no draft any more. `how`: at
        once, or with `readers_at` and `spread_hours`."""
        return self._move(
            [EmailState.DRAFT],
            EmailState.SCHEDULED,
            scheduled_at=at,
            time_zone=zone,
            **{"readers_at": None, "spread_hours": 0, **how},
            expected=expected,
            launched_by=user,
            halted="",
        )

    def unschedule(self) -> bool:
        """Back to a draft; False when it has started already."""
        return self._move(
            [EmailState.SCHEDULED],
            EmailState.DRAFT,
            scheduled_at=None,
            launched_by=None,
        )

    @transaction.atomic
    def begin_preparing(self) -> bool:
        """The time has come: a job will fix the recipients. False when it is taken."""
        now = timezone.now()
        if not self._move(
            [EmailState.SCHEDULED], EmailState.PREPARING, launched_at=now
        ):
            return False
        self.job = Job.objects.create(
            kind="campaigns.prepare",
            label=f"Choosing the recipients of “{self.name}”",
            url=reverse("campaigns:detail", args=[self.pk]),
            owner=self.launched_by,
            unit="contacts",
        )
        self.save(update_fields=["job"])
        return True

    def halt(self, sentence: str) -> bool:
        """Give up a start that cannot go on; the sentence stands on the draft."""
        return self._move(
            [EmailState.PREPARING],
            EmailState.DRAFT,
            halted=sentence[:400],
            scheduled_at=None,
            launched_at=None,
            launched_by=None,
        )

    @transaction.atomic
    def stop(self) -> bool:
        """Send nothing more; what was sent stays sent. False when it is over already.

        Large queues are emptied in pieces, and what a server put off comes back to
        them: a hold keeps all of it from starting.
        """
        running = [EmailState.PREPARING, EmailState.SENDING]
        now = timezone.now()
        if not self._move(running, EmailState.STOPPED, finished_at=now):
            return False
        self.refresh_from_db(fields=["message"])
        self.release_segments()
        if self.message_id:
            self.pause(None, "Stopped: what is left in the queue is being cancelled.")
            cancel_queued([self.message_id])
        return True

    @transaction.atomic
    def pause(self, user: User | None, reason: str) -> None:
        """Hold what has not started; safe to repeat."""
        how = {"reason": reason, "created_by": user}
        kind, message = HoldKind.MESSAGE, self.message
        Hold.objects.put(HoldCause.EMAIL, how, kind=kind, message=message)

    @transaction.atomic
    def resume(self, user: User, reason: str) -> bool:
        """Go on; False when nothing was held, or it was stopped meanwhile: then what
        is left of its queue must not leave."""
        if not self.stays(EmailState.SENDING):
            return False
        own = Hold.objects.active().filter(kind=HoldKind.MESSAGE, message=self.message)
        lift = {"lifted_by": user, "lift_reason": reason}
        return bool(own.update(lifted_at=timezone.now(), **lift))

    def stays(self, state: EmailState, **also: Any) -> bool:
        """Whether it is in `state`, and stays so until our transaction ends."""
        rows = MarketingEmail.objects.select_for_update(no_key=True)
        return rows.filter(pk=self.pk, state=state, **also).first() is not None

    def _move(
        self, before: list[EmailState], after: EmailState, **fields: object
    ) -> bool:
        """Change the state once, whoever else is trying; whether it was us."""
        rows = MarketingEmail.objects.movable(self, before, after)
        moved = rows.update(state=after, **fields) == 1
        self.refresh_from_db(fields=["state", *fields])
        return moved
