"""Questions and verbs about many emails."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils import timezone

from accounts.models import Account, Job, User
from campaigns.models.approvals import Approval
from campaigns.models.states import ApprovalState, EmailState
from campaigns.starters import Starter
from consent.models import Brand
from deliveries.models import Delivery, DeliveryState, Hold, HoldKind

if TYPE_CHECKING:
    from campaigns.models.emails import MarketingEmail

# Queued mails of a stopped email are cancelled in pieces of this many.
CANCEL_PIECE = 20_000

# What is usual is told from the last emails, and from some at least.
LAST, ENOUGH = 10, 3
# An email is shown beside so many before it.
BESIDE = 5

# where an email goes that starts: not without approval
STARTING = (EmailState.SCHEDULED, EmailState.SENDING)

CANCELLED = "Choosing the recipients was cancelled. Nothing was sent."


class MarketingEmailQuerySet(models.QuerySet["MarketingEmail"]):
    def for_user(self, user: User) -> MarketingEmailQuerySet:
        """Those of her brands, and of her own what is not about anything yet."""
        own = Q(subscription_type=None, created_by=user)
        return self.filter(user.within("subscription_type__brand", own))

    def start(
        self, starter: Starter, name: str, user: User, brand: Brand
    ) -> MarketingEmail:
        """A new draft with the starter's words and the brand's sender."""
        return self.create(
            name=name,
            kind=starter.kind,
            subject=starter.subject,
            preview_text=starter.preview_text,
            blocks=starter.build(),
            from_name=brand.from_name or brand.name,
            from_email=brand.from_email,
            reply_to=brand.reply_to,
            created_by=user,
            saved_by=user,
        )

    def approved(self) -> MarketingEmailQuerySet:
        """Those that may start: all, where the account asks for no second person.

        Asked of the row itself, so that an update which waited for a change sees it.
        """
        if not Account.current().second_person:
            return self
        given = Approval.objects.filter(
            email=OuterRef("pk"),
            revision=OuterRef("revision"),
            state=ApprovalState.APPROVED,
        )
        return self.filter(Exists(given))

    def movable(
        self, email: MarketingEmail, before: Collection[EmailState], after: EmailState
    ) -> MarketingEmailQuerySet:
        """The email, where it is in one of `before` and may go on to `after`: a draft
        that is sent at once only as it was loaded, because its words are frozen by
        then."""
        found = self.filter(pk=email.pk, state__in=list(before))
        if EmailState.DRAFT in before and after == EmailState.SENDING:
            found = found.filter(revision=email.revision)
        begins = EmailState.SENT not in before and after in STARTING
        return found.approved() if begins else found

    def due(self) -> MarketingEmailQuerySet:
        return self.filter(state=EmailState.SCHEDULED, scheduled_at__lte=timezone.now())

    def emptied(self) -> MarketingEmailQuerySet:
        """Those of which nothing is waiting or under way any more."""
        open_rows = Delivery.objects.filter(
            message=OuterRef("message"),
            state__in=[DeliveryState.QUEUED, DeliveryState.STARTED],
        )
        return self.exclude(Exists(open_rows))

    def start_due(self) -> list[int]:
        """Move due emails on to preparing; ids of all that have to be prepared.

        Includes those whose worker was lost while it prepared them: so nothing
        stays behind, and being asked twice does no harm.
        """
        for email in self.due():
            email.begin_preparing()
        preparing = self.filter(state=EmailState.PREPARING)
        for email in preparing.filter(job__state__in=["failed", "cancelled"]):
            email.halt(email.job.error or CANCELLED if email.job else CANCELLED)
        claimable = preparing.filter(job__in=Job.objects.claimable())
        return list(claimable.values_list("job_id", flat=True))

    def finish_sent(self) -> int:
        """End the emails that have nothing left to send; how many."""
        over = self.filter(state=EmailState.SENDING).emptied()
        return over.update(state=EmailState.SENT, finished_at=timezone.now())

    def cancel_stopped(self) -> int:
        """Cancel a piece of what is still queued of stopped emails; how many mails.

        A hold on a stopped email ends when there is nothing left to hold.
        """
        stopped = self.filter(state=EmailState.STOPPED, message__isnull=False)
        count = cancel_queued(stopped.values_list("message_id", flat=True))
        holds = Hold.objects.active().filter(kind=HoldKind.MESSAGE)
        over = stopped.filter(message__in=holds.values("message")).emptied()
        holds.filter(message__in=over.values("message")).update(
            lifted_at=timezone.now(), lift_reason="It is stopped: nothing is left."
        )
        return count

    def to_recount(self, large: int) -> MarketingEmailQuerySet:
        """Those whose figures are old for what still happens to them.

        With `large` and more recipients a count takes seconds: so it comes less often.
        """
        now = timezone.now()
        small = Q(tally__intended__lt=large)
        minute_old = Q(tallied_at__lt=now - dt.timedelta(minutes=1))
        fresh, settled = now - dt.timedelta(days=3), now - dt.timedelta(days=60)
        return self.filter(message__isnull=False).filter(
            Q(tallied_at=None)
            | (Q(state=EmailState.SENDING) & (small | minute_old))
            | Q(tallied_at__lt=F("finished_at"))
            | Q(finished_at__gt=fresh, tallied_at__lt=now - dt.timedelta(minutes=5))
            | Q(finished_at__gt=settled, tallied_at__lt=now - dt.timedelta(hours=1))
        )

    def before(self, email: MarketingEmail) -> MarketingEmailQuerySet:
        """The last that went out before `email`, of its kind, about the same."""
        alike = self.filter(
            subscription_type=email.subscription_type_id,
            kind=email.kind,
            state__in=[EmailState.SENT, EmailState.STOPPED],
            launched_at__lt=email.launched_at or timezone.now(),
        )
        return alike.exclude(pk=email.pk).order_by("-launched_at")[:BESIDE]

    def usual_size(self) -> int:
        """How many people an email goes to, by the last ten; 0 before there are three.

        The middle one: a single large email does not make large emails usual.
        """
        sent = self.filter(state=EmailState.SENT, group="").order_by("-pk")
        sizes = sent.values_list("funnel__will_get", flat=True)[:LAST]
        known = [size for size in sizes if size]
        return int(statistics.median(known)) if len(known) >= ENOUGH else 0

    def with_progress(self) -> MarketingEmailQuerySet:
        """Adds `held`: a person has paused the sending of this email."""
        holds = Hold.objects.active().filter(
            kind=HoldKind.MESSAGE, message=OuterRef("message")
        )
        held = Q(Exists(holds), state=EmailState.SENDING)
        return self.annotate(held=ExpressionWrapper(held, models.BooleanField()))


def cancel_queued(message_ids: Iterable[int]) -> int:
    """Cancel at most one piece of these messages' queued mails; how many."""
    rows = Delivery.objects.filter(
        message__in=list(message_ids), state=DeliveryState.QUEUED
    )
    piece = rows.values_list("pk", flat=True)[:CANCEL_PIECE]
    return rows.filter(pk__in=list(piece)).update(
        state=DeliveryState.CANCELLED, settled_at=timezone.now()
    )
