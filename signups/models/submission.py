"""What one person answered, and how far her yes has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import Count, ExpressionWrapper, F, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consent.models import Address, ConsentText, SubscriptionType
from deliveries.models import Delivery
from signups.models.form import Form
from signups.policy import FROM_IP, WITH_FORM, Limit


class TooMany(ValueError):
    """So many sign-ups at once that no person makes them."""


class State(models.TextChoices):
    """Where one sign-up stands. What was sent stands with its mail, not here."""

    PENDING = "pending", _("Waits for the confirmation")
    CONFIRMED = "confirmed", _("Confirmed by the link")
    TAKEN = "taken", _("Taken without a confirmation")
    KNOWN = "known", _("Had confirmed before")
    CAPPED = "capped", _("No further mail was sent")
    DISOWNED = "disowned", _("It wasn’t this person")
    EXPIRED = "expired", _("Not confirmed in time, removed")

    @property
    def is_yes(self) -> bool:
        return self in YES


YES = (State.CONFIRMED, State.TAKEN, State.KNOWN)
# Nobody stands behind these for certain: they go when their days are over.
UNPROVEN = (State.PENDING, State.CAPPED)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def exceeds(self, limits: Iterable[Limit]) -> bool:
        """Whether one more would be more than any of the limits allows."""
        now = timezone.now()
        return any(
            self.filter(at__gt=now - limit.span).count() >= limit.count
            for limit in limits
        )

    def check_crowd(self, form: Form, ip: str | None) -> None:
        """TooMany when this place or this form had more than people make."""
        from_there = self.filter(ip=ip)
        if self.filter(form=form).exceeds(WITH_FORM) or (
            ip and from_there.exceeds(FROM_IP)
        ):
            raise TooMany

    def mailed(self) -> SubmissionQuerySet:
        return self.exclude(delivery_id=None)

    def disowned(self) -> SubmissionQuerySet:
        """Those of addresses that are left alone, for good."""
        return self.filter(state=State.DISOWNED)

    def counts(self) -> dict[int, dict[str, int]]:
        """{form id: {"submitted": n, "confirmed": n}} of all in this queryset."""
        confirmed = Count("pk", filter=Q(state__in=YES))
        rows = (
            self.order_by().values_list("form").annotate(n=Count("pk"), yes=confirmed)
        )
        return {pk: {"submitted": n, "confirmed": yes} for pk, n, yes in rows}

    def overdue(self) -> SubmissionQuerySet:
        """Unconfirmed for longer than their form keeps them; invitations a week."""
        days = models.functions.Coalesce(F("form__forget_after_days"), Value(7))
        kept = ExpressionWrapper(
            days * Value(dt.timedelta(days=1)), models.DurationField()
        )
        return self.filter(state__in=UNPROVEN, at__lt=timezone.now() - kept)

    @transaction.atomic
    def forget(self) -> int:
        """Remove what these people typed; how many. Addresses go that nothing else
        knows; the row stays as a number. What was answered meanwhile is left alone:
        who answers locks the address first, and so it is done here."""
        found = dict(self.values_list("pk", "address"))
        Address.objects.lock({pk for pk in found.values() if pk})
        rows = list(
            Submission.objects.filter(pk__in=found, state__in=UNPROVEN)
            .select_for_update(skip_locked=True)
            .values_list("pk", "address")
        )
        Submission.objects.filter(pk__in=[pk for pk, _ in rows]).update(
            state=State.EXPIRED,
            settled_at=timezone.now(),
            **dict.fromkeys(("email", "user_agent", "page"), ""),
            address=None,
            answers={},
            ip=None,
        )
        _empty_unused([address for _, address in rows if address])
        return len(rows)


# An address is only kept while something hangs on it. Everything that is a reason to
# keep one has a row of one of these; the ledger has one for every yes and every no.
EMPTY = """
UPDATE consent_address a SET key = NULL WHERE a.id = ANY(%s)
    AND NOT EXISTS (SELECT FROM consent_consentrecord r WHERE r.address_id = a.id)
    AND NOT EXISTS (SELECT FROM contacts_contact c WHERE c.address_id = a.id)
    AND NOT EXISTS (SELECT FROM signups_submission s WHERE s.address_id = a.id)
    AND NOT EXISTS (SELECT FROM deliveries_delivery d
        JOIN deliveries_message m ON m.id = d.message_id
        WHERE d.address_id = a.id AND m.channel <> 'confirmation')
"""


def _empty_unused(address_ids: list[int]) -> None:
    locked = Address.objects.lock(address_ids)
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [locked])


class Submission(models.Model):
    """One sign-up: a form that was sent, or an invitation by staff (without a form).

    Nothing of it counts as consent until it is taken or confirmed; then the ledger
    holds the yes, and this row how it came.
    """

    form = models.ForeignKey(
        Form, null=True, on_delete=models.PROTECT, related_name="submissions"
    )
    invited_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    types = models.ManyToManyField(SubscriptionType, related_name="+")
    # empty once it was removed
    address = models.ForeignKey(Address, null=True, on_delete=models.PROTECT)
    email = models.CharField(max_length=254, blank=True)
    answers = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    tracking = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=500, blank=True)
    page = models.CharField(max_length=500, blank=True)
    # the confirmation mail
    message_id = models.BigIntegerField(null=True)
    delivery_id = models.BigIntegerField(null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="submission_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.EXPIRED)
                | Q(address=None, email="", ip=None, answers={}),
                name="submission_removed_holds_nothing",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=YES) | Q(settled_at__isnull=False),
                name="submission_yes_has_its_time",
            ),
        ]
        indexes: ClassVar = [
            # serve the limits, the list of a form, and its counts
            models.Index(fields=["form", "at"], name="submission_by_form"),
            models.Index(fields=["ip", "at"], name="submission_by_ip"),
            models.Index(fields=["form", "state"], name="submission_by_state"),
            # serves the answer to a mail
            models.Index(fields=["delivery_id"], name="submission_by_mail"),
            # serves the removal of what nobody confirmed
            models.Index(
                fields=["at"],
                condition=Q(state__in=UNPROVEN),
                name="submission_unproven",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email or 'Removed'}: {self.get_state_display()}"

    @property
    def is_yes(self) -> bool:
        return State(self.state).is_yes

    @property
    def mail(self) -> Delivery | None:
        """The confirmation mail as it stands now."""
        if self.message_id is None or self.delivery_id is None:
            return None
        sent = Delivery.objects.filter(message_id=self.message_id, pk=self.delivery_id)
        return sent.first()

    def settle(self, state: State, *, among: Iterable[State]) -> bool:
        """Move on to `state`; False when somebody else had moved it before."""
        now = timezone.now()
        mine = Submission.objects.filter(pk=self.pk, state__in=list(among))
        if not mine.update(state=state, settled_at=now):
            return False
        self.state, self.settled_at = state, now
        return True

    def source(self) -> dict[str, Any]:
        """Where the yes came from, for the ledger."""
        return {
            "form": self.form_id,
            "submission": self.pk,
            "tracking": self.tracking,
            **({"invited_by": self.invited_by_id} if self.invited_by_id else {}),
        }
