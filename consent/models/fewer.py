"""How often somebody wants mail of one type at most: less than is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consent.models.address import Address, as_array
from consent.models.brand import SubscriptionType
from consent.models.ledger import ConsentRecord
from consent.vocabulary import Act

# Of two words the later one counts; of two of the same moment the one for less mail.
_SAY = """
INSERT INTO consent_ownlimit AS o (address_id, subscription_type_id, record_id, days,
    said_at)
SELECT a, %s, r, %s, at
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS t(a, r, at) ORDER BY a
ON CONFLICT (address_id, subscription_type_id) DO UPDATE
SET record_id = EXCLUDED.record_id, days = EXCLUDED.days, said_at = EXCLUDED.said_at
WHERE EXCLUDED.said_at > o.said_at
    OR (EXCLUDED.said_at = o.said_at AND EXCLUDED.days > coalesce(o.days, 0))
"""


class Seldom(models.IntegerChoices):
    """Days in which somebody may ask for one mail of a type at most."""

    WEEK = 7, _("at most once a week")
    MONTH = 30, _("at most once a month")
    QUARTER = 91, _("at most once a quarter")


class OwnLimitQuerySet(models.QuerySet["OwnLimit"]):
    def in_force(self) -> OwnLimitQuerySet:
        return self.exclude(days=None)

    @transaction.atomic
    def say(
        self,
        address_ids: Sequence[int],
        kind: SubscriptionType,
        act: Act,
        days: Seldom | None,
    ) -> None:
        """Write down that they want one mail of this type in so many days at most, or
        with None as many as there are, with the ledger rows of it. What somebody said
        later than this stands."""
        ids = Address.objects.lock(address_ids)
        records = ConsentRecord.objects.append(ids, act, subscription_type_id=kind.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                _SAY,
                [
                    kind.pk,
                    days,
                    as_array(records),
                    as_array(records.values()),
                    act.moments_of(records),
                ],
            )


class OwnLimit(models.Model):
    """The last word of one address on how often it gets one type: one mail in so many
    days at most, or without days as many as there are.

    It is neither a yes nor a no: whether she is mailed at all stands elsewhere.
    """

    # addresses and records are never deleted (triggers)
    address = models.ForeignKey(
        Address, on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    subscription_type = models.ForeignKey(
        SubscriptionType, on_delete=models.PROTECT, db_index=False
    )
    record = models.ForeignKey(
        ConsentRecord, on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    days = models.PositiveSmallIntegerField(choices=Seldom, null=True)
    said_at = models.DateTimeField()

    objects = OwnLimitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address", "subscription_type"],
                name="own_limit_once_per_type",
            ),
            models.CheckConstraint(
                condition=Q(days=None) | Q(days__in=Seldom.values),
                name="own_limit_days_are_offered",
            ),
        ]
        indexes: ClassVar = [
            # serves the question who of all wants fewer, when an audience is fixed
            models.Index(
                fields=["subscription_type"],
                condition=Q(days__isnull=False),
                name="own_limit_in_force",
            ),
        ]

    def __str__(self) -> str:
        often = self.get_days_display() if self.days else "as often as it is sent"
        return f"{self.address}: {self.subscription_type} {often}"
