"""The only no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from consent.models.address import BATCH_SIZE, Address, address_hmacs, as_array
from consent.models.brand import Brand, SubscriptionType
from consent.models.ledger import ConsentRecord
from consent.vocabulary import (
    MAY_LIFT,
    PRECEDENCE,
    Act,
    Action,
    Actor,
    LiftedBy,
    Mechanism,
    Reason,
    Scope,
)


class WrongActor(ValueError):
    """This way of lifting a suppression belongs to somebody else."""


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def active(self) -> SuppressionQuerySet:
        return self.filter(lifted_at=None)

    def for_user(self, user: User) -> SuppressionQuerySet:
        """Those that say nothing of other brands; only their own colleagues end those
        that do."""
        of_a_type = user.within("subscription_type__brand")
        return self.filter(user.within("brand", of_a_type))

    def covering(self, subscription_type: SubscriptionType) -> SuppressionQuerySet:
        """Those that forbid mails of this type: everything, its brand, or itself."""
        return self.against(subscription_type.pk, subscription_type.brand_id)

    def against(self, subscription_type: Any, brand: Any) -> SuppressionQuerySet:
        """The same of a type by its number and that of its brand, or by where an outer
        question has them."""
        return self.filter(
            Q(scope=Scope.EVERYTHING)
            | Q(scope=Scope.BRAND, brand=brand)
            | Q(scope=Scope.TYPE, subscription_type=subscription_type)
        )

    def by_key(self, keys: Iterable[str]) -> dict[str, list[Suppression]]:
        """{match key: what is in force}, also for addresses of who was erased."""
        macs = {mac: key for key in keys for mac in address_hmacs(key)}
        known = Address.objects.filter(key_hmac__in=list(macs))
        owners = dict(known.values_list("pk", "key_hmac"))
        found: dict[str, list[Suppression]] = {}
        for row in self.active().filter(address__in=list(owners)).order_by("pk"):
            found.setdefault(macs[bytes(owners[row.address_id])], []).append(row)
        return found

    def told_by(self, records: Sequence[int]) -> SuppressionQuerySet:
        """Those that these records began or ended."""
        about = ConsentRecord.objects.filter(pk__in=records).values("address")
        began, ended = Q(record__in=records), Q(lifted_record__in=records)
        return self.filter(began | ended, address__in=about)

    @transaction.atomic
    def suppress(
        self,
        address_ids: Sequence[int],
        reason: Reason,
        act: Act,
        *,
        brand: Brand | None = None,
        subscription_type: SubscriptionType | None = None,
    ) -> set[int]:
        """Say no for these addresses; the ids of those for whom it is new.

        Scope: everything, or the given brand, or the given type. Safe to repeat:
        an equal active row of the same batch is left alone and writes no record.
        Pass at most BATCH_SIZE ids: they stay locked until the transaction ends.
        """
        scope = _scope_of(brand, subscription_type)
        ids = Address.objects.lock(address_ids)
        known = self._said_before(ids, reason, act, scope)
        records = ConsentRecord.objects.append(
            [address_id for address_id in ids if address_id not in known],
            act,
            subscription_type_id=scope["subscription_type_id"],
            brand_id=scope["brand_id"],
        )
        columns = {
            **scope,
            "reason": reason.value,
            "batch_id": act.batch_id,
            "until": act.until,
        }
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                INSERT INTO consent_suppression (address_id, record_id, occurred_at,
                    lifted_by, {", ".join(columns)})
                SELECT address, record, at, '', {", ".join(["%s"] * len(columns))}
                FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[])
                    AS t(address, record, at)
                """,  # noqa: S608  names only, every value is a parameter
                [
                    *columns.values(),
                    as_array(records),
                    as_array(records.values()),
                    act.moments_of(records),
                ],
            )
        return set(records)

    def _said_before(
        self, ids: Sequence[int], reason: Reason, act: Act, scope: dict[str, Any]
    ) -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT address_id FROM unnest(%s::bigint[]) AS t(id)
                CROSS JOIN LATERAL (
                    SELECT * FROM consent_suppression
                    WHERE address_id = t.id AND lifted_at IS NULL
                    OFFSET 0  -- by the index on the address, whatever is known yet
                ) AS active
                WHERE reason = %s AND batch_id IS NOT DISTINCT FROM %s
                    AND scope = %s AND brand_id IS NOT DISTINCT FROM %s
                    AND subscription_type_id IS NOT DISTINCT FROM %s
                """,
                [
                    as_array(ids),
                    reason.value,
                    act.batch_id,
                    scope["scope"],
                    scope["brand_id"],
                    scope["subscription_type_id"],
                ],
            )
            return {row[0] for row in cursor.fetchall()}

    @transaction.atomic
    def lift(self, way: LiftedBy, act: Act) -> set[int]:
        """End the active rows of this queryset that `way` may end; their addresses.

        The table PRECEDENCE decides; what it forbids stays, silently: the caller
        tells what is left by looking again. WrongActor when `act` is somebody
        else's than the way's. Ask for at most BATCH_SIZE rows.
        """
        if act.actor not in PRECEDENCE[way].actors:
            raise WrongActor(f"{act.actor.label} cannot lift by: {way.label}")
        rows = self.liftable(way, act.occurred_at)
        Address.objects.lock(set(rows.values_list("address_id", flat=True)))
        found = dict(rows.values_list("id", "address_id"))
        records = ConsentRecord.objects.append(sorted(set(found.values())), act)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE consent_suppression s
                SET lifted_at = now(), lifted_by = %s, lifted_record_id = t.record
                FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, record)
                WHERE s.id = t.id AND s.lifted_at IS NULL
                """,
                [
                    way.value,
                    list(found),
                    [records[address] for address in found.values()],
                ],
            )
        return set(records)

    @transaction.atomic
    def end_pauses(self) -> int:
        """Lift the pauses whose time is over, at most BATCH_SIZE; how many people."""
        over = self.active().filter(reason=Reason.PAUSED, until__lte=timezone.now())
        some = self.filter(pk__in=list(over.values_list("pk", flat=True)[:BATCH_SIZE]))
        act = Act(
            action=Action.RESUMED,
            mechanism=Mechanism.PREFERENCE_CENTRE,
            actor=Actor.SYSTEM,
            explanation="The pause that the person asked for is over.",
        )
        return len(some.lift(LiftedBy.PAUSE_OVER, act))

    def liftable(self, way: LiftedBy, at: dt.datetime) -> SuppressionQuerySet:
        """The active rows that an act of this kind, done at `at`, may end."""
        rule = PRECEDENCE[way]
        rows = self.active().filter(reason__in=rule.lifts)
        if rule.must_be_later:  # equally old: the no wins
            rows = rows.filter(occurred_at__lt=at)
        if rule.within:
            rows = rows.filter(occurred_at__gte=at - rule.within)
        return rows


