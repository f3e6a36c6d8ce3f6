"""Sending stopped, in part or altogether.

Each reason for a stop is a row of its own, so that the end of one ends no other: mail
goes where no row is left. The row is the last lock that anybody takes: after addresses,
then campaigns, emails and incidents.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import AuditEntry, User
from deliveries.models.messages import Message


class HoldKind(models.TextChoices):
    EVERYTHING = "everything", _("All sending")
    MESSAGE = "message", _("One mailing")
    PROVIDER = "provider", _("One mailbox provider")
    DOMAIN = "domain", _("One domain")
    SENDER = "sender", _("One sending domain")


class HoldCause(models.TextChoices):
    """What wanted the stop, and so what ends it."""

    PERSON = "person", "Somebody's own reason"
    EMAIL = "email", "Its email was paused or stopped"
    GUARD = "guard", "Too much came back"  # deliveries.guard
    REST = "rest", "Too much mail at once"  # ends by itself
    CONTENT = "content", "No mail can be made of it"
    RECORDS = "records", "Its records are wrong"  # of a sending domain
    JOURNAL = "journal", "Another database than before"  # deliveries.journal
    INCIDENT = "incident", "An open incident"  # until it is solved
    DNS = "dns", "The domain could not be found"  # until the DNS has answered


# several at a time: each has words of its own; of all others there is one
BY_REASON = (HoldCause.PERSON, HoldCause.INCIDENT)


class HoldQuerySet(models.QuerySet["Hold"]):
    def for_user(self, user: User) -> HoldQuerySet:
        """Those of one mailing of her brands; the others stop what is not hers too."""
        return self.filter(user.within("message__brand"))

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
        cause: str = HoldCause.PERSON,
        **what: Any,
    ) -> Hold:
        """Stop sending until what wanted it is over; the hold that it has already, if
        there is one and nobody is just lifting it. A batch that is on its way is not
        called back. `what`: kind, and message or value; else everything."""
        how: dict[str, Any] = {"created_by": user, "reason": reason}
        return self._noted(*self.put(cause, how, **what))

    def stop_itself(
        self,
        reason: str,
        evidence: dict[str, Any],
        *,
        cause: str = HoldCause.GUARD,
        lift_at: dt.datetime | None = None,
        **what: Any,
    ) -> Hold:
        """The program stops by itself, on evidence. `lift_at`: it goes on by itself
        then, else a person lifts it."""
        how = {"evidence": evidence, "lift_at": lift_at, "reason": reason}
        return self._noted(*self.put(cause, how, **what))

    @transaction.atomic
    def put(
        self,
        cause: str,
        how: dict[str, Any],
        *,
        kind: str = HoldKind.EVERYTHING,
        message: Message | None = None,
        value: str = "",
    ) -> tuple[Hold, bool]:
        """The stop of this cause, and whether it is new; noted in no log."""
        how = {"created_by": None, **how, "reason": how["reason"][:300]}
        one = {"kind": kind, "message": message, "value": value, "cause": cause}
        if cause in BY_REASON:
            one |= {"created_by": how["created_by"], "reason": how["reason"]}
        return self.locked().get_or_create(**one, lifted_at=None, defaults=how)

    def _noted(self, hold: Hold, is_new: bool) -> Hold:
        if is_new:
            AuditEntry.objects.record(
                hold.created_by,
                "stopped sending",
                subject=hold.kind_noted,
                detail={"reason": hold.reason, **hold.evidence},
            )
        return hold

    @transaction.atomic
    def lift_due(self) -> int:
        """Let go what was stopped for a while only; how many."""
        due = self.active().filter(lift_at__lte=timezone.now())
        due = due.select_for_update(no_key=True, skip_locked=True)
        return sum(hold.lift(None, "Its time is over.") for hold in due)

    def stop_everything(self, user: User | None, reason: str) -> Hold:
        return self.stop(user, reason)


class Hold(models.Model):
    """One reason why sending is stopped, in part or altogether, until it is lifted."""

    kind = models.CharField(max_length=10, choices=HoldKind)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE
    )
    # the provider, the receiving domain or the sending domain
    value = models.CharField(max_length=200, blank=True)
    cause = models.CharField(max_length=10, choices=HoldCause, default=HoldCause.PERSON)
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
            models.CheckConstraint(
                condition=Q(cause__in=HoldCause.values), name="hold_has_a_known_cause"
            ),
            models.UniqueConstraint(
                fields=["kind", "message", "value", "cause"],
                condition=Q(lifted_at=None) & ~Q(cause__in=BY_REASON),
                nulls_distinct=False,
                name="hold_once_for_each_cause",
            ),
            models.UniqueConstraint(
                fields=["kind", "message", "value", "cause", "created_by", "reason"],
                condition=Q(lifted_at=None, cause__in=BY_REASON),
                nulls_distinct=False,
                name="hold_once_for_each_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"

    @property
    def kind_noted(self) -> str:
        """As the audit log says it, whatever whoever stops or lifts speaks."""
        with override("en"):
            return self.get_kind_display()

    def others(self) -> HoldQuerySet:
        """What else stops the same: without this one mail there waits all the same."""
        same = {"kind": self.kind, "message": self.message_id, "value": self.value}
        return Hold.objects.active().filter(**same).exclude(pk=self.pk).order_by("pk")

    @transaction.atomic
    def lift(self, user: User | None, reason: str) -> bool:
        """Let the mails go again; False when somebody had lifted it before."""
        now = timezone.now()
        lifted = Hold.objects.active().filter(pk=self.pk)
        if not lifted.update(lifted_at=now, lifted_by=user, lift_reason=reason):
            return False
        self.refresh_from_db()
        AuditEntry.objects.record(
            user,
            "lifted a stop of sending",
            subject=self.kind_noted,
            detail={"reason": reason},
        )
        return True
