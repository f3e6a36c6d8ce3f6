"""Who works here, what they did, and the long jobs they wait for."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Cast, Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.account import Account as Account  # so that Django finds it
from accounts.account import Clock as Clock
from accounts.account import check_time_zone as check_time_zone
from accounts.languages import Language
from accounts.limits import Limited
from accounts.passkeys import Passkey as Passkey  # the same
from accounts.retention import Retention as Retention  # the same
from accounts.roles import Right, Role
from accounts.saved_views import SavedView as SavedView  # the same
from accounts.second_factor import SecondFactor as SecondFactor  # the same
from accounts.themes import Theme as Theme
from accounts.throttle import Throttle as Throttle  # so that Django finds it
from accounts.units import UNITS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class NotChanged(Exception):
    """Why somebody's role or access stays as it is, as a sentence."""


class UserManager(BaseUserManager["User"]):
    """Makes users that sign in with their email address, in whatever letters."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return super().normalize_email(email).lower()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        return self.create_user(email, password, role=Role.ADMIN, **fields)


class User(Limited, AbstractBaseUser):
    """Somebody who signs in to the console, by email address.

    The role says all that she may do, and her brands where. The last active
    administrator can neither be made less nor be switched off (trigger).
    """

    email = models.EmailField("email address", unique=True)
    first_name = models.CharField("first name", max_length=150, blank=True)
    last_name = models.CharField("last name", max_length=150, blank=True)
    role = models.CharField(max_length=8, choices=Role, default=Role.VIEWER)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.AUTO)
    time_zone = models.CharField(  # empty: as the account
        max_length=64, blank=True, default="", validators=[check_time_zone]
    )
    language = models.CharField(
        max_length=5, choices=Language, default=Language.ENGLISH
    )
    single_key_shortcuts = models.BooleanField(default=True)

    # what a program that acts in her name came with; told in the audit log
    via = ""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(theme__in=Theme.values), name="user_theme_is_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="user_language_is_known"
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="user_role_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.ADMIN) | Q(brand_ids=[]),
                name="user_administrator_is_not_limited",
                violation_error_message=_("An administrator works for every brand."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def may(self, right: Right) -> bool:
        return self.is_active and right in Role(self.role).rights

    @property
    def can(self) -> dict[str, bool]:
        """For templates: {% if request.user.can.export %}."""
        return {right.value: self.may(right) for right in Right}

    def take_role(self, role: Role, by: User) -> None:
        """Give another role; raises NotChanged. Administrators are not limited."""
        detail = {"from": self.role, "to": role.value}
        brands = [] if role == Role.ADMIN else self.brand_ids
        self._change(by, "changed the role of", detail, role=role, brand_ids=brands)

    def limit_to(
        self, chosen: Collection[int], names: Mapping[int, str], by: User
    ) -> None:
        """Let her work for these brands alone, for all where there are none; raises
        NotChanged. `names` are those of all brands, for the audit log."""
        before, self.brand_ids = self.brands_in_words(names), sorted(chosen)
        detail = {"from": before, "to": self.brands_in_words(names)}
        self._change(by, "changed the brands of", detail, brand_ids=self.brand_ids)

    def switch(self, by: User, *, on: bool) -> None:
        """Keep out for good, or let in again by a new password; raises NotChanged.

        Without the old one, no session and no mailed link of hers comes back to life.
        """
        if on:
            self._change(by, "switched on", {}, is_active=True)
        else:
            gone = {"is_active": False, "password": make_password(None)}
            self._change(by, "switched off", {}, **gone)

    @transaction.atomic
    def _change(
        self, by: User, verb: str, detail: dict[str, str], **fields: Any
    ) -> None:
        if self == by:
            raise NotChanged(
                gettext(
                    "Nobody changes her own role or access. Ask another administrator."
                )
            )
        try:
            with transaction.atomic():
                User.objects.filter(pk=self.pk).update(**fields)
        except IntegrityError as problem:
            raise NotChanged(
                gettext("This is the last administrator. Make somebody else one first.")
            ) from problem
        AuditEntry.objects.record(by, verb, subject=self.email, detail=detail)
        self.refresh_from_db()

    @property
    def has_second_factor(self) -> bool:
        """An app that shows codes, or a passkey."""
        app = SecondFactor.objects.of(self.pk) is not None
        return app or self.passkeys.exists()

    @transaction.atomic
    def forget_second_factor(self, by: User | None) -> None:
        """Telephone and keys are lost: the password alone lets her in again."""
        waiting = SecondFactor.objects.filter(user=self).delete()[0]
        if self.passkeys.all().delete()[0] or waiting:
            verb = "switched off the second factor of"
            AuditEntry.objects.record(by, verb, subject=self.email)

    # What Django's administration asks: administrators see all of it.

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role == Role.ADMIN

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def record(
        self,
        actor: User | None,
        verb: str,
        *,
        subject: str = "",
        url: str = "",
        detail: dict[str, Any] | None = None,
    ) -> AuditEntry:
        """Write down that `actor` (None: the system) did `verb` to `subject`."""
        told = dict(detail or {})
        if actor and actor.via:
            told["via"] = actor.via
        return self.create(
            actor=actor, verb=verb, subject=subject, url=url, detail=told
        )

    def redact(self, words: Collection[str], urls: Collection[str]) -> int:
        """Empty subject and detail of the entries about somebody; how many.

        Those that say one of the words, such as her address, and those of her pages.
        The only change that the trigger lets through: who did what, and when, stays.
        """
        told = self.annotate(words=Cast("detail", models.TextField()))
        about = Q(subject__in=words) | Q(url__in=urls)
        for word in words:
            about |= Q(words__contains=json.dumps(word))
        return told.filter(about).update(subject="", detail={})


class AuditEntry(models.Model):
    """One thing somebody did. Rows are never deleted and only redacted (trigger)."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor or 'System'}: {self.verb} {self.subject}"


