"""The only yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.db import connection, models, transaction
from django.db.models import Q

from consent.models.address import Address, as_array
from consent.models.brand import SubscriptionType
from consent.models.ledger import ConsentRecord
from consent.vocabulary import Act, Grade, LegalBasis


class GrantQuerySet(models.QuerySet["Grant"]):
    @transaction.atomic
    def give(
        self,
        address_ids: Sequence[int],
        subscription_type: SubscriptionType,
        act: Act,
        grade: Grade,
    ) -> int:
        """A yes to one type for these addresses, with its ledger rows; how many.

        Never lifts a no: a suppression that covers the type goes on winning. A
        stronger grade on file is kept, the new record is written all the same.
        """
        ids = Address.objects.lock(address_ids)
        records = ConsentRecord.objects.append(
            ids, act, subscription_type_id=subscription_type.pk
        )
        self._upsert(records, subscription_type.pk, act, grade)
        return len(records)

    @transaction.atomic
    def void(
        self,
        address_ids: Sequence[int],
        act: Act,
        only: SubscriptionType | None = None,
    ) -> set[int]:
        """End the yeses of this queryset, or those to `only`, of these addresses; those
        that had one. The ledger keeps what was said."""
        ids = Address.objects.lock(address_ids)
        rows = self.filter(address_id__in=ids)
        if only:
            rows = rows.filter(subscription_type=only)
        found = sorted(set(rows.values_list("address_id", flat=True)))
        ConsentRecord.objects.append(
            found, act, subscription_type_id=only.pk if only else None
        )
        rows.delete()
        return set(found)

    def _upsert(
        self, records: dict[int, int], type_id: int, act: Act, grade: Grade
    ) -> None:
        strength = list(Grade.values)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO consent_grant AS g (address_id, subscription_type_id,
                    record_id, basis, grade, given_at)
                SELECT a, %s, r, %s, %s, at
                FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[])
                    AS t(a, r, at) ORDER BY a
                ON CONFLICT (address_id, subscription_type_id) DO UPDATE
                SET record_id = EXCLUDED.record_id, basis = EXCLUDED.basis,
                    grade = EXCLUDED.grade, given_at = EXCLUDED.given_at
                WHERE array_position(%s::text[], EXCLUDED.grade::text)
                    <= array_position(%s::text[], g.grade::text)
                """,
                [
                    type_id,
                    act.basis.value,
                    grade.value,
                    as_array(records),
                    as_array(records.values()),
                    act.moments_of(records),
                    strength,
                    strength,
                ],
            )


class Grant(models.Model):
    """The only yes: this address may get this subscription type."""

    # addresses and records are never deleted (triggers)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, db_constraint=False)
    subscription_type = models.ForeignKey(SubscriptionType, on_delete=models.PROTECT)
    record = models.ForeignKey(
        ConsentRecord, on_delete=models.PROTECT, db_constraint=False
    )
    basis = models.CharField(max_length=24, choices=LegalBasis)
    grade = models.CharField(max_length=20, choices=Grade)
    given_at = models.DateTimeField()

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address", "subscription_type"], name="grant_once_per_type"
            ),
            models.CheckConstraint(
                condition=Q(basis__in=LegalBasis.values), name="grant_basis_is_known"
            ),
            models.CheckConstraint(
                condition=Q(grade__in=Grade.values), name="grant_grade_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} may get {self.subscription_type}"
