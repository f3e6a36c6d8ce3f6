"""Questions to other tables: activity, membership, consent, the address.

FACTS are conditions and never null; VALUES are expressions, null where unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)

from consent.models import Address, Grant, SubscriptionType, Suppression
from consent.vocabulary import OPT_OUT_REASONS, Scope
from contacts.models import Contact, ImportedContact
from deliveries.models import Delivery
from deliveries.predicates import Asked, Suppressed
from deliveries.providers import provider_case
from deliveries.refusals import REFUSALS, mailable
from segments import activity
from segments.dates import Clock
from segments.domains import DISPOSABLE, ROLES
from segments.fields import NO_CONSENT
from segments.members import SegmentMember
from segments.operands import Reasons

# (operator, value, clock) -> a condition on Contact
Fact = Callable[[str, Any, Clock], Any]
unknowable = activity.unknowable


def nobody() -> Value:
    return Value(False, models.BooleanField())


def _member(operator: str, ids: tuple[str, ...], clock: Clock) -> Any:
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


def _opted_out(operator: str, wanted: bool, clock: Clock) -> Any:
    return _flag(Exists(_opt_outs().filter(scope=Scope.EVERYTHING)), wanted)


def _flag(question: Exists, wanted: bool) -> Any:
    return question if wanted else ~question


def _types(ids: tuple[str, ...]) -> list[SubscriptionType]:
    return list(SubscriptionType.objects.filter(pk__in=[int(pk) for pk in ids]))


def _subscription(operator: str, ids: tuple[str, ...], clock: Clock) -> Any:
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


def _mailable(operator: str, ids: tuple[str, ...], clock: Clock) -> Any:
    """No reason not to mail, for at least one of the types (see refusals)."""
    herself = Contact.objects.filter(pk=OuterRef("pk"))
    return _any(Q(Exists(mailable(herself, one))) for one in _types(ids))


def _refused(operator: str, wanted: Reasons, clock: Clock) -> Any:
    """One of these reasons holds, whether or not another goes before it."""
    kind = (
        SubscriptionType.objects.filter(pk=wanted.type).first()
        if wanted.type
        else (SubscriptionType.objects.default())
    )
    if kind is None:
        return Q(nobody())
    asked = Asked.about(kind, "address_id")
    found = [row.test for row in REFUSALS if row.key in wanted.keys]
    reasons = [test.reason for test in found if isinstance(test, Suppressed)]
    others = [
        Q(test.applies(asked)) for test in found if not isinstance(test, Suppressed)
    ]
    noes = Suppression.objects.active().covering(kind)
    mine = noes.filter(address_id=OuterRef("address_id"), reason__in=reasons)
    return _any([*others, Q(Exists(mine))] if reasons else others)


def _grade(operator: str, keys: tuple[str, ...], clock: Clock) -> Any:
    """A yes of one of these grades, for any subscription type; or no yes at all."""
    yes = Grant.objects.filter(address_id=OuterRef("address_id"))
    some = Q(Exists(yes.filter(grade__in=[key for key in keys if key != NO_CONSENT])))
    return some | ~Exists(yes) if NO_CONSENT in keys else some


def _bounced(column: str) -> Fact:
    def fact(operator: str, keys: tuple[str, ...], clock: Clock) -> Any:
        mails = Delivery.objects.filter(address_id=OuterRef("address_id"))
        return Exists(
            mails.filter(Q((f"{column}__in", keys)), bounced_at__isnull=False)
        )

    return fact


def _role(operator: str, wanted: bool, clock: Clock) -> Any:
    local = Func(
        F("key"), Value("@"), Value(1), function="split_part", output_field=TextField()
    )
    mine = Address.objects.filter(pk=OuterRef("address_id")).alias(local=local)
    return _flag(Exists(mine.filter(local__in=sorted(ROLES))), wanted)


def _disposable(operator: str, wanted: bool, clock: Clock) -> Any:
    mine = Address.objects.filter(pk=OuterRef("address_id"))
    return _flag(Exists(mine.filter(domain__in=sorted(DISPOSABLE))), wanted)


def _imported(operator: str, ids: tuple[str, ...], clock: Clock) -> Any:
    rows = ImportedContact.objects.filter(contact=OuterRef("pk"))
    return Exists(rows.filter(contact_import__in=[int(pk) for pk in ids]))


def _any(parts: Any) -> Q:
    found = list(parts)
    return reduce(or_, found) if found else Q(nobody())


FACTS: dict[str, Fact] = {
    "email_event": activity.matches,
    "bounce_kind": _bounced("bounce_kind"),
    "bounce_category": _bounced("bounce_category"),
    "segment": _member,
    "opted_out": _opted_out,
    "subscription": _subscription,
    "mailable": _mailable,
    "refusal": _refused,
    "consent_grade": _grade,
    "role_address": _role,
    "disposable": _disposable,
    "import": _imported,
}


def _provider() -> Any:
    return Case(
        When(address__domain__isnull=False, then=provider_case("address__domain")),
        output_field=TextField(),
    )


def _consent_given_at() -> Any:
    yes = Grant.objects.filter(address_id=OuterRef("address_id"))
    return Subquery(yes.order_by("-given_at").values("given_at")[:1])


VALUES: dict[str, Callable[[], Any]] = {
    "provider": _provider,
    "consent_given_at": _consent_given_at,
}
