"""How many mails somebody gets at most: what the account allows all of them together,
what a kind of mail promises of its own, and what she asked for herself.

Told of one mailing, not of a person: the next one may be allowed again. Asked when the
audience is fixed and once more when a mail starts, because two mailings may have been
fixed while neither had begun.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Value,
)
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from consent.models import OwnLimit, Seldom, SubscriptionType
from deliveries.days import LONGEST
from deliveries.models import Bound, Channel, Delivery, Message

CAP = "got_enough"
PROMISE = "more_than_promised"
WISH = "wants_fewer"
# label, sentence
WORDS = {
    CAP: (
        _("Got enough for now"),
        _("Has had as many marketing emails in these days as the account allows."),
    ),
    PROMISE: (
        _("More than promised"),
        _("Has had as many emails of this type in these days as people were promised."),
    ),
    WISH: (
        _("Wants fewer"),
        _("Asked for fewer emails of this type, and has had the one for these days."),
    ),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many mails in so many days, counted back from each moment; of one
    kind of mail, or of all marketing."""

    key: str
    mails: int
    days: int
    subscription_type: int | None = None

    def applies(self, asked: Any) -> Any:
        """She has that many: the last one allowed is there."""
        hers = self._got().filter(address=asked.address).order_by()
        return Exists(hers[self.mails - 1 : self.mails])

    def reached(self) -> models.QuerySet[Any, Any]:
        """(address, 1) of everybody who has that many."""
        counted = self._got().values("address_id").annotate(mails=Count("pk"))
        enough = counted.filter(mails__gte=self.mails).order_by()
        return enough.values_list("address_id", Value(1))

    @property
    def terms(self) -> str:
        """In words, as a version of the rules has it."""
        return f"at most {self.mails} in {self.days} days"

    def _got(self) -> models.QuerySet[Delivery]:
        span = dt.timedelta(days=self.days)
        mailings = Message.objects.filter(
            channel=Channel.MARKETING, frozen_at__gte=Now() - Value(span + LONGEST)
        )
        if self.subscription_type:
            mailings = mailings.filter(subscription_type=self.subscription_type)
        # empty for what waits again and for what was not sent
        return Delivery.objects.filter(
            message__in=mailings, started_at__gte=Now() - Value(span)
        )


@dataclass(frozen=True, slots=True)
class Wish(Limit):
    """At most one mail of one kind in as many days as each asked for; nobody can ask
    for more of them than `days`."""

    @property
    def terms(self) -> str:
        return "as few as each asked for"

    def applies(self, asked: Any) -> Any:
        return Exists(self._had_theirs().filter(address=asked.address))

    def reached(self) -> models.QuerySet[Any, Any]:
        return self._had_theirs().values_list("address_id", Value(1)).order_by()

    def _had_theirs(self) -> models.QuerySet[OwnLimit]:
        asked_for = OwnLimit.objects.in_force()
        day = Value(dt.timedelta(days=1), models.DurationField())
        since = ExpressionWrapper(Now() - OuterRef("days") * day, DateTimeField())
        had = self._got().filter(address=OuterRef("address_id"), started_at__gte=since)
        return asked_for.filter(
            Exists(had.order_by()), subscription_type=self.subscription_type
        )


def limits_of(kind: SubscriptionType, bound: str) -> tuple[Limit, ...]:
    """What limits mails of this kind that are bound so, as it is set now."""
    account, found = Account.current(), []
    if bound == Bound.EVERYTHING and account.cap_mails and account.cap_days:
        found.append(Limit(CAP, account.cap_mails, account.cap_days))
    if bound != Bound.NOTHING and kind.promised_mails and kind.promised_days:
        found.append(Limit(PROMISE, kind.promised_mails, kind.promised_days, kind.pk))
    if bound != Bound.NOTHING:
        found.append(Wish(WISH, 1, max(Seldom.values), kind.pk))
    return tuple(found)
