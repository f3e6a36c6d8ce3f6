"""Who is, and was, in a segment."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from contacts.models import Contact


class SegmentMemberQuerySet(models.QuerySet["SegmentMember"]):
    def current(self) -> SegmentMemberQuerySet:
        return self.filter(left_at=None)


class SegmentMember(models.Model):
    """One stay of a contact in a segment; over when `left_at` is set.

    No database foreign keys: checking two of them for each row makes filling a
    segment several times slower. Whoever reads joins the contact, so a row of a
    deleted contact shows nowhere, and the next refresh ends it.
    """

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(
        "segments.Segment",
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="stays",
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="segment_stays",
    )
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    objects = SegmentMemberQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # serves every question who is in
            models.UniqueConstraint(
                fields=["segment", "contact"],
                condition=Q(left_at=None),
                name="segment_member_once",
                violation_error_message="This contact is in the segment already.",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=models.F("joined_at")),
                name="segment_member_leaves_after_joining",
            ),
        ]
        indexes: ClassVar = [
            # serves the record of a contact, and her deletion
            models.Index(fields=["contact"], name="segment_member_by_contact"),
            # serve the history of a segment
            models.Index(fields=["segment", "joined_at"], name="segment_joined"),
            models.Index(
                fields=["segment", "left_at"],
                condition=Q(left_at__isnull=False),
                name="segment_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.segment_id}"
