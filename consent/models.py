"""Whom we may mail, keyed by address; it outlives contacts, merges and erasure.

The row of an address is its lock. Whoever writes consent takes it FOR NO KEY
UPDATE, whoever starts a mail takes it FOR SHARE: so after an opt-out commits, no
mail to that address starts.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from consent import addresses
from consent.vocabulary import (
    MAY_LIFT,
    Act,
    Action,
    Actor,
    Evidence,
    Grade,
    LegalBasis,
    LiftedBy,
    Mechanism,
    Reason,
    Scope,
)

# Bulk writers commit batches of this many addresses: small enough that nobody
# waits long for a lock, large enough that the commit costs nothing.
BATCH_SIZE = 20_000


def address_hmac(key: str) -> bytes:
    """Keyed fingerprint of a match key: what is left of an address after erasure.

    HMAC-SHA-256 with a key outside the database, so that the table alone cannot
    be turned back into addresses by guessing them.
    """
    secret = settings.ERASURE_KEY.encode()
    return hmac.digest(secret, key.encode(), hashlib.sha256)


class AddressQuerySet(models.QuerySet["Address"]):
    def ensure(self, parsed: Iterable[addresses.Parsed]) -> dict[str, int]:
        """Make the missing rows; {match key: id} for all of `parsed`.

        One statement for any number of addresses. An erased address that comes
        back gets its key again on its old row, with everything that it had said.
        """
        keys = sorted({one.key for one in parsed})
        hmacs = [address_hmac(key) for key in keys]
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO consent_address AS a (key, key_hmac, ledger_head)
                SELECT key, mac, ''::bytea
                FROM unnest(%s::text[], %s::bytea[]) AS t(key, mac)
                ON CONFLICT (key_hmac) DO UPDATE SET key = EXCLUDED.key
                WHERE a.key IS NULL
                """,
                [keys, hmacs],
            )
        return dict(self.filter(key__in=keys).values_list("key", "id"))

    def find(self, raw: str) -> Address | None:
        """The row of an address as typed by somebody; None when there is none."""
        try:
            key = addresses.key_of(raw)
        except addresses.BadAddress:
            return None
        return self.filter(key_hmac=address_hmac(key)).first()

    def lock(self, ids: Iterable[int]) -> list[int]:
        """Take the consent lock of these addresses, in id order; inside a transaction."""
        return list(
            self.filter(id__in=list(ids))
            .order_by("id")
            .select_for_update(no_key=True)
            .values_list("id", flat=True)
        )

    def lock_for_sending(self, ids: Sequence[int]) -> list[int]:
        """Take the share lock that keeps opt-outs out while mails are started."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM consent_address WHERE id = ANY(%s)"
                " ORDER BY id FOR SHARE",
                [list(ids)],
            )
            return [row[0] for row in cursor.fetchall()]


class Address(models.Model):
    """One address in its match spelling; `key` is empty after erasure."""

    key = models.TextField(null=True, unique=True)
    key_hmac = models.BinaryField(unique=True)
    # sha256 of the newest ledger row of this address; written by the trigger
    ledger_head = models.BinaryField(default=bytes, editable=False)
    domain = models.GeneratedField(
        expression=models.Func(
            models.F("key"),
            models.Value("[^@]*$"),
            function="substring",
        ),
        output_field=models.TextField(null=True),
        db_persist=True,
    )

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "addresses"
        indexes: ClassVar = [
            models.Index(
                fields=["domain"],
                opclasses=["text_pattern_ops"],
                name="address_domain",
            ),
        ]

    def __str__(self) -> str:
        return self.key or "erased address"


class BrandQuerySet(models.QuerySet["Brand"]):
    def default(self) -> Brand:
        return self.get(is_default=True)


class Brand(models.Model):
    """A business unit: who writes. The postal address stands in every mail."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    legal_name = models.CharField(max_length=200, blank=True)
    postal_address = models.TextField(blank=True)
    website = models.URLField(blank=True)
    from_name = models.CharField(max_length=120, blank=True)
    from_email = models.EmailField(blank=True)
    reply_to = models.EmailField(blank=True)
    is_default = models.BooleanField(default=False)

    objects = BrandQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="brand_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SubscriptionTypeQuerySet(models.QuerySet["SubscriptionType"]):
    def active(self) -> SubscriptionTypeQuerySet:
        return self.filter(archived_at=None)

    def default(self) -> SubscriptionType:
        return self.get(is_default=True)


