"""A file of people on its way in: its columns, its consent, its result."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from io import BytesIO
from typing import Any, BinaryIO, ClassVar, cast

from django.core.files.base import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AuditEntry, Job, JobState, User
from consent import sheets, tables
from consent.models import Batch, BatchKind, ConsentText, SubscriptionType
from consent.sheets import LONGEST_NAME
from consent.vocabulary import Act, Action, Actor, Mechanism
from contacts.models.answers import (
    ANSWERS_WITH_CONSENT,
    WITHOUT_EVIDENCE,
    ConsentAnswer,
    ImportState,
    Policy,
)
from contacts.models.beginning import BEING_CHECKED, BEING_UNDONE, one_begins

CHECK = "contact_import_check"
TAKE = "contact_import"
UNDO = "contact_import_undo"
UNDO_FOR = dt.timedelta(days=7)

# What the page of the columns asks.
MATCHED = ("mapping", "date_order", "policy", "policies")
# What is known of the rows before anybody is asked.
_ROWS = ("file", "sheet", "headers", "encoding", "delimiter", "has_header")


def _rows(file: File[bytes], shape: tables.Shape) -> Generator[tables.Row]:
    plain: Any = file
    while isinstance(plain, File):  # it asks for every line whether it is closed
        plain = plain.file
    yield from tables.rows(plain, shape)


class ContactImportQuerySet(models.QuerySet["ContactImport"]):
    def for_user(self, user: User) -> ContactImportQuerySet:
        """Those that she brought herself, for her brands, where she is limited."""
        if not user.is_limited:
            return self
        beyond = SubscriptionType.objects.exclude(user.within("brand"))
        return self.filter(created_by=user).exclude(subscription_types__in=beyond)

    def receive(self, name: str, content: BinaryIO, user: User) -> ContactImport:
        """Keep `content` as the file of a new import, or BadTable. Of a workbook with
        several sheets, one is still to be chosen."""
        found = ContactImport(name=name[:200], created_by=user)
        if sheets.is_workbook(content):
            found.take_workbook(content)
        else:
            found.take_table(content)
        content.seek(0)
        found.sha256 = hashlib.file_digest(cast(BytesIO, content), "sha256").hexdigest()
        found.size = content.tell()
        found.save()
        return found

    def being_undone(self) -> ContactImportQuerySet:
        return self.filter(undo_job__state__in=[JobState.QUEUED, JobState.RUNNING])

    def end_stopped(self) -> int:
        """End those that no worker ends: stopped without one, or given up; how many."""
        stopped = [JobState.CANCELLED, JobState.FAILED]
        return self.filter(state=ImportState.RUNNING, job__state__in=stopped).update(
            state=ImportState.CANCELLED, finished_at=timezone.now()
        )


class ContactImport(models.Model):
    """One file of contacts. `position` is the line up to which it has been taken in.

    `mapping` holds one target per column of the file (see importing.columns), "" for
    a column that stays out. `checked` and `counts` hold numbers by name: before the
    start what would happen, afterwards what happened.
    """

    name = models.CharField(max_length=200)
    file = models.FileField(upload_to="imports/contacts", max_length=200)
    # the spreadsheet as it was brought; `file` has the rows of `sheet`, as CSV
    workbook = models.FileField(
        upload_to="imports/contacts", max_length=200, blank=True
    )
    sheets = models.JSONField(default=list)
    sheet = models.CharField(max_length=LONGEST_NAME, blank=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    state = models.CharField(
        max_length=10, choices=ImportState, default=ImportState.DRAFT
    )
    encoding = models.CharField(max_length=20, default="utf-8")
    delimiter = models.CharField(max_length=1, default=",")
    has_header = models.BooleanField(default=True)
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    policy = models.CharField(max_length=10, choices=Policy, default=Policy.OVERWRITE)
    # one word per column of the file; "" follows `policy`
    policies = models.JSONField(default=list)
    # "" finds it out; "dmy" or "mdy" decides what 03/04/2026 means
    date_order = models.CharField(max_length=3, blank=True)
    engagement_until = models.DateField(null=True, blank=True)
    consent = models.CharField(max_length=10, choices=ConsentAnswer, blank=True)
    consent_source = models.CharField(max_length=200, blank=True)
    consent_date = models.DateField(null=True, blank=True)
    consent_wording = models.TextField(blank=True)
    subscription_types = models.ManyToManyField(SubscriptionType, blank=True)
    check_job = models.ForeignKey(
        Job, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    checked = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    undo_job = models.ForeignKey(
        Job, null=True, on_delete=models.PROTECT, related_name="+"
    )
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT)
    position = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    problems = models.FileField(upload_to="imports/problems", max_length=200)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = ContactImportQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values),
                name="contact_import_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(policy__in=Policy.values),
                name="contact_import_policy_is_known",
            ),
            models.CheckConstraint(
                condition=Q(consent__in=["", *ConsentAnswer.values]),
                name="contact_import_consent_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(consent__in=ANSWERS_WITH_CONSENT)
                | (
                    Q(consent_date__isnull=False)
                    & ~Q(consent_source="")
                    & ~Q(consent_wording="")
                ),
                name="contact_import_consent_has_its_evidence",
                violation_error_message=WITHOUT_EVIDENCE,
            ),
            models.CheckConstraint(
                condition=Q(state=ImportState.DRAFT)
                | (Q(batch__isnull=False, job__isnull=False) & ~Q(consent="")),
                name="contact_import_starts_with_its_answers",
            ),
            models.UniqueConstraint(fields=["job"], name="contact_import_job_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("contacts:import_detail", args=[self.pk])

    @property
    def shape(self) -> tables.Shape:
        return tables.Shape(self.encoding, self.delimiter, self.has_header)

    def take_table(self, content: BinaryIO, delimiter: str = "") -> None:
        """Keep `content` as the rows; BadTable when it is no table with rows."""
        shape = tables.detect(content, delimiter)
        if not tables.sample(content, shape, 1):
            raise tables.BadTable(_("The file has headings but no rows under them."))
        for name, value in asdict(shape).items():
            setattr(self, name, value)
        self.headers = tables.column_names(content, shape)
        content.seek(0)
        self.file.save("contacts.csv", File(content), save=False)

    def take_workbook(self, content: BinaryIO) -> None:
        """Keep `content`; its only sheet, where there is but one, is the rows."""
        self.sheets = sheets.sheets(content)
        if len(self.sheets) == 1:
            self._take_sheet(content, self.sheets[0]["name"])
        content.seek(0)
        self.workbook.save("contacts.xlsx", File(content), save=False)

    def choose_sheet(self, name: str) -> bool:
        """The rows are those of sheet `name`; BadTable when it has none, False when
        the import has begun. A sheet may take long to read: the row is locked after.
        """
        with self.workbook.open("rb") as content:
            self._take_sheet(cast("BinaryIO", content), name)
        with transaction.atomic():
            now = ContactImport.objects.select_for_update().get(pk=self.pk)
            if now.is_draft:
                self._match_anew(now)
        unused = now.file if now.is_draft else self.file
        if unused:
            self.file.storage.delete(str(unused.name))
        return now.is_draft

    def _match_anew(self, now: ContactImport) -> None:
        """Keep the new rows; what was answered and found out was about others."""
        if now.check_job:
            now.check_job.cancel()
        self.mapping, self.policies, self.checked = [], [], {}
        self.check_job = None
        self.save(update_fields=[*_ROWS, *MATCHED, "checked", "check_job"])

    def _take_sheet(self, content: BinaryIO, name: str) -> None:
        with sheets.as_csv(content, name) as table:
            self.take_table(table, ",")
        self.sheet = name

    @contextmanager
    def rows(self) -> Iterator[Iterator[tables.Row]]:
        """The rows of the file, streamed; the file is closed behind them."""
        with self.file.open("rb") as file, closing(_rows(file, self.shape)) as every:
            yield every

    def sample(self, count: int = 50) -> list[tables.Row]:
        """The first rows of the file."""
        with self.file.open("rb") as file:
            return tables.sample(cast("BinaryIO", file), self.shape, count)

    @property
    def is_draft(self) -> bool:
        return self.state == ImportState.DRAFT

    @property
    def brings_consent(self) -> bool:
        return self.consent in ANSWERS_WITH_CONSENT

    def same_file(self) -> ContactImport | None:
        """An earlier import of the very same bytes."""
        return (
            ContactImport.objects.filter(
                sha256=self.sha256, sheet=self.sheet, state=ImportState.DONE
            )
            .exclude(pk=self.pk)
            .select_related("created_by")
            .order_by("-pk")
            .first()
        )

    def policy_of(self, target: str) -> Policy:
        """What becomes of the values we have in the field that a column is."""
        at = self.mapping.index(target)
        own = self.policies[at] if at < len(self.policies) else ""
        return Policy(own or self.policy)

    def lock(self) -> None:
        """The row as it stands now, and nobody else's until the transaction ends."""
        self.refresh_from_db(from_queryset=ContactImport.objects.select_for_update())

    @transaction.atomic
    def match(self, mapping: list[str], **answers: Any) -> Job | None:
        """Keep what each column is and have the file checked; the job that does.

        None when the import has begun, or has other rows by now. `answers`: the
        others of MATCHED.
        """
        rows = self.file.name
        self.lock()
        if not self.is_draft or self.file.name != rows:
            return None
        if self.check_job:
            self.check_job.cancel()
        for name, value in ({"mapping": mapping, "checked": {}} | answers).items():
            setattr(self, name, value)
        self.check_job = Job.objects.create(
            kind=CHECK, label=f"Check {self.name}", owner=self.created_by
        )
        self.check_job.url = reverse("contacts:import_review", args=[self.pk])
        self.check_job.save(update_fields=["url"])
        self.save(update_fields=[*MATCHED, "checked", "check_job"])
        return self.check_job

    def keep_check(self, job: Job, checked: dict[str, Any]) -> bool:
        """What `job` found out; False when the columns were matched anew since."""
        self.checked = checked
        kept = ContactImport.objects.filter(pk=self.pk, check_job=job)
        return kept.update(checked=checked) == 1

    @property
    def waits_for(self) -> str:
        """What keeps a draft from being started, in a sentence; "" when nothing."""
        if ContactImport.objects.being_undone().exists():
            return str(BEING_UNDONE)
        is_ready = self.mapping and self.consent and self.checked
        return "" if is_ready else str(BEING_CHECKED)

    @one_begins()
    def start(self, user: User) -> bool:
        """Begin to take the people in; False when it has begun, or waits."""
        self.lock()
        if not self.is_draft or self.waits_for:
            return False
        self.batch = Batch.objects.create(
            kind=BatchKind.CONTACT_IMPORT,
            label=f"Contact import {self.name}",
            url=self.get_absolute_url(),
            created_by=user,
            undo_until=timezone.now() + UNDO_FOR,
        )
        self.job = Job.objects.create(
            kind=TAKE,
            label=f"Import {self.name}",
            url=self.get_absolute_url(),
            owner=user,
            total=self.checked["rows"],
        )
        self.state = ImportState.RUNNING
        self.save(update_fields=["batch", "job", "state"])
        AuditEntry.objects.record(
            user, "imported contacts", subject=self.name, url=self.get_absolute_url()
        )
        return True

    def end(self, state: ImportState) -> None:
        """The last word on a running import."""
        self.state, self.finished_at = state, timezone.now()
        self.save(update_fields=["state", "finished_at", "problems", "counts"])

    @property
    def can_undo(self) -> bool:
        """Over, in time, not undone yet, and no other import ran since it began."""
        is_over = self.state in {ImportState.DONE, ImportState.CANCELLED}
        if not (is_over and self.batch and self.batch.may_undo(self.undo_job)):
            return False
        began = self.batch.created_at
        others = ContactImport.objects.exclude(pk=self.pk).filter(
            Q(state=ImportState.RUNNING)
            | Q(batch__created_at__gt=began)
            | Q(finished_at__gt=began)
        )
        return not others.exists()

    @one_begins()
    def start_undo(self, user: User, reason: str) -> Job | None:
        """Begin to undo, once; None when somebody was faster or the time is over."""
        self.lock()
        batch = self.batch if self.can_undo else None
        if not (batch and batch.begin_undo(user, reason, self.undo_job)):
            return None
        self.undo_job = Job.objects.create(
            kind=UNDO,
            label=f"Undo the import of {self.name}",
            url=self.get_absolute_url(),
            owner=user,
            total=self.people.count(),
            unit="people",
        )
        self.save(update_fields=["undo_job"])
        AuditEntry.objects.record(
            user,
            "undid an import of contacts",
            subject=self.name,
            url=self.get_absolute_url(),
            detail={"reason": reason},
        )
        return self.undo_job

    def act(self, action: Action, explanation: str = "", **more: Any) -> Act:
        """This import as an act on the ledger, for everybody it touches."""
        return Act(
            action=action,
            mechanism=Mechanism.IMPORT,
            actor=Actor.IMPORT,
            explanation=explanation,
            user_id=self.batch.created_by_id if self.batch else None,
            batch_id=self.batch_id,
            source={"file": self.name, "import": self.pk, "sha256": self.sha256},
            **more,
        )

    def yes(self, day: dt.date) -> Act:
        """The consent that the people arrive with, at the latest given on `day`."""
        return self.act(
            Action.GIVEN,
            self.consent_source,
            basis=ConsentAnswer(self.consent).basis,
            occurred_at=Account.current().noon(day),
            text_id=ConsentText.of(self.consent_wording).pk,
        )
