"""The record's answer to "can we email her, and why not", for every kind of mail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from consent.models import SubscriptionType
from consent.vocabulary import LegalBasis
from contacts.models import Contact
from deliveries.models import Channel
from deliveries.predicates import Asked, NoGrant, Suppressed
from deliveries.providers import provider_of
from deliveries.refusals import REFUSALS, applying, first_suppression, refusal, sentence

MATRIX_CHANNELS = (
    Channel.MARKETING,
    Channel.SEQUENCE,
    Channel.ONE_TO_ONE,
    Channel.SERVICE,
)
_SUPPRESSING = {row.key for row in REFUSALS if isinstance(row.test, Suppressed)}


@dataclass(frozen=True, slots=True)
class Answer:
    """May this person get one kind of mail? `since`: of the reason, or of the yes."""

    label: str
    channel: Channel
    subscription_type: SubscriptionType
    refusal: str
    since: dt.datetime | None

    @property
    def allowed(self) -> bool:
        return not self.refusal

    @property
    def sentence(self) -> str:
        return sentence(self.refusal) if self.refusal else _("May be mailed.")


def matrix(contact: Contact) -> list[Answer]:
    """ "Can we email her, and why not": marketing by subscription type, then the
    channels of the default type. Two queries."""
    domain = contact.address.domain if contact.address else None
    asked = Asked(
        address=contact.address_id or 0,
        subscription_type=OuterRef("pk"),
        brand=OuterRef("brand_id"),
        domain=domain,
        provider=provider_of(domain or ""),
    )
    types = list(_answered(asked))
    marketing = [_answer(one.name, Channel.MARKETING, one) for one in types]
    default = [one for one in types if one.is_default]
    others = (Channel.SEQUENCE, Channel.ONE_TO_ONE, Channel.SERVICE)
    return marketing + [
        _answer(str(channel.label), channel, one)
        for one in default
        for channel in others
    ]


def _answered(asked: Asked) -> models.QuerySet[SubscriptionType]:
    """Active types with `.refusal_<channel>`, `.no_since_<channel>`, `.yes_since`."""
    columns: dict[str, Any] = {}
    for channel in MATRIX_CHANNELS:
        rows = applying(channel, passing=False)
        reasons = [row.test.reason for row in rows if isinstance(row.test, Suppressed)]
        columns[f"refusal_{channel}"] = refusal(channel, asked, passing=True)
        columns[f"no_since_{channel}"] = first_suppression(
            reasons, asked, "occurred_at"
        )[0]
    granted = NoGrant(tuple(LegalBasis)).grants(asked)
    columns["yes_since"] = Subquery(granted.values("given_at")[:1])
    return SubscriptionType.objects.active().annotate(**columns)


def _answer(name: str, channel: Channel, row: SubscriptionType) -> Answer:
    key = getattr(row, f"refusal_{channel}")
    since = getattr(row, f"no_since_{channel}" if key in _SUPPRESSING else "yes_since")
    return Answer(name, channel, row, key, since if key != "on_hold" else None)