def _scope_of(
    brand: Brand | None, subscription_type: SubscriptionType | None
) -> dict[str, Any]:
    scope = Scope.EVERYTHING
    if brand:
        scope = Scope.BRAND
    if subscription_type:
        scope = Scope.TYPE
    return {
        "scope": scope,
        "brand_id": brand.pk if brand else None,
        "subscription_type_id": subscription_type.pk if subscription_type else None,
    }


MAY_BE_LIFTED = Q(
    *(
        Q(reason=reason, lifted_by__in=sorted(ways))
        for reason, ways in MAY_LIFT.items()
        if ways
    ),
    _connector=Q.OR,
)


class Suppression(models.Model):
    """The only no: this address must not be mailed, and why. Never deleted."""

    # addresses, batches and records are never deleted (triggers): constraints on them
    # would only cost time at the commit of a bulk opt-out
    address = models.ForeignKey(Address, on_delete=models.PROTECT, db_constraint=False)
    scope = models.CharField(max_length=12, choices=Scope)
    brand = models.ForeignKey(
        Brand, null=True, on_delete=models.PROTECT, db_index=False
    )
    subscription_type = models.ForeignKey(
        SubscriptionType, null=True, on_delete=models.PROTECT, db_index=False
    )
    reason = models.CharField(max_length=20, choices=Reason)
    batch = models.ForeignKey(
        "consent.Batch", null=True, on_delete=models.PROTECT, db_constraint=False
    )
    record = models.ForeignKey(
        ConsentRecord,
        on_delete=models.PROTECT,
        related_name="suppressions",
        db_index=False,
        db_constraint=False,
    )
    occurred_at = models.DateTimeField()
    # when a pause ends by itself
    until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=20, choices=LiftedBy, blank=True)
    lifted_record = models.ForeignKey(
        ConsentRecord,
        null=True,
        on_delete=models.PROTECT,
        related_name="lifted",
        db_index=False,
        db_constraint=False,
    )

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "address",
                    "scope",
                    "brand",
                    "subscription_type",
                    "reason",
                    "batch",
                ],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="suppression_once_while_active",
            ),
            models.CheckConstraint(
                condition=Q(scope=Scope.EVERYTHING, brand=None, subscription_type=None)
                | Q(scope=Scope.BRAND, brand__isnull=False, subscription_type=None)
                | Q(scope=Scope.TYPE, brand=None, subscription_type__isnull=False),
                name="suppression_scope_names_its_object",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=Reason.values),
                name="suppression_reason_is_known",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by="", lifted_record=None)
                | (
                    Q(lifted_at__isnull=False, lifted_record__isnull=False)
                    & ~Q(lifted_by="")
                ),
                name="suppression_lifted_with_its_record",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by="") | MAY_BE_LIFTED,
                name="suppression_lifted_as_its_reason_allows",
            ),
            models.CheckConstraint(
                condition=Q(reason=Reason.PAUSED, until__isnull=False)
                | (~Q(reason=Reason.PAUSED) & Q(until=None)),
                name="suppression_only_a_pause_ends_by_itself",
            ),
        ]
        indexes: ClassVar = [
            # serves every question "may this address be mailed"
            models.Index(
                fields=["address"],
                include=["reason", "scope", "brand", "subscription_type"],
                condition=Q(lifted_at=None),
                name="suppression_active",
            ),
            models.Index(
                fields=["until"],
                condition=Q(lifted_at=None, reason=Reason.PAUSED),
                name="suppression_pauses",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_reason_display()}"

    def covers(self, subscription_type: SubscriptionType) -> bool:
        """The question of `SuppressionQuerySet.covering`, for a row at hand."""
        return self.scope == Scope.EVERYTHING or (
            self.subscription_type_id == subscription_type.pk
            if self.scope == Scope.TYPE
            else self.brand_id == subscription_type.brand_id
        )

    def keep_for_others(self, types: Iterable[SubscriptionType], act: Act) -> None:
        """It was lifted for `types` alone: what else it forbade stays so, by type."""
        rest = SubscriptionType.objects.exclude(pk__in=[one.pk for one in types])
        for other in filter(self.covers, rest):
            Suppression.objects.suppress(
                [self.address_id], Reason(self.reason), act, subscription_type=other
            )
