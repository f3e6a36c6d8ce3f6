"""What came back: the reports as they came, and what was made of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from bounces.categories import CATEGORIES, COMPLAINT, Doing, Kind
from bounces.models.incidents import Incident
from consent.models import Address
from deliveries.models import Message
from deliveries.redaction import redacted_text

# rows of the tables that end an address only where a neighbour gets mail, see
# bounces/neighbours.py
NEED_A_NEIGHBOUR = ("microsoft-edge",)


class Source(models.TextChoices):
    """The way a report came in."""

    CATCHER = "catcher", "Mail catcher"
    FILE = "file", "File"
    MAILBOX = "mailbox", "Mailbox"
    LISTENER = "listener", "Bounce server"
    UPLOAD = "upload", "Upload"
    WEBHOOK = "webhook", "Webhook"


class Outcome(models.TextChoices):
    """What was made of a report."""

    DONE = "done", "Acted upon"
    KNOWN = "known", "Known before"
    IGNORED = "ignored", "Nothing to do"
    REVIEW = "review", "To be looked at by a person"


# what a report says, by the kinds of bounces/parsed.py
SAID = {
    "failed": "Bounce",
    "delayed": "Notice of delay",
    "delivered": "Notice of success",
    "complaint": "Complaint",
    "no_complaint": "Not spam",
    "auth_report": "Report about authentication",
    "auto_reply": "Automatic reply",
    "challenge": "Challenge",
    "unknown": "Not understood",
}


class Report(models.Model):
    """One mail that came back, kept as it came while it waits, and without the keys of
    our links from then on. Nothing without a token of ours ever changes anything: it
    waits for a person."""

    source = models.CharField(max_length=10, choices=Source)
    received_at = models.DateTimeField(default=timezone.now)
    digest = models.BinaryField(unique=True)  # sha256 of envelope and content
    envelope_to = models.CharField(max_length=320, blank=True)
    raw = models.BinaryField()
    kind = models.CharField(max_length=16)  # of parse.Kind
    outcome = models.CharField(max_length=8, choices=Outcome)
    explanation = models.CharField(max_length=300, blank=True)
    # since then it is not kept as it came: see bounces.forgetting
    emptied_at = models.DateTimeField(null=True, blank=True)

    # set on one that came in again
    was_known = False

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="report_source_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="report_outcome_is_known"
            ),
        ]
        indexes: ClassVar = [
            # serves the list of what waits for a person
            models.Index(fields=["outcome", "id"], name="report_by_outcome"),
            # those that can still be emptied
            models.Index(
                fields=["received_at"],
                condition=Q(emptied_at=None),
                name="report_as_it_came",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.get_outcome_display()}"

    def settle(self, outcome: Outcome, kept: bytes) -> None:
        """What was made of it. Nobody asks again whom it is about, so nothing is kept
        with which somebody could act for that person; `kept`: its octets without."""
        self.outcome = outcome
        if outcome != Outcome.REVIEW:
            self.raw = kept
            self.envelope_to = self.sent_to[:320]

    @property
    def sent_to(self) -> str:
        """The address it came to, without its key."""
        return redacted_text(self.envelope_to)

    @property
    def kind_label(self) -> str:
        return SAID.get(self.kind, self.kind)


class Bounce(models.Model):
    """One delivery that came back or was refused, why, and what was done.

    Once per delivery and kind, whoever reports it and how often.
    """

    at = models.DateTimeField(default=timezone.now)
    delivery_id = models.BigIntegerField()
    message = models.ForeignKey(
        Message, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    address = models.ForeignKey(Address, on_delete=models.PROTECT)
    # none for a refusal while sending
    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=12, choices=Kind)
    category = models.CharField(max_length=32)
    doing = models.CharField(max_length=12, choices=Doing)
    code = models.PositiveSmallIntegerField(null=True)
    enhanced_code = models.CharField(max_length=12, blank=True)
    words = models.TextField(blank=True)  # the server's own
    # the row of the tables that decided; empty when none did
    rule = models.CharField(max_length=40, blank=True, db_default="")
    # what it was called before the rules changed; empty when it still is
    first_category = models.CharField(max_length=32, blank=True, db_default="")
    # what refusals of this kind belong to
    incident = models.ForeignKey(
        Incident, null=True, on_delete=models.PROTECT, related_name="bounces"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["delivery_id", "kind"], name="bounce_once_per_delivery_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="bounce_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(doing__in=Doing.values), name="bounce_doing_is_known"
            ),
            models.CheckConstraint(
                condition=Q(category__in=[*CATEGORIES, COMPLAINT]),
                name="bounce_category_is_known",
            ),
        ]
        indexes: ClassVar = [
            # serves what is known of one address
            models.Index(fields=["address", "at"], name="bounce_of_an_address"),
            # serves the second look at what a neighbour may prove
            models.Index(
                fields=["at"],
                condition=Q(rule__in=NEED_A_NEIGHBOUR, doing=Doing.COUNT),
                name="bounce_without_a_neighbour",
            ),
            # serves the question which providers tell of complaints
            models.Index(
                fields=["address"],
                condition=Q(kind=Kind.COMPLAINT),
                name="bounce_that_complains",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.category}"