class SubscriptionType(models.Model):
    """What somebody subscribes to. Every marketing email has exactly one."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    frequency = models.CharField(
        max_length=60, blank=True, help_text="As promised to people: “once a month”."
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionTypeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "slug"], name="subscription_type_slug_once"
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="subscription_type_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ConsentText(models.Model):
    """One version of the words a person saw; never changed (trigger)."""

    body = models.TextField()
    language = models.CharField(max_length=12, default="en")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.body[:80]

    @classmethod
    def of(cls, body: str, language: str = "en") -> ConsentText:
        """The row for these exact words, made when they are new."""
        digest = hashlib.sha256(f"{language}\n{body}".encode()).hexdigest()
        return cls.objects.get_or_create(
            digest=digest, defaults={"body": body, "language": language}
        )[0]


class BatchKind(models.TextChoices):
    OPT_OUT_IMPORT = "opt_out_import", "Opt-out import"
    SUNSET = "sunset", "Re-engagement campaign"
    CONTACT_IMPORT = "contact_import", "Contact import"


class Batch(models.Model):
    """Opt-outs that came together and can be undone together.

    Undo lifts the rows of this batch only, and skips whoever acted since.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=BatchKind)
    label = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=BatchKind.values), name="batch_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def can_undo(self) -> bool:
        return (
            self.undone_at is None
            and self.undo_until is not None
            and timezone.now() < self.undo_until
        )


class ConsentRecordQuerySet(models.QuerySet["ConsentRecord"]):
    def append(
        self,
        address_ids: Sequence[int],
        act: Act,
        *,
        subscription_type_id: int | None = None,
        brand_id: int | None = None,
    ) -> dict[int, int]:
        """Write `act` once per address; {address id: record id}.

        The addresses must be locked by the caller. The chain (prev_hash, hash and
        the head on the address) is made by the trigger of the table, so that no
        way of writing can leave it out.
        """
        columns = _record_columns(act, subscription_type_id, brand_id)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                INSERT INTO consent_consentrecord (address_id, {", ".join(columns)})
                SELECT id, {", ".join(["%s"] * len(columns))}
                FROM unnest(%s::bigint[]) AS t(id) ORDER BY id
                RETURNING address_id, id
                """,  # noqa: S608  names only, every value is a parameter
                [*columns.values(), list(address_ids)],
            )
            return dict(cursor.fetchall())


def _record_columns(
    act: Act, subscription_type_id: int | None, brand_id: int | None
) -> dict[str, Any]:
    encode = ConsentRecord._meta.get_field("source").get_db_prep_value
    return {
        "action": act.action.value,
        "mechanism": act.mechanism.value,
        "actor": act.actor.value,
        "basis": act.basis.value,
        "occurred_at": act.occurred_at,
        "recorded_at": timezone.now(),
        "explanation": act.explanation,
        "user_id": act.user_id,
        "text_id": act.text_id,
        "batch_id": act.batch_id,
        "source": encode(act.source, connection),
        "subscription_type_id": subscription_type_id,
        "brand_id": brand_id,
        "evidence_hash": b"",
    }


class ConsentRecord(models.Model):
    """One row of the ledger: append-only (trigger), chained per address.

    hash = sha256(prev_hash || canonical row). Personal evidence stands in
    ConsentEvidence; here is only its salted hash, so that erasing the evidence
    leaves the chain whole.
    """

    address = models.ForeignKey(Address, on_delete=models.PROTECT)
    subscription_type = models.ForeignKey(
        SubscriptionType, null=True, on_delete=models.PROTECT
    )
    brand = models.ForeignKey(Brand, null=True, on_delete=models.PROTECT)
    action = models.CharField(max_length=20, choices=Action)
    mechanism = models.CharField(max_length=20, choices=Mechanism)
    actor = models.CharField(max_length=20, choices=Actor)
    basis = models.CharField(max_length=24, choices=LegalBasis)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    explanation = models.TextField(blank=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    text = models.ForeignKey(ConsentText, null=True, on_delete=models.PROTECT)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT)
    source = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    evidence_hash = models.BinaryField(default=bytes)
    prev_hash = models.BinaryField(default=bytes, editable=False)
    hash = models.BinaryField(default=bytes, editable=False)

    objects = ConsentRecordQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(action__in=Action.values), name="record_action_is_known"
            ),
            models.CheckConstraint(
                condition=Q(mechanism__in=Mechanism.values),
                name="record_mechanism_is_known",
            ),
            models.CheckConstraint(
                condition=Q(actor__in=Actor.values), name="record_actor_is_known"
            ),
            models.CheckConstraint(
                condition=Q(basis__in=LegalBasis.values), name="record_basis_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({self.get_mechanism_display()})"


class ConsentEvidence(models.Model):
    """What proves one record; personal, therefore deletable."""

    record = models.OneToOneField(
        ConsentRecord, primary_key=True, on_delete=models.PROTECT
    )
    raw_address = models.TextField(blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.TextField(blank=True)
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    salt = models.BinaryField()

    class Meta:
        verbose_name_plural = "consent evidence"

    def __str__(self) -> str:
        return f"Evidence of record {self.record_id}"

    def digest(self) -> bytes:
        parts = [self.raw_address, self.ip or "", self.user_agent, str(self.detail)]
        return hashlib.sha256(bytes(self.salt) + "\n".join(parts).encode()).digest()

    @classmethod
    @transaction.atomic
    def record_one(
        cls,
        address_id: int,
        act: Act,
        evidence: Evidence,
        *,
        subscription_type_id: int | None = None,
    ) -> ConsentRecord:
        """One person's act with what proves it: ledger row and evidence together."""
        Address.objects.lock([address_id])
        proof = cls(
            raw_address=evidence.raw_address,
            ip=evidence.ip,
            user_agent=evidence.user_agent[:500],
            detail=evidence.detail,
            salt=secrets.token_bytes(16),
        )
        columns = _record_columns(act, subscription_type_id, None)
        columns["source"] = act.source
        record = ConsentRecord.objects.create(
            address_id=address_id, **{**columns, "evidence_hash": proof.digest()}
        )
        proof.record = record
        proof.save(force_insert=True)
        return record


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

    def _upsert(
        self, records: dict[int, int], type_id: int, act: Act, grade: Grade
    ) -> None:
        strength = list(Grade.values)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO consent_grant AS g (address_id, subscription_type_id,
                    record_id, basis, grade, given_at)
                SELECT a, %s, r, %s, %s, %s
                FROM unnest(%s::bigint[], %s::bigint[]) AS t(a, r) ORDER BY a
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
                    act.occurred_at,
                    list(records.keys()),
                    list(records.values()),
                    strength,
                    strength,
                ],
            )


