"""Who is, and was, in a segment."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import connection, models
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
            # serves the history of a segment
            models.Index(
                fields=["segment", "left_at"],
                condition=Q(left_at__isnull=False),
                name="segment_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.segment_id}"


# Days as the account has them; all of one change in one row.
_ADD = """
INSERT INTO segments_segmentday AS d (segment_id, day, size, joined, "left")
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (segment_id, day) DO UPDATE SET size = EXCLUDED.size,
    joined = d.joined + EXCLUDED.joined, "left" = d."left" + EXCLUDED."left"
"""


class SegmentDayQuerySet(models.QuerySet["SegmentDay"]):
    def note(
        self, segment: int, day: dt.date, size: int, *, joined: int, left: int
    ) -> None:
        """On `day` so many more came and went, after which `size` were in."""
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [segment, day, size, joined, left])


class SegmentDay(models.Model):
    """How large a segment was at the end of a day, and how many came and went.

    No row: nothing changed on that day.
    """

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(
        "segments.Segment",
        on_delete=models.CASCADE,
        db_index=False,
        related_name="days",
    )
    day = models.DateField()
    size = models.PositiveIntegerField()
    joined = models.PositiveIntegerField()
    left = models.PositiveIntegerField()

    objects = SegmentDayQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "day"], name="segment_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} on {self.day}: {self.size}"
