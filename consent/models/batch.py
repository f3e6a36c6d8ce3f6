"""Acts that came together and can be undone together."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Job, User
from consent.models.address import BATCH_SIZE
from consent.models.ledger import ConsentRecord
from consent.models.suppression import Suppression, SuppressionQuerySet
from consent.vocabulary import Act, Action, Actor, LiftedBy, Mechanism


class BatchKind(models.TextChoices):
    OPT_OUT_IMPORT = "opt_out_import", "Opt-out import"
    SUNSET = "sunset", "Re-engagement campaign"
    CONTACT_IMPORT = "contact_import", "Contact import"
    BULK_OPT_OUT = "bulk_opt_out", "Opt-out of many by staff"

    @property
    def undone_by(self) -> LiftedBy:
        """The way in which its noes end."""
        return LiftedBy.STAFF if self is self.BULK_OPT_OUT else LiftedBy.UNDO


class UndonePiece(NamedTuple):
    """People in one committed piece of an undo; `after` is where to go on."""

    after: int
    lifted: int
    kept: int


class Batch(models.Model):
    """Opt-outs that came together and can be undone together.

    Undo lifts the rows of this batch only, and skips whoever acted since.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=BatchKind)
    label = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=BatchKind.values), name="batch_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def _way(self) -> LiftedBy:
        return BatchKind(self.kind).undone_by

    def may_undo(self, last: Job | None = None) -> bool:
        """In time, and not begun yet; or `last`, the job that undid it, broke off."""
        is_open = self.undone_at is None or (last is not None and last.broke_off)
        return is_open and bool(self.undo_until and timezone.now() < self.undo_until)

    def undo(self, user: User, reason: str) -> int:
        """Lift what this batch opted out; how many. 0 when it was too late.

        For big batches let a job call `begin_undo` once and then go through
        `undo_pieces`, which can be resumed.
        """
        if not self.begin_undo(user, reason):
            return 0
        return sum(piece.lifted for piece in self.undo_pieces())

    def begin_undo(self, user: User, reason: str, last: Job | None = None) -> bool:
        """Mark as undone by `user`; False when somebody was faster, or time is over.

        `last` is the job that undid it before, read under the lock of its row.
        """
        if not self.may_undo(last):
            return False
        won = Batch.objects.filter(pk=self.pk, undone_at=self.undone_at).update(
            undone_at=timezone.now(), undone_by=user, undo_reason=reason
        )
        if won:
            self.refresh_from_db()
        return won == 1

    def undo_pieces(self, after: int = 0) -> Iterator[UndonePiece]:
        """Lift this batch's own rows in committed pieces of BATCH_SIZE.

        Whoever acted herself since is left as she is. Safe to repeat from any point.
        """
        act = Act(
            action=Action.RESTORED,
            mechanism=Mechanism.UNDO,
            actor=Actor.STAFF,
            user_id=self.undone_by_id,
            explanation=self.undo_reason,
            batch_id=self.pk,
        )
        while piece := self._undo_piece(after, act):
            yield piece
            after = piece.after

    @transaction.atomic
    def _undo_piece(self, after: int, act: Act) -> UndonePiece | None:
        rows = Suppression.objects.active().filter(batch=self, id__gt=after)
        found = dict(rows.order_by("id").values_list("id", "address_id")[:BATCH_SIZE])
        if not found:
            return None
        untouched = self._nobody_acted_since(
            rows.filter(id__range=(min(found), max(found)))
        )
        lifted = len(untouched.lift(self._way, act))
        return UndonePiece(max(found), lifted, len({*found.values()}) - lifted)

    def undone(self) -> dict[str, int]:
        """How many people are back, and how many stay because they acted since.

        One of several types is in several pieces, and counts once.
        """
        back, stays = Q(lifted_by=self._way), Q(lifted_at=None)
        return Suppression.objects.filter(batch=self).aggregate(
            lifted=Count("address", distinct=True, filter=back),
            kept=Count("address", distinct=True, filter=stays),
        )

    def _nobody_acted_since(self, rows: SuppressionQuerySet) -> SuppressionQuerySet:
        own_acts = ConsentRecord.objects.filter(
            address=OuterRef("address"),
            actor=Actor.CONTACT,
            id__gt=OuterRef("record"),
        )
        return rows.exclude(Exists(own_acts))
