"""What somebody agreed to and how that came about; agreeing and leaving.

By the verbs that staff use (contacts/subscriptions.py): a no always wins, and nothing
here lifts one.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from accounts.models import Account, User
from api.entering import Asked, Bearer
from api.once import OnceKey, once
from api.paging import Asking, Key, Page, page
from api.problems import Invalid, Refused
from api.scopes import TokenScope
from api.texts import Day, Id, Text
from consent.models import ConsentRecord, SubscriptionType
from consent.vocabulary import LegalBasis, Reason
from contacts import subscriptions
from contacts.models import Contact
from contacts.subscriptions import Agreement, Subscription
from deliveries.underway import in_flight

router = Router(tags=["Consent"])

# how the record of a contact calls a state, and how programs know it
STATES = {
    "opted_in": "subscribed",
    "opted_out": "unsubscribed",
    "not_set": "not_specified",
}


class Basis(StrEnum):
    """The legal bases on which anybody may be written to."""

    CONSENT = LegalBasis.CONSENT.value
    SOFT_OPT_IN = LegalBasis.SOFT_OPT_IN.value
    LEGITIMATE_INTEREST = LegalBasis.LEGITIMATE_INTEREST.value
    CONTRACT = LegalBasis.CONTRACT.value


class AskedBy(StrEnum):
    """Whose no it is. What the person did herself only she can undo."""

    PERSON = "person"
    STAFF = "staff"

    @property
    def reason(self) -> Reason:
        own = self is AskedBy.PERSON
        return Reason.OWN_OPT_OUT if own else Reason.STAFF_OPT_OUT


class SubscriptionTypeOut(Schema):
    """What somebody can subscribe to."""

    id: int
    name: str
    description: str
    purpose: str
    frequency: str
    brand: str = Field(alias="brand.name")
    is_default: bool


class StateOut(Schema):
    """Where somebody stands with one type.

    “Subscribed” is what was said: a blocked address is not mailed all the same.
    """

    subscription_type: int
    name: str
    state: str = Field(description="subscribed, unsubscribed or not_specified")
    since: dt.datetime | None
    how: str
    one_email_in_days: int | None = Field(
        description="Fewer than are sent, as the person asked; null for all there are."
    )


class RecordOut(Schema):
    """One line of the ledger; it is never changed."""

    id: int
    action: str
    mechanism: str
    actor: str
    basis: str
    subscription_type: int | None = Field(alias="subscription_type_id")
    brand: int | None = Field(alias="brand_id")
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    explanation: str
    text: str | None


class Agreeing(Schema):
    """To what somebody agreed, on which ground, where and when."""

    model_config = {"extra": "forbid"}

    subscription_type: Id
    basis: Basis
    explanation: Text = Field(
        min_length=1, description="Where and how, so that it can be shown later."
    )
    agreed_on: Day = Field(description="The day, as the account has it; from 1970 on.")


class Leaving(Schema):
    """What somebody wants no more; without a type all marketing."""

    model_config = {"extra": "forbid"}

    subscription_type: Id | None = None
    asked_by: AskedBy = AskedBy.PERSON
    explanation: Text = Field(min_length=1, description="Where and how it was said.")


class Agreed(Schema):
    state: str


class Left(Schema):
    """`in_flight`: mails that were on their way already and may still arrive."""

    changed: bool
    in_flight: int


@router.get(
    "/subscription-types",
    response=list[SubscriptionTypeOut],
    auth=Bearer(TokenScope.CONSENT_READ),
)
def list_subscription_types(request: Asked) -> Any:
    """What people can subscribe to."""
    mine = SubscriptionType.objects.for_user(request.user)
    return mine.active().select_related("brand")


@router.get(
    "/contacts/{int:pk}/subscriptions",
    response=list[StateOut],
    auth=Bearer(TokenScope.CONSENT_READ),
)
def get_subscriptions(request: Asked, pk: Key) -> Any:
    """Where this contact stands with each type."""
    contact = get_object_or_404(Contact, pk=pk)
    return [_drawn(one) for one in subscriptions.of(contact)]


def _drawn(one: Subscription) -> dict[str, Any]:
    return {
        "subscription_type": one.subscription_type.pk,
        "name": one.subscription_type.name,
        "state": STATES[one.state],
        "since": one.since,
        "how": one.how,
        "one_email_in_days": one.wish.days if one.wish else None,
    }


@router.get(
    "/contacts/{int:pk}/consent-history",
    response=Page[RecordOut],
    auth=Bearer(TokenScope.CONSENT_READ),
)
def get_consent_history(request: Asked, pk: Key, asking: Query[Asking]) -> Any:
    """What was said with the address of this contact, the oldest first."""
    contact = get_object_or_404(Contact, pk=pk)
    own = ConsentRecord.objects.filter(address_id=contact.address_id or 0)
    return page(own.select_related("text"), asking, _told)


def _told(records: list[ConsentRecord]) -> list[dict[str, Any]]:
    names: tuple[str, ...] = ("id", "action", "mechanism", "actor", "basis")
    names += ("subscription_type_id", "brand_id", "occurred_at", "recorded_at")
    names += ("explanation",)
    return [
        {name: getattr(one, name) for name in names}
        | {"text": one.text.body if one.text else None}
        for one in records
    ]


@router.post(
    "/contacts/{int:pk}/subscribe",
    response=Agreed,
    auth=Bearer(TokenScope.CONSENT_WRITE),
)
def subscribe(request: Asked, pk: Key, given: Agreeing, key: OnceKey = None) -> Any:
    """Write down that this contact agreed to a type.

    Refused (409) while the person, staff or a list said no to it: only a new sign-up
    with a confirmed address, or staff in the console, ends that.
    """
    contact = get_object_or_404(Contact, pk=pk)
    agreement = _agreement(given, request.user)

    def act() -> dict[str, Any]:
        try:
            subscriptions.opt_in(contact, request.user, agreement)
        except subscriptions.Refused as refused:
            raise Refused(409, "said_no", str(refused)) from None
        return {"state": STATES["opted_in"]}

    return once(request, key, act)


def _agreement(given: Agreeing, user: User) -> Agreement:
    if wrong := Account.current().why_not(given.agreed_on):
        raise Invalid({"/agreed_on": wrong})
    return Agreement(
        subscription_type=_type(given.subscription_type, user),
        basis=LegalBasis(given.basis.value),
        explanation=given.explanation,
        day=given.agreed_on,
    )


def _type(pk: int, user: User) -> SubscriptionType:
    mine = SubscriptionType.objects.for_user(user)
    found = mine.active().filter(pk=pk).first()
    if found is None:
        raise Invalid({"/subscription_type": "There is no such type in use."})
    return found


@router.post(
    "/contacts/{int:pk}/unsubscribe",
    response=Left,
    auth=Bearer(TokenScope.CONSENT_WRITE),
)
def unsubscribe(request: Asked, pk: Key, given: Leaving, key: OnceKey = None) -> Any:
    """Opt this contact out of one type, or of all marketing. It holds at once.

    For addresses that are no contact there are the suppressions.
    """
    contact = get_object_or_404(Contact, pk=pk)
    if not contact.address_id:
        raise Refused(409, "no_address", "This contact has no address.")
    named = given.subscription_type
    kind = _type(named, request.user) if named else None

    def act() -> dict[str, Any]:
        no = subscriptions.opt_out(
            contact,
            request.user,
            kind,
            reason=given.asked_by.reason,
            explanation=given.explanation,
        )
        return {"changed": no is not None}

    answer = once(request, key, act)
    return answer | {"in_flight": in_flight(contact.address_id)}
