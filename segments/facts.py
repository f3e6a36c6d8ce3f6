"""Questions to other tables: activity, membership, subscriptions. Never null."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import OPT_OUT_REASONS, Scope
from contacts.models import Contact
from deliveries.refusals import mailable
from segments import activity
from segments.fields import Type
from segments.members import SegmentMember

unknowable = activity.unknowable


def nobody() -> Value:
    return Value(False, models.BooleanField())


def _member(operator: str, ids: tuple[str, ...]) -> Any:
    """In one of the segments, as last refreshed."""
    stays = SegmentMember.objects.current().filter(contact_id=OuterRef("pk"))
    chosen = [int(pk) for pk in ids]
    if len(chosen) == 1:
        return Exists(stays.filter(segment_id=chosen[0]))
    return Exists(stays.filter(segment_id__in=chosen))


def _opt_outs() -> QuerySet[Suppression]:
    return Suppression.objects.active().filter(
        address_id=OuterRef("address_id"), reason__in=OPT_OUT_REASONS
    )


def _opted_out(operator: str, wanted: bool) -> Any:
    everything = Exists(_opt_outs().filter(scope=Scope.EVERYTHING))
    return everything if wanted else ~everything


def _types(ids: tuple[str, ...]) -> list[SubscriptionType]:
    return list(SubscriptionType.objects.filter(pk__in=[int(pk) for pk in ids]))


def _subscription(operator: str, ids: tuple[str, ...]) -> Any:
    """Has this status for at least one type: yes is a grant no opt-out covers."""
    return _any(_status(operator, one) for one in _types(ids))


def _status(operator: str, one: SubscriptionType) -> Q:
    no = Exists(_opt_outs().covering(one))  # type: ignore[attr-defined]
    yes = Exists(
        Grant.objects.filter(address_id=OuterRef("address_id"), subscription_type=one)
    )
    if operator == "unsubscribed":
        return Q(no)
    return Q(yes) & ~Q(no) if operator == "subscribed" else ~Q(yes) & ~Q(no)


def _mailable(operator: str, ids: tuple[str, ...]) -> Any:
    """No reason not to mail, for at least one of the types (see refusals)."""
    herself = Contact.objects.filter(pk=OuterRef("pk"))
    return _any(Q(Exists(mailable(herself, one))) for one in _types(ids))


def _any(parts: Any) -> Q:
    found = list(parts)
    return reduce(or_, found) if found else Q(nobody())


FACTS: dict[Type, Callable[[str, Any], Any]] = {
    Type.ACTIVITY: activity.matches,
    Type.MEMBERSHIP: _member,
    Type.BOOLEAN: _opted_out,
    Type.SUBSCRIPTION: _subscription,
    Type.MAILABLE: _mailable,
}
