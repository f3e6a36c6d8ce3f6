"""Lists of opt-outs that somebody brings, and why people say they left."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, ClassVar, cast

from django.core.files import File
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Job, JobState, User
from consent import tables
from consent.models import Address, Batch, BatchKind, Brand
from consent.tables import Shape
from consent.vocabulary import Scope
from optouts import reading

UNDO_DAYS = 30
# An upload that nobody went on with is forgotten after this time.
KEPT_UNSTARTED = dt.timedelta(hours=24)


class JobKind(models.TextChoices):
    COUNT = "optout_count", "Counting an opt-out list"
    RUN = "optout_run", "Importing opt-outs"
    UNDO = "optout_undo", "Undoing an opt-out import"


# How a run ended, in the words of the badges; anything else is still going on.
RUN_STATES = {
    JobState.DONE.value: "finished",
    JobState.FAILED.value: "failed",
    JobState.CANCELLED.value: "stopped",
}


def _counts(job: Job | None) -> dict[str, int]:
    """What a job has done, so far or altogether."""
    if job is None:
        return {}
    return cast(dict[str, int], job.result or job.resume.get("counts", {}))


def file_path(imported: OptOutImport, name: str) -> str:
    """Where an upload is kept; never by the name somebody gave it."""
    return f"optouts/{uuid.uuid4()}.csv"


class OptOutImportQuerySet(models.QuerySet["OptOutImport"]):
    def for_user(self, user: User) -> OptOutImportQuerySet:
        """Those for her brands: what covers all brands is not hers."""
        return self.filter(user.within("brand"))

    def take_in(
        self, file: File[bytes], shape: Shape, user: User, **fields: Any
    ) -> OptOutImport:
        """Keep an uploaded table that `tables.detect` found to have this shape."""
        names = tables.column_names(cast(BinaryIO, file), shape)
        guess = tables.guess_email_column(
            names, tables.sample(cast(BinaryIO, file), shape, 50)
        )
        file.seek(0)
        sha256 = hashlib.file_digest(cast(BytesIO, file), "sha256").hexdigest()
        file.seek(0)
        return self.create(
            file=file,
            size=file.size,
            sha256=sha256,
            encoding=shape.encoding,
            delimiter=shape.delimiter,
            has_header=shape.has_header,
            guess=guess,
            created_by=user,
            **fields,
        )

    def started(self) -> OptOutImportQuerySet:
        return self.filter(batch__isnull=False)

    def abandoned(self) -> OptOutImportQuerySet:
        return self.filter(batch=None, created_at__lt=timezone.now() - KEPT_UNSTARTED)

    def forget_abandoned(self) -> int:
        """Delete uploads that nobody went on with, and their files; how many."""
        count = 0
        for imported in self.abandoned():
            # anew: somebody may go on with it at this very moment
            gone, _ = self.abandoned().filter(pk=imported.pk).delete()
            if gone:
                imported.file.delete(save=False)
                count += 1
        return count

    def of(self, job: Job) -> OptOutImport | None:
        """The import that `job` works for; None when it was forgotten meanwhile."""
        return self.filter(Q(count_job=job) | Q(run_job=job) | Q(undo_job=job)).first()

    def for_list(self) -> OptOutImportQuerySet:
        """Everything the list of imports shows, in one query; newest first."""
        return self.select_related(
            "batch", "brand", "created_by", "run_job", "undo_job"
        ).order_by("-id")


class OptOutImport(models.Model):
    """One list of people who must not be mailed, from upload to undo.

    Rows of the file = addresses + duplicates + invalid, and addresses =
    new_contacts + new_others + already: as counted before, in the columns here;
    as it went, in the result of `run_job`. No contact is ever created.
    """

    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    file = models.FileField(upload_to=file_path)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    has_header = models.BooleanField(default=True)
    scope = models.CharField(max_length=12, choices=Scope, default=Scope.EVERYTHING)
    brand = models.ForeignKey(Brand, null=True, on_delete=models.PROTECT)
    # which column holds the address: as guessed, and as chosen
    guess = models.PositiveSmallIntegerField(null=True)
    column = models.PositiveSmallIntegerField(default=0)
    column_name = models.CharField(max_length=200, blank=True)
    counted_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    rows = models.PositiveIntegerField(default=0)
    invalid = models.PositiveIntegerField(default=0)
    addresses = models.PositiveIntegerField(default=0)
    new_contacts = models.PositiveIntegerField(default=0)
    new_others = models.PositiveIntegerField(default=0)
    already = models.PositiveIntegerField(default=0)
    # mails to these people that wait to be sent, and all contacts, when counted
    waiting_mails = models.PositiveIntegerField(default=0)
    all_contacts = models.PositiveIntegerField(default=0)
    batch = models.OneToOneField(Batch, null=True, on_delete=models.PROTECT)
    count_job = models.ForeignKey(
        Job, null=True, on_delete=models.PROTECT, related_name="+"
    )
    run_job = models.ForeignKey(
        Job, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undo_job = models.ForeignKey(
        Job, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OptOutImportQuerySet.as_manager()

    class Meta:
        verbose_name = "opt-out import"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scope=Scope.EVERYTHING, brand=None)
                | Q(scope=Scope.BRAND, brand__isnull=False),
                name="optout_import_scope_names_its_brand",
            ),
            models.CheckConstraint(
                condition=Q(batch=None)
                | (Q(counted_at__isnull=False) & Q(problem="", addresses__gt=0)),
                name="optout_import_starts_only_when_counted",
            ),
            models.CheckConstraint(
                condition=Q(
                    addresses=models.F("new_contacts")
                    + models.F("new_others")
                    + models.F("already")
                ),
                name="optout_import_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("optouts:import_detail", args=[self.pk])

    @property
    def shape(self) -> Shape:
        return Shape(self.encoding, self.delimiter, self.has_header)

    @property
    def duplicates(self) -> int:
        return self.rows - self.invalid - self.addresses

    @property
    def newly(self) -> int:
        return self.new_contacts + self.new_others

    @property
    def is_ready(self) -> bool:
        """Counted, nothing against it, and not started yet."""
        return bool(self.counted_at and not self.problem and self.batch_id is None)

    @property
    def state(self) -> str:
        """In the words of the badges."""
        if self.batch is None:
            return "draft"
        if self.batch.undone_at:
            return "undone"
        run = self.run_job.state if self.run_job else ""
        return RUN_STATES.get(run, "opting_out")

    @property
    def result(self) -> dict[str, int]:
        """What was done, so far or altogether: counts named like the columns here."""
        return _counts(self.run_job)

    @property
    def undone(self) -> dict[str, int]:
        """What the undo did: lifted, and kept because the person acted since."""
        return _counts(self.undo_job)

    def opened(self) -> BinaryIO:
        """The stored file, to read from; close it."""
        return cast(BinaryIO, self.file.storage.open(self.file.name or "", "rb"))

    @property
    def can_undo(self) -> bool:
        """Over, whether it went well or not, and not older than the undo time."""
        is_over = self.run_job is not None and self.run_job.is_over
        return is_over and bool(self.batch and self.batch.may_undo(self.undo_job))

    @property
    def scope_words(self) -> str:
        if self.brand is None:
            return gettext("all marketing email")
        return gettext("all marketing email of %(brand)s") % {"brand": self.brand}

    def same_file(self) -> OptOutImport | None:
        """The newest started import of exactly this file, this one aside."""
        return (
            OptOutImport.objects.started()
            .filter(sha256=self.sha256, scope=self.scope, brand=self.brand)
            .exclude(pk=self.pk)
            .select_related("created_by", "batch")
            .order_by("-id")
            .first()
        )

    def choose(self, column: int, name: str, *, has_header: bool) -> Job | None:
        """Take this column and let the file be counted anew; None when started."""
        job = self._job(JobKind.COUNT, self.created_by)
        chosen = OptOutImport.objects.filter(pk=self.pk, batch=None).update(
            column=column,
            column_name=name[:200],
            has_header=has_header,
            counted_at=None,
            problem="",
            count_job=job,
        )
        if not chosen:
            job.delete()
            return None
        self.refresh_from_db()
        return job

    @transaction.atomic
    def start(self, user: User) -> Job | None:
        """Begin to opt out, once; None when it was begun already or is not ready."""
        fresh = OptOutImport.objects.select_for_update().get(pk=self.pk)
        if not fresh.is_ready:
            return None
        self.batch = Batch.objects.create(
            kind=BatchKind.OPT_OUT_IMPORT,
            label=self.file_name,
            url=self.get_absolute_url(),
            created_by=user,
            undo_until=timezone.now() + dt.timedelta(days=UNDO_DAYS),
        )
        self.run_job = self._job(JobKind.RUN, user, total=fresh.rows)
        self.save(update_fields=["batch", "run_job"])
        self._audit(user, "started an opt-out import", addresses=fresh.addresses)
        return self.run_job

    @transaction.atomic
    def start_undo(self, user: User, reason: str) -> Job | None:
        """Begin to undo, once; None when somebody was faster or the time is over."""
        locked = OptOutImport.objects.select_for_update(of=("self",))
        now = locked.select_related("batch", "run_job", "undo_job").get(pk=self.pk)
        if not now.can_undo or now.batch is None:
            return None
        if not now.batch.begin_undo(user, reason, now.undo_job):
            return None
        self.batch = now.batch
        self.undo_job = self._job(JobKind.UNDO, user, total=self.addresses)
        self.save(update_fields=["undo_job"])
        self._audit(user, "undid an opt-out import", reason=reason)
        return self.undo_job

    def errors(self) -> Iterator[tuple[int, str, str]]:
        """The rows that hold no address: row number, what it holds, why not."""
        with self.opened() as file:
            for number, text, parsed in reading.cells(file, self.shape, self.column):
                if parsed is None:
                    yield number, text, reading.problem(text)

    def _job(self, kind: JobKind, owner: User, total: int | None = None) -> Job:
        return Job.objects.create(
            kind=kind,
            label=f"{kind.label}: {self.file_name}",
            url=self.get_absolute_url(),
            owner=owner,
            total=total,
        )

    def _audit(self, user: User, verb: str, **detail: Any) -> None:
        AuditEntry.objects.record(
            user, verb, subject=str(self), url=self.get_absolute_url(), detail=detail
        )


class Why(models.TextChoices):
    """Why somebody left, in words offered after the fact; never asked before."""

    TOO_MANY = "too_many", _("Too many emails")
    NOT_FOR_ME = "not_for_me", _("The content is not for me")
    NEVER_SIGNED_UP = "never_signed_up", _("I never signed up")
    OTHER = "other", _("Something else")


class Farewell(models.Model):
    """Why somebody says she left, by the mail she left from; told by choice."""

    address = models.ForeignKey(Address, on_delete=models.PROTECT)
    message_id = models.BigIntegerField()
    why = models.CharField(max_length=20, choices=Why)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address", "message_id"], name="farewell_once_per_mail"
            ),
            models.CheckConstraint(
                condition=Q(why__in=Why.values), name="farewell_why_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_why_display()
