"""One event for one endpoint: the queue and the log in one."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import Retention
from accounts.retention import Kept
from bounces.models import Bounce
from consent.models import Address, ConsentRecord
from webhooks.models.endpoint import Endpoint
from webhooks.vocabulary import EventType, NoticeState

AT_ONCE = 10_000


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting(self) -> NoticeQuerySet:
        return self.filter(state=NoticeState.WAITING)

    def due(self) -> NoticeQuerySet:
        """In the order in which they are sent."""
        due = self.waiting().filter(next_at__lte=timezone.now())
        return due.order_by("next_at", "pk")

    def endpoints(self) -> list[int]:
        """Keys of those that can be called now and have something due."""
        due = Exists(self.due().filter(endpoint=OuterRef("pk")))
        return list(Endpoint.objects.free().filter(due).values_list("pk", flat=True))

    def again(self) -> int:
        """Send them (once more), from the first attempt on; how many. They keep their
        ids: who has one already knows it."""
        return self.update(state=NoticeState.WAITING, next_at=timezone.now(), tried=0)

    def forget(self) -> int:
        """Delete what is older than the log goes back, and all of removed endpoints."""
        since = Retention.objects.since(Kept.NOTICES)
        old = Q(at__lt=since) | Q(endpoint__removed_at__isnull=False)
        gone = 0
        while found := list(self.filter(old).values_list("pk", flat=True)[:AT_ONCE]):
            gone += self.filter(pk__in=found)._raw_delete(self.db)
        return gone


class Notice(models.Model):
    """One event for one endpoint, and what became of it.

    It names the row that tells what happened and holds no word about a person: the
    body is made from that row each time. `answer` is what the receiver said last.
    """

    # the same for every attempt; what the receiver knows it by
    uid = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="notices", db_index=False
    )
    kind = models.CharField(max_length=32, choices=EventType)
    # none of these three for a test; what they name is never deleted
    record = models.ForeignKey(
        ConsentRecord,
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    bounce = models.ForeignKey(
        Bounce,
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    address = models.ForeignKey(
        Address,
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
    )
    at = models.DateTimeField(default=timezone.now, db_default=Now())
    state = models.CharField(
        max_length=9,
        choices=NoticeState,
        default=NoticeState.WAITING,
        db_default=NoticeState.WAITING,
    )
    next_at = models.DateTimeField(default=timezone.now, db_default=Now())
    # attempts since it was last asked for
    tried = models.PositiveSmallIntegerField(default=0, db_default=0)
    # all attempts: {"at", "status", "problem", "ms"}
    attempts = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField())
    )
    answer = models.TextField(blank=True, default="", db_default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["record", "endpoint"],
                condition=Q(record__isnull=False),
                name="notice_once_per_record",
            ),
            models.UniqueConstraint(
                fields=["bounce", "endpoint"],
                condition=Q(bounce__isnull=False),
                name="notice_once_per_bounce",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EventType.values), name="notice_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values), name="notice_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=EventType.TEST, record=None, bounce=None)
                | Q(kind=EventType.BOUNCED, record=None, bounce__isnull=False)
                | (
                    ~Q(kind__in=[EventType.TEST, EventType.BOUNCED])
                    & Q(record__isnull=False, bounce=None)
                ),
                name="notice_names_what_happened",
            ),
        ]
        indexes: ClassVar = [
            # serves whoever sends
            models.Index(
                fields=["endpoint", "next_at", "id"],
                condition=Q(state=NoticeState.WAITING),
                name="notice_due",
            ),
            # serve the log, and what in it was not delivered
            models.Index(fields=["endpoint", "id"], name="notice_log"),
            models.Index(
                fields=["endpoint", "state", "id"],
                condition=~Q(state=NoticeState.DELIVERED),
                name="notice_not_delivered",
            ),
            # serves the cleaning
            models.Index(fields=["at"], name="notice_by_age"),
        ]

    def __str__(self) -> str:
        return self.event_id

    def get_absolute_url(self) -> str:
        return reverse("webhooks:notice", args=[self.endpoint_id, self.pk])

    @property
    def event_id(self) -> str:
        return f"msg_{self.uid.hex}"

    @property
    def look(self) -> str:
        """Its state in the words of the badges."""
        if self.state == NoticeState.WAITING:
            return "deferred" if self.tried else "queued"
        return "delivered" if self.state == NoticeState.DELIVERED else "expired"

    @property
    def last(self) -> dict[str, Any]:
        return self.attempts[-1] if self.attempts else {}

    @property
    def tries(self) -> list[dict[str, Any]]:
        """All attempts, the newest first, with their moments."""
        return [
            {**one, "moment": dt.datetime.fromisoformat(one["at"])}
            for one in reversed(self.attempts)
        ]