class JobState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("job", "Waiting")
    RUNNING = "running", pgettext_lazy("job", "Running")
    DONE = "done", pgettext_lazy("job", "Done")
    FAILED = "failed", pgettext_lazy("job", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("job", "Cancelled")

    @property
    def is_over(self) -> bool:
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


# A running job that has not reported for this long lost its worker.
JOB_LOST_AFTER = dt.timedelta(seconds=90)


class JobQuerySet(models.QuerySet["Job"]):
    def claimable(self) -> JobQuerySet:
        """Waiting, or running without a sign of life: a dead worker's."""
        lost = timezone.now() - JOB_LOST_AFTER
        return self.filter(
            Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, heartbeat_at__lt=lost)
        )

    def claim(self, pk: int) -> Job | None:
        """Take job `pk` for this worker; None when another has it or it is over."""
        now = timezone.now()
        taken = (
            self.claimable()
            .filter(pk=pk)
            .update(
                state=JobState.RUNNING,
                heartbeat_at=now,
                started_at=Coalesce("started_at", now),
                attempts=models.F("attempts") + 1,
            )
        )
        return self.get(pk=pk) if taken else None


class Job(models.Model):
    """One long piece of work: a page shows it, a restarted worker goes on with it.

    `resume` is the owner's: whatever it needs to go on where it stopped. It is
    written in the same transaction as the work it describes, so that a crash
    repeats nothing. `result` holds the counts that the result page shows.
    """

    kind = models.CharField(max_length=40)
    label = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=20, default="rows")
    resume = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=JobState.values), name="job_state_is_known"
            ),
        ]
        indexes: ClassVar = [
            # serves the pick-up of waiting and lost jobs by beat
            models.Index(
                fields=["kind", "id"],
                name="job_open",
                condition=Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_over(self) -> bool:
        return JobState(self.state).is_over

    @property
    def unit_said(self) -> StrOrPromise:
        return UNITS.get(self.unit, self.unit)

    @property
    def broke_off(self) -> bool:
        """Ended before its work was done: somebody can begin it again."""
        return self.state in {JobState.FAILED, JobState.CANCELLED}

    @property
    def percent(self) -> int | None:
        """0 to 100, or None while the total is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None

    def report(self, done: int, *, total: int | None = None, **resume: Any) -> bool:
        """Write progress (rows done so far) and resume point.

        Returns False when somebody cancelled the job: then stop.
        """
        fields: dict[str, Any] = {"done": done, "heartbeat_at": timezone.now()}
        if total is not None:
            fields["total"] = total
        if resume:
            fields["resume"] = {**self.resume, **resume}
        alive = Job.objects.filter(pk=self.pk, state=JobState.RUNNING).update(**fields)
        for name, value in fields.items():
            setattr(self, name, value)
        return alive == 1

    def beat(self) -> None:
        """Its worker is alive and has nothing else to report."""
        mine = Job.objects.filter(pk=self.pk, state=JobState.RUNNING)
        mine.update(heartbeat_at=timezone.now())

    def was_stopped(self) -> bool:
        """Did somebody cancel it meanwhile?"""
        return Job.objects.filter(pk=self.pk, state=JobState.CANCELLED).exists()

    def finish(self, **result: Any) -> None:
        self._end(JobState.DONE, result={**self.result, **result})

    def fail(self, sentence: str) -> None:
        """End with a sentence that says what happened and what to do now."""
        self._end(JobState.FAILED, error=sentence)

    def cancel(self) -> bool:
        """Ask a job that is not over to stop; its worker sees it at its next report."""
        return (
            Job.objects.filter(pk=self.pk, state__in=["queued", "running"]).update(
                state=JobState.CANCELLED, finished_at=timezone.now()
            )
            == 1
        )

    def _end(self, state: JobState, **fields: Any) -> None:
        fields |= {"state": state, "finished_at": timezone.now()}
        Job.objects.filter(pk=self.pk, state=JobState.RUNNING).update(**fields)
        for name, value in fields.items():
            setattr(self, name, value)
