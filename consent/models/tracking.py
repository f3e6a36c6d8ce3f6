"""What people said to being tracked, apart from what mail they want."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.db import connection, models, transaction
from django.db.models import BooleanField, Exists, Value

from consent.models.address import Address, as_array
from consent.models.brand import Brand, Tracking
from consent.models.ledger import ConsentRecord
from consent.vocabulary import Act, Action

# Of two words the later one counts; of two of the same moment the no.
_SAY = """
INSERT INTO consent_trackingchoice AS c (address_id, brand_id, record_id, agreed,
    said_at)
SELECT a, %s, r, %s, at
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS t(a, r, at) ORDER BY a
ON CONFLICT (address_id, brand_id) DO UPDATE
SET record_id = EXCLUDED.record_id, agreed = EXCLUDED.agreed,
    said_at = EXCLUDED.said_at
WHERE EXCLUDED.said_at > c.said_at
    OR (EXCLUDED.said_at = c.said_at AND NOT EXCLUDED.agreed)
"""


class TrackingChoiceQuerySet(models.QuerySet["TrackingChoice"]):
    @transaction.atomic
    def say(
        self, address_ids: Sequence[int], brand: Brand, act: Act, *, agreed: bool
    ) -> None:
        """Write down that they agreed, or refused, with the ledger rows of it. What
        somebody said later than this stands."""
        ids = Address.objects.lock(address_ids)
        action = Action.TRACKING_AGREED if agreed else Action.TRACKING_REFUSED
        told = replace(act, action=action)
        records = ConsentRecord.objects.append(ids, told, brand_id=brand.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                _SAY,
                [
                    brand.pk,
                    agreed,
                    as_array(records),
                    as_array(records.values()),
                    told.moments_of(records),
                ],
            )

    def allow(self, brand: Brand, address: Any) -> Any:
        """Whether `address`, an OuterRef, may be tracked by `brand`; never null."""
        said = self.filter(address=address, brand=brand.pk)
        if brand.tracking == Tracking.OFF:
            return Value(False, BooleanField())
        if brand.tracking_needs_consent:
            return Exists(said.filter(agreed=True))
        return ~Exists(said.filter(agreed=False))

    def allows(self, brand: Brand, address: Address) -> bool:
        """The same of one person."""
        agreed = self.filter(address=address, brand=brand).values_list("agreed")
        said = agreed.first()
        may = said[0] if said else not brand.tracking_needs_consent
        return may and brand.tracking != Tracking.OFF


class TrackingChoice(models.Model):
    """The last word of one address on being tracked by one brand.

    It says nothing of what mail is wanted: a yes to mail is no yes to this.
    """

    # addresses and records are never deleted (triggers)
    address = models.ForeignKey(
        Address, on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, db_index=False)
    record = models.ForeignKey(
        ConsentRecord, on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    agreed = models.BooleanField()
    said_at = models.DateTimeField()

    objects = TrackingChoiceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address", "brand"], name="tracking_choice_once_per_brand"
            ),
        ]

    def __str__(self) -> str:
        verb = "agreed to" if self.agreed else "refused"
        return f"{self.address} {verb} tracking by {self.brand}"
