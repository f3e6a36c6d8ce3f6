"""What the reasons not to mail ask of an outer row that has an address.

The table that puts them in order is deliveries/refusals.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value

from consent.models import Address, Grant, SubscriptionType
from consent.vocabulary import MAILABLE_GRADES, LegalBasis, Reason
from deliveries.models import Hold, HoldKind


@dataclass(frozen=True, slots=True)
class Asked:
    """About whom a question is asked: values, or OuterRef to a column outside.

    Holds are asked for as far as message, domain and provider are given.
    """

    address: Any
    subscription_type: Any
    brand: Any
    message: Any = None
    domain: Any = None
    provider: Any = None

    @classmethod
    def about(cls, subscription_type: SubscriptionType, column: str) -> Asked:
        """Rows whose `column` holds the address id, for one subscription type."""
        return cls(
            OuterRef(column), subscription_type.pk, Value(subscription_type.brand_id)
        )


@dataclass(frozen=True, slots=True)
class NoAddress:
    """Nobody to write to: no address at all, or one that was erased."""

    def applies(self, asked: Asked) -> Any:
        return ~Exists(Address.objects.filter(pk=asked.address, key__isnull=False))

    def among(self, column: str) -> Q:
        """The same of rows that hold the address in `column`: there are few erased
        addresses, and an index has them."""
        erased = Address.objects.filter(key__isnull=True).values("pk")
        return Q((f"{column}__isnull", True)) | Q((f"{column}__in", erased))


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An active suppression with this reason covers the subscription type."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class NoGrant:
    """Nothing on file that allows this channel: a yes that can be proved, on one
    of these legal bases, for this subscription type."""

    bases: tuple[LegalBasis, ...]

    def applies(self, asked: Asked) -> Any:
        return ~Exists(self.grants(asked))

    def grants(self, asked: Asked) -> models.QuerySet[Grant]:
        return self.proved().filter(
            address=asked.address, subscription_type=asked.subscription_type
        )

    def proved(self) -> models.QuerySet[Grant]:
        """The yeses to anything that would do."""
        return Grant.objects.filter(grade__in=MAILABLE_GRADES, basis__in=self.bases)


@dataclass(frozen=True, slots=True)
class Held:
    """Sending is stopped for now: mails wait, they are not given up."""

    def applies(self, asked: Asked) -> Any:
        held = Q(kind=HoldKind.EVERYTHING)
        for kind, column, value in (
            (HoldKind.MESSAGE, "message", asked.message),
            (HoldKind.DOMAIN, "value", asked.domain),
            (HoldKind.PROVIDER, "value", asked.provider),
        ):
            if value is not None:
                held |= Q(kind=kind) & Q((column, value))
        return Exists(Hold.objects.active().filter(held))
