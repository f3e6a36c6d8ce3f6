"""The second person: asked for, given or refused, for an email as it stood then."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import AuditEntry, User
from campaigns.models.states import ApprovalState, EmailState

if TYPE_CHECKING:
    from campaigns.models.emails import MarketingEmail


class ApprovalQuerySet(models.QuerySet["Approval"]):
    @transaction.atomic
    def ask(self, email: MarketingEmail, seen: int, user: User) -> bool:
        """Ask for revision `seen`; False when it is asked for already, was changed
        meanwhile or is no draft."""
        if not email.stays(EmailState.DRAFT, revision=seen):
            return False
        try:
            with transaction.atomic():
                self.create(email=email, revision=seen, asked_by=user)
        except IntegrityError:
            return False
        _note(user, "asked for the approval of email", email)
        return True

    def newest(self, email: MarketingEmail) -> Approval | None:
        """The last one that was asked for, whatever the email was then."""
        people = self.select_related("asked_by", "decided_by", "email")
        return people.filter(email=email).order_by("-pk").first()

    def for_user(self, user: User) -> ApprovalQuerySet:
        return self.filter(user.within("email__subscription_type__brand"))

    def waiting(self) -> ApprovalQuerySet:
        """Drafts that wait for the second person, as they stand."""
        return self.filter(
            state=ApprovalState.ASKED,
            revision=F("email__revision"),
            email__state=EmailState.DRAFT,
        )


class Approval(models.Model):
    """One question to the second person, about one revision of an email.

    It holds for that revision alone: whatever changes the email afterwards voids it,
    without anybody having to remember that.
    """

    email = models.ForeignKey(
        "campaigns.MarketingEmail", on_delete=models.CASCADE, related_name="approvals"
    )
    revision = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=ApprovalState, default=ApprovalState.ASKED
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    # why it was sent back
    reason = models.CharField(max_length=400, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=ApprovalState.values),
                name="approval_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["email", "revision"],
                condition=~Q(state=ApprovalState.SENT_BACK),
                name="approval_once_for_each_revision",
            ),
            models.CheckConstraint(
                condition=Q(state=ApprovalState.ASKED) | Q(decided_by__isnull=False),
                name="approval_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="approval_takes_a_second_person",
                violation_error_message="Somebody else has to approve it.",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApprovalState.SENT_BACK) | ~Q(reason=""),
                name="approval_sent_back_has_a_reason",
            ),
        ]
        indexes: ClassVar = [
            # serves "what waits for me", whatever was decided before
            models.Index(
                fields=["id"], condition=Q(state="asked"), name="approval_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, revision {self.revision}: {self.get_state_display()}"

    @property
    def is_void(self) -> bool:
        """The email was changed since."""
        return self.revision != self.email.revision

    def approve(self, user: User) -> bool:
        """False when the email was changed or decided about meanwhile, and for whoever
        asked."""
        return self._decide(user, ApprovalState.APPROVED, "approved email")

    def send_back(self, user: User, reason: str) -> bool:
        """Not like this, and why. False as above."""
        return self._decide(
            user, ApprovalState.SENT_BACK, "sent back email", reason=reason
        )

    @transaction.atomic
    def _decide(
        self, user: User, state: ApprovalState, verb: str, *, reason: str = ""
    ) -> bool:
        """Under the row of the email, which whoever changes it needs as well."""
        if not self.email.stays(EmailState.DRAFT, revision=self.revision):
            return False
        asked = Approval.objects.filter(pk=self.pk, state=ApprovalState.ASKED)
        decided = asked.exclude(asked_by=user).update(
            state=state, decided_by=user, decided_at=timezone.now(), reason=reason
        )
        if decided:
            _note(user, verb, self.email, **({"reason": reason} if reason else {}))
        return decided == 1


def _note(user: User, verb: str, email: MarketingEmail, **detail: str) -> None:
    AuditEntry.objects.record(
        user, verb, subject=email.name, url=email.get_absolute_url(), detail=detail
    )