class Grant(models.Model):
    """The only yes: this address may get this subscription type."""

    address = models.ForeignKey(Address, on_delete=models.PROTECT)
    subscription_type = models.ForeignKey(SubscriptionType, on_delete=models.PROTECT)
    record = models.ForeignKey(ConsentRecord, on_delete=models.PROTECT)
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


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def active(self) -> SuppressionQuerySet:
        return self.filter(lifted_at=None)

    def covering(self, subscription_type: SubscriptionType) -> SuppressionQuerySet:
        """Those that forbid mails of this type: everything, its brand, or itself."""
        return self.filter(
            Q(scope=Scope.EVERYTHING)
            | Q(scope=Scope.BRAND, brand=subscription_type.brand_id)
            | Q(scope=Scope.TYPE, subscription_type=subscription_type)
        )

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
        same = self.active().filter(
            address_id__in=ids, reason=reason, batch_id=act.batch_id, **scope
        )
        fresh = sorted(set(ids) - set(same.values_list("address_id", flat=True)))
        records = ConsentRecord.objects.append(
            fresh,
            act,
            subscription_type_id=scope["subscription_type_id"],
            brand_id=scope["brand_id"],
        )
        self.bulk_create(
            [
                Suppression(
                    address_id=address_id,
                    reason=reason,
                    batch_id=act.batch_id,
                    record_id=record_id,
                    occurred_at=act.occurred_at,
                    **scope,
                )
                for address_id, record_id in records.items()
            ],
            batch_size=5_000,
        )
        return set(fresh)

    @transaction.atomic
    def lift(self, way: LiftedBy, act: Act) -> set[int]:
        """End the active rows of this queryset that `way` may end; their addresses.

        The table MAY_LIFT decides; what it forbids stays, silently: the caller
        tells what is left by looking again.
        """
        reasons = [reason for reason, ways in MAY_LIFT.items() if way in ways]
        rows = self.active().filter(reason__in=reasons)
        Address.objects.lock(rows.values_list("address_id", flat=True))
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


class Suppression(models.Model):
    """The only no: this address must not be mailed, and why. Never deleted."""

    address = models.ForeignKey(Address, on_delete=models.PROTECT)
    scope = models.CharField(max_length=12, choices=Scope)
    brand = models.ForeignKey(Brand, null=True, on_delete=models.PROTECT)
    subscription_type = models.ForeignKey(
        SubscriptionType, null=True, on_delete=models.PROTECT
    )
    reason = models.CharField(max_length=20, choices=Reason)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT)
    record = models.ForeignKey(
        ConsentRecord, on_delete=models.PROTECT, related_name="suppressions"
    )
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=20, choices=LiftedBy, blank=True)
    lifted_record = models.ForeignKey(
        ConsentRecord, null=True, on_delete=models.PROTECT, related_name="lifted"
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
        ]
        indexes: ClassVar = [
            # serves every question "may this address be mailed"
            models.Index(
                fields=["address"],
                include=["reason", "scope", "brand", "subscription_type"],
                condition=Q(lifted_at=None),
                name="suppression_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_reason_display()}"
