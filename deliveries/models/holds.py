"""Sending stopped, in part or altogether.

The row of a stop is the last lock that anybody takes: after addresses, then campaigns,
emails and incidents. Whoever stops takes it, and whoever lifts takes it before he
asks whether anything else needs the stop.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import AuditEntry, User
from deliveries.models.messages import Message


class HoldKind(models.TextChoices):
    EVERYTHING = "everything", "All sending"
    MESSAGE = "message", "One mailing"
    PROVIDER = "provider", "One mailbox provider"
    DOMAIN = "domain", "One domain"
    SENDER = "sender", "One sending domain"


class HoldQuerySet(models.QuerySet["Hold"]):
    def active(self) -> HoldQuerySet:
        return self.filter(lifted_at=None)

    def locked(self) -> HoldQuerySet:
        """The active ones, which nobody else lifts before our transaction ends."""
        return self.active().select_for_update(no_key=True)

    def stop(
        self,
        user: User | None,
        reason: str,
        *,
        kind: str = HoldKind.EVERYTHING,
        message: Message | None = None,
        value: str = "",
    ) -> Hold:
        """Stop sending until somebody lifts it; the hold that does so already, if
        there is one and nobody is just lifting it. A batch that is on its way is not
        called back."""
        how: dict[str, Any] = {"evidence": {}, "lift_at": None, "created_by": user}
        what = {"kind": kind, "message": message, "value": value}
        return self._stop({**how, "reason": reason[:300]}, what)

    def stop_itself(
        self,
        reason: str,
        evidence: dict[str, Any],
        *,
        lift_at: dt.datetime | None = None,
        **what: Any,
    ) -> Hold:
        """The program stops by itself. `what`: kind, and message or value; `lift_at`:
        it goes on by itself then, else a person lifts it."""
        how = {"evidence": evidence, "lift_at": lift_at, "created_by": None}
        what = {"message": None, "value": "", **what}
        return self._stop({**how, "reason": reason[:300]}, what)

    @transaction.atomic
    def _stop(self, how: dict[str, Any], what: dict[str, Any]) -> Hold:
        hold, made = self.locked().get_or_create(**what, lifted_at=None, defaults=how)
        if made or hold.outlast(how):
            AuditEntry.objects.record(
                how["created_by"],
                "stopped sending",
                subject=hold.get_kind_display(),
                detail={"reason": hold.reason, **hold.evidence},
            )
        return hold

    @transaction.atomic
    def lift_due(self) -> int:
        """Let go what was stopped for a while only; how many. What somebody is just
        stopping for longer is passed over."""
        due = self.active().filter(lift_at__lte=timezone.now())
        due = due.select_for_update(no_key=True, skip_locked=True)
        return sum(hold.lift(None, "Its time is over.") for hold in due)

    def stop_everything(self, user: User | None, reason: str) -> Hold:
        return self.stop(user, reason)


class Hold(models.Model):
    """Sending stopped, in part or altogether, until somebody lifts it."""

    kind = models.CharField(max_length=10, choices=HoldKind)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE
    )
    # the provider, the receiving domain or the sending domain
    value = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300)
    # numbers behind a stop of the program's own, see deliveries.guard
    evidence = models.JSONField(default=dict, blank=True)
    # when it ends by itself
    lift_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lift_reason = models.CharField(max_length=300, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=HoldKind.EVERYTHING, message=None, value="")
                | Q(kind=HoldKind.MESSAGE, message__isnull=False, value="")
                | (
                    Q(kind__in=["provider", "domain", "sender"], message=None)
                    & ~Q(value="")
                ),
                name="hold_names_what_it_holds",
            ),
            models.UniqueConstraint(
                fields=["kind", "message", "value"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="hold_once_while_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"

    def outlast(self, how: dict[str, Any]) -> bool:
        """A stop for a while becomes one until somebody lifts it, and one of the
        program's own becomes a person's, for the reason that comes now: what began it
        must not end it then. A person's gets her reason as well. False where nothing
        changes."""
        is_longer = self.lift_at is not None and how["lift_at"] is None
        is_by_a_person = how["created_by"] is not None
        is_taken_over = self.created_by_id is None and is_by_a_person
        if not (is_longer or is_taken_over):
            return is_by_a_person and self._add_reason(how["reason"])
        if not is_longer:
            how = {**how, "evidence": self.evidence}
        for name, value in how.items():
            setattr(self, name, value)
        self.save(update_fields=how)
        return True

    def _add_reason(self, reason: str) -> bool:
        """False where it is one of its reasons already."""
        if reason in self.reason:
            return False
        self.reason = f"{self.reason} Also: {reason}"[:300]
        self.save(update_fields=["reason"])
        return True

    def hand_over(self, reason: str) -> None:
        """What stopped it is over: it goes on for what the program needs it for, and
        ends with that."""
        self.reason, self.created_by = reason[:300], None
        self.save(update_fields=["reason", "created_by"])

    @transaction.atomic
    def lift(self, user: User | None, reason: str) -> bool:
        """Let the mails go again; False when somebody had lifted it before."""
        now = timezone.now()
        lifted = Hold.objects.active().filter(pk=self.pk)
        if not lifted.update(lifted_at=now, lifted_by=user, lift_reason=reason):
            return False
        self.refresh_from_db()
        subject = self.get_kind_display()
        AuditEntry.objects.record(
            user, "lifted a stop of sending", subject=subject, detail={"reason": reason}
        )
        return True
