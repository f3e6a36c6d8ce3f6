"""Somebody leaves, by the link in a mail; and comes back within ten minutes.

The opt-out commits under the lock of the address, so that nothing to it starts
afterwards; then it waits a moment for what had been started before.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from consent.models import Address, SubscriptionType, Suppression
from consent.vocabulary import (
    Act,
    Action,
    Actor,
    Evidence,
    LiftedBy,
    Mechanism,
    Reason,
)
from deliveries.models import Delivery, DeliveryQuerySet
from deliveries.tokens import Token
from deliveries.underway import in_flight


@dataclass(frozen=True, slots=True)
class Leaver:
    """The person behind a link: her address, and the kind of mail it came with."""

    token: Token
    address: Address
    subscription_type: SubscriptionType | None

    @classmethod
    def of(cls, token: Token) -> Leaver | None:
        """None when the address is not known here."""
        address = Address.objects.filter(pk=token.address_id).first()
        if address is None:
            return None
        kind = SubscriptionType.objects.select_related("brand").filter(pk=token.extra)
        return cls(token, address, kind.first())

    def leave(self, mechanism: Mechanism, evidence: Evidence, *, all_mail: bool) -> int:
        """Opt out of this kind of mail, or of all; how many mails are still on the way.

        Safe to repeat. Without a kind of mail to leave it is all marketing.
        """
        self.opt_out(mechanism, evidence, all_mail=all_mail)
        return in_flight(*self.addresses())

    def opt_out(
        self, mechanism: Mechanism, evidence: Evidence, *, all_mail: bool = False
    ) -> None:
        """The same where nobody waits for the answer."""
        act = self._act(Action.WITHDRAWN, mechanism, evidence)
        kind = None if all_mail else self.subscription_type
        with transaction.atomic():
            ids = Address.objects.lock_all(self.addresses)
            Suppression.objects.suppress(
                ids, Reason.OWN_OPT_OUT, act, subscription_type=kind
            )
        self._mark(unsubscribed=True)

    def addresses(self) -> list[int]:
        """Where the mail went, and where she is by now."""
        return [self.address.pk, *self.moved_to()]

    @property
    def source(self) -> dict[str, int]:
        """The mail, as the ledger names it."""
        return {
            "message": self.token.message_id,
            "delivery": self.token.delivery_id,
        }

    def moved_to(self) -> list[int]:
        """The address that she has by now, where it is another."""
        return self._mail().moved_to()

    def come_back(self, evidence: Evidence) -> bool:
        """Take back the own opt-out of the last ten minutes; whether there was one."""
        act = self._act(Action.RESTORED, Mechanism.UNDO, evidence)
        own = Suppression.objects.filter(address=self.address)
        # where she is now only what this mail began
        elsewhere = Suppression.objects.filter(
            address__in=self.moved_to(), record__source=act.source
        )
        lifted = (own | elsewhere).lift(LiftedBy.OWN_UNDO, act)
        if lifted:
            self._mark(unsubscribed=False)
        return bool(lifted)

    def opt_outs(self) -> list[Suppression]:
        """What she opted out of herself and is in force; the newest first."""
        own = Suppression.objects.active().filter(
            address=self.address, reason=Reason.OWN_OPT_OUT
        )
        return list(
            own.select_related("subscription_type", "brand").order_by("-occurred_at")
        )

    def can_come_back(self) -> bool:
        own = Suppression.objects.filter(address=self.address)
        return own.liftable(LiftedBy.OWN_UNDO, timezone.now()).exists()

    def _act(self, action: Action, mechanism: Mechanism, evidence: Evidence) -> Act:
        return Act(
            action=action,
            mechanism=mechanism,
            actor=Actor.CONTACT,
            source=self.source,
            evidence=evidence,
        )

    def _mark(self, *, unsubscribed: bool) -> None:
        """On the mail itself, for its report; after the commit of what counts."""
        self._mail().filter(unsubscribed_at__isnull=unsubscribed).update(
            unsubscribed_at=timezone.now() if unsubscribed else None
        )

    def _mail(self) -> DeliveryQuerySet:
        return Delivery.objects.filter(
            message_id=self.token.message_id, pk=self.token.delivery_id
        )
