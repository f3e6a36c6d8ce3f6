"""What uses a segment, so that nobody deletes it from under an email."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models, transaction
from django.utils import timezone


class SegmentUseQuerySet(models.QuerySet["SegmentUse"]):
    @transaction.atomic
    def note(
        self, key: str, segments: Iterable[models.Model], *, label: str, url: str
    ) -> None:
        """`key` uses exactly these segments from now on; none: it uses nothing."""
        self.filter(key=key).delete()
        uses = [
            SegmentUse(segment_id=one.pk, key=key, label=label[:200], url=url)
            for one in segments
        ]
        self.bulk_create(uses)

    def behind(self, *users: str) -> set[int]:
        """Ids of the segments that these keys use, with all that they are made from."""
        found: set[int] = set()
        keys = set(users)
        while keys:
            rows = self.filter(key__in=keys).exclude(segment__in=found)
            new = set(rows.values_list("segment_id", flat=True))
            found |= new
            keys = {f"segment:{pk}" for pk in new}
        return found


class SegmentUse(models.Model):
    """Something that needs a segment: written by whoever uses it, under its key."""

    segment = models.ForeignKey(
        "segments.Segment", on_delete=models.PROTECT, related_name="uses"
    )
    # "email:12", "blocks:12", "reengagement:3", "segment:7"
    key = models.CharField(max_length=60)
    label = models.CharField(max_length=200)
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SegmentUseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "key"], name="segment_use_once"),
        ]
        indexes: ClassVar = [
            # serves the release of all uses of one thing
            models.Index(fields=["key"], name="segment_use_by_key"),
        ]

    def __str__(self) -> str:
        return self.label
