"""The ledger of consent: what happened, in which words, and what proves it."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from consent import explanations
from consent.models.address import Address, as_array
from consent.models.brand import Brand, SubscriptionType
from consent.vocabulary import Act, Action, Actor, Evidence, LegalBasis, Mechanism


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


class Break(NamedTuple):
    """Where the chain of one address does not hold, in words."""

    address_id: int
    record_id: int | None
    what: str


class ConsentRecordQuerySet(models.QuerySet["ConsentRecord"]):
    @transaction.atomic
    def append(
        self,
        address_ids: Sequence[int],
        act: Act,
        *,
        subscription_type_id: int | None = None,
        brand_id: int | None = None,
    ) -> dict[int, int]:
        """Write `act` once per address, with its evidence; {address id: record id}.

        The addresses must be locked by the caller. The chain (prev_hash, hash and
        the head on the address) is made by the trigger of the table, so that no
        way of writing can leave it out.
        """
        salt = secrets.token_bytes(16)
        columns = {
            **_columns_of(act, salt),
            "subscription_type_id": subscription_type_id,
            "brand_id": brand_id,
        }
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                INSERT INTO consent_consentrecord
                    (address_id, occurred_at, {", ".join(columns)})
                SELECT id, at, {", ".join(["%s"] * len(columns))}
                FROM unnest(%s::bigint[], %s::timestamptz[]) AS t(id, at) ORDER BY id
                RETURNING address_id, id
                """,  # noqa: S608  names only, every value is a parameter
                [
                    *columns.values(),
                    as_array(address_ids),
                    act.moments_of(address_ids),
                ],
            )
            written = dict(cursor.fetchall())
        if act.evidence:
            ConsentEvidence.objects.bulk_create(
                ConsentEvidence.of(act.evidence, salt, record_id)
                for record_id in written.values()
            )
        return written

    def breaks(self, after: int, upto: int) -> list[Break]:
        """Where the ledger of addresses `after` < id <= `upto` was tampered with.

        Finds a changed row, a row missing in the middle or at the end, and a row
        that was slipped in.
        """
        with connection.cursor() as cursor:
            cursor.execute(_BREAKS, {"after": after, "upto": upto})
            return [Break(*row) for row in cursor.fetchall()]


_BREAKS = """
WITH chain AS (
    SELECT r.address_id, r.id, r.prev_hash, r.hash,
        lag(r.hash, 1, ''::bytea) OVER steps AS hash_before,
        lead(r.id) OVER steps IS NULL AS is_last,
        sha256(r.prev_hash || convert_to(consent_record_canonical(r), 'UTF8'))
            AS hash_now
    FROM consent_consentrecord r
    WHERE r.address_id > %(after)s AND r.address_id <= %(upto)s
    WINDOW steps AS (PARTITION BY r.address_id ORDER BY r.id)
)
SELECT address_id, id, 'the record was changed' FROM chain WHERE hash <> hash_now
UNION ALL
SELECT address_id, id, 'a record before it is missing or was slipped in'
FROM chain WHERE prev_hash <> hash_before
UNION ALL
SELECT a.id, NULL, 'the newest record is missing or was slipped in'
FROM consent_address a LEFT JOIN chain c ON c.address_id = a.id AND c.is_last
WHERE a.id > %(after)s AND a.id <= %(upto)s
    AND a.ledger_head <> coalesce(c.hash, ''::bytea)
ORDER BY 1, 2
"""


def _columns_of(act: Act, salt: bytes) -> dict[str, Any]:
    evidence = act.evidence
    return {
        "action": act.action.value,
        "mechanism": act.mechanism.value,
        "actor": act.actor.value,
        "basis": act.basis.value,
        "recorded_at": timezone.now(),
        "explanation": act.explanation,
        "user_id": act.user_id,
        "text_id": act.text_id,
        "batch_id": act.batch_id,
        "source": _as_json(act.source),
        "evidence_hash": (
            ConsentEvidence.of(evidence, salt).digest() if evidence else b""
        ),
    }


def _as_json(value: dict[str, Any]) -> str:
    """In one spelling, whatever order the database keeps the keys in."""
    return json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True)


class ConsentRecord(models.Model):
    """One row of the ledger: append-only (trigger), chained per address.

    hash = sha256(prev_hash || canonical row). Personal evidence stands in
    ConsentEvidence; here is only its salted hash, so that erasing the evidence
    leaves the chain whole.
    """

    # addresses and texts are never deleted (triggers), and without the address there is
    # no head to go on from: constraints would only cost bulk writers time
    address = models.ForeignKey(Address, on_delete=models.PROTECT, db_constraint=False)
    # found by address or batch only: more indexes would cost every bulk opt-out
    subscription_type = models.ForeignKey(
        SubscriptionType, null=True, on_delete=models.PROTECT, db_index=False
    )
    brand = models.ForeignKey(
        Brand, null=True, on_delete=models.PROTECT, db_index=False
    )
    action = models.CharField(max_length=20, choices=Action)
    mechanism = models.CharField(max_length=20, choices=Mechanism)
    actor = models.CharField(max_length=20, choices=Actor)
    basis = models.CharField(max_length=24, choices=LegalBasis)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    explanation = models.TextField(blank=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, db_index=False)
    text = models.ForeignKey(
        ConsentText,
        null=True,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
    )
    # checked at every commit, a constraint would cost a bulk opt-out a sixth of its
    # time; a batch is never deleted (trigger)
    batch = models.ForeignKey(
        "consent.Batch", null=True, on_delete=models.PROTECT, db_constraint=False
    )
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

    @property
    def why(self) -> str:
        """The explanation in the language of whoever reads it."""
        return explanations.spoken(self.explanation)


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

    @classmethod
    def of(cls, evidence: Evidence, salt: bytes, record_id: int = 0) -> ConsentEvidence:
        return cls(
            record_id=record_id,
            raw_address=evidence.raw_address,
            ip=evidence.ip,
            user_agent=evidence.user_agent[:500],
            detail=evidence.detail,
            salt=salt,
        )

    def digest(self) -> bytes:
        """What the record holds of it: sha256 over salt and content."""
        parts = [self.raw_address, self.ip or "", self.user_agent]
        content = "\n".join([*parts, _as_json(self.detail)])
        return hashlib.sha256(bytes(self.salt) + content.encode()).digest()
