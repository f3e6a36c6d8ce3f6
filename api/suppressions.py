"""The do-not-mail list: asked, added to, read, followed.

It is about addresses, whether or not there is a contact. Nothing here takes one off.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from accounts.models import AuditEntry, User
from api.consent import AskedBy
from api.entering import Asked, Bearer, note_export
from api.once import OnceKey, once
from api.paging import Asking, Page, page
from api.problems import Invalid, Refused
from api.scopes import TokenScope
from api.texts import Email, Id, Text
from consent import addresses
from consent.models import (
    Address,
    Brand,
    ConsentChange,
    OtherHistory,
    Place,
    SubscriptionType,
    Suppression,
    TooOld,
)
from consent.vocabulary import Action
from contacts.acts import act_of
from deliveries.underway import in_flight

router = Router(tags=["Suppressions"])

MOST = 1_000
ANEW = "Ask with “latest”, read the list anew, and follow from there."
Emails = Annotated[list[Email], Field(min_length=1, max_length=MOST)]


class NoOut(Schema):
    """One no that is in force."""

    reason: str
    scope: str = Field(description="everything, brand or type")
    brand: int | None
    subscription_type: int | None
    since: dt.datetime
    until: dt.datetime | None = Field(description="When a pause ends by itself.")


class Checking(Schema):
    emails: Emails


class AnswerOut(Schema):
    """`email` as it was asked for; an address that is none is never mailed."""

    email: str
    is_address: bool
    noes: list[NoOut]


class Adding(Schema):
    """Whom not to mail any more: one brand, one type, or without either anything."""

    model_config = {"extra": "forbid"}

    emails: Emails
    asked_by: AskedBy = AskedBy.PERSON
    explanation: Text = Field(min_length=1, description="Where and how it was said.")
    brand: Id | None = None
    subscription_type: Id | None = None


class Added(Schema):
    """`refused`: places in the list, from 0, of what is no address.

    `in_flight`: mails that were on their way already and may still arrive.
    """

    added: int
    known: int
    refused: list[int]
    in_flight: int


class SuppressionOut(NoOut):
    id: int
    email: str | None = Field(description="null when the person was erased")


class Following(Schema):
    """From where on."""

    after: Text | None = Field(
        None,
        description="What the answer before calls “next”; “latest” for what happens"
        " from now on; without it from the first change on that is kept.",
    )
    limit: int = Field(100, ge=1, le=500, description="How many records to look at.")


class ChangeOut(SuppressionOut):
    """`change`: “began” or “ended”; `at`: when that was written."""

    change: str
    at: dt.datetime


class Changes(Schema):
    """`items` may be empty though there is `more`: not every record is about a no."""

    items: list[ChangeOut]
    next: str | None
    more: bool


@router.post(
    "/suppressions/check",
    response=list[AnswerOut],
    auth=Bearer(TokenScope.SUPPRESSIONS_READ),
)
def check_suppressions(request: Asked, given: Checking) -> Any:
    """What keeps these addresses from being mailed, in the order of the list.

    Nothing in force is no permission: for that there has to be a yes.
    """
    keys = [_key(email) for email in given.emails]
    noes = Suppression.objects.by_key(key for key in keys if key)
    return [
        {
            "email": email,
            "is_address": bool(key),
            "noes": [_no(one) for one in noes.get(key, ())],
        }
        for email, key in zip(given.emails, keys, strict=True)
    ]


def _key(email: str) -> str:
    """The match key of an address; empty for what is none."""
    try:
        return addresses.key_of(email)
    except addresses.BadAddress:
        return ""


def _no(one: Suppression) -> dict[str, Any]:
    return {
        "reason": one.reason,
        "scope": one.scope,
        "brand": one.brand_id,
        "subscription_type": one.subscription_type_id,
        "since": one.occurred_at,
        "until": one.until,
    }


@router.post(
    "/suppressions", response=Added, auth=Bearer(TokenScope.SUPPRESSIONS_WRITE)
)
def add_suppressions(request: Asked, given: Adding, key: OnceKey = None) -> Any:
    """Put up to 1,000 addresses on the list, all at once.

    They hold at once, whether or not anybody knows the addresses. What is no address
    is told by its place, and the others are put on the list.
    """
    brand, kind = _scope(given, request.user)
    parsed = _parsed(given.emails)
    ids = [*Address.objects.ensure(one for one in parsed if one).values()]

    def act() -> dict[str, Any]:
        fresh = Suppression.objects.suppress(
            ids,
            given.asked_by.reason,
            act_of(request.user, Action.WITHDRAWN, given.explanation),
            brand=brand,
            subscription_type=kind,
        )
        refused = [place for place, one in enumerate(parsed) if one is None]
        AuditEntry.objects.record(
            request.user, "put addresses on the list", detail={"new": len(fresh)}
        )
        known = len(ids) - len(fresh)
        return {"added": len(fresh), "known": known, "refused": refused}

    answer = once(request, key, act)
    return answer | {"in_flight": in_flight(*ids)}


def _parsed(emails: list[str]) -> list[addresses.Parsed | None]:
    found: list[addresses.Parsed | None] = []
    for email in emails:
        try:
            found.append(addresses.parse(email))
        except addresses.BadAddress:
            found.append(None)
    return found


def _scope(given: Adding, user: User) -> tuple[Brand | None, SubscriptionType | None]:
    """The brand, or the type, that they want no more; Invalid when there is none."""
    if given.brand and given.subscription_type:
        raise Invalid({"/brand": "Name a brand or a type, not both."})
    if user.is_limited and not (given.brand or given.subscription_type):
        raise Invalid({"/brand": "Name a brand or a type that is yours."})
    brand = Brand.objects.for_user(user).filter(pk=given.brand or 0).first()
    kinds = SubscriptionType.objects.for_user(user)
    kind = kinds.filter(pk=given.subscription_type or 0).first()
    if given.brand and not brand:
        raise Invalid({"/brand": "There is no such brand."})
    if given.subscription_type and not kind:
        raise Invalid({"/subscription_type": "There is no such type."})
    return brand, kind


@router.get(
    "/suppressions",
    response=Page[SuppressionOut],
    auth=Bearer(TokenScope.SUPPRESSIONS_EXPORT),
)
def list_suppressions(request: Asked, asking: Query[Asking]) -> Any:
    """Everything that is in force, the oldest first."""
    note_export(request, "the do-not-mail list")
    return page(Suppression.objects.active().select_related("address"), asking, _drawn)


def _drawn(rows: list[Suppression]) -> list[dict[str, Any]]:
    return [_no(one) | {"id": one.pk, "email": one.address.key} for one in rows]


@router.get(
    "/suppressions/changes",
    response=Changes,
    auth=Bearer(TokenScope.SUPPRESSIONS_EXPORT),
)
def follow_suppressions(request: Asked, asking: Query[Following]) -> Any:
    """What began and what ended, and nothing of what is still being written.

    To keep a copy: ask with “latest”, read the whole list, then follow from there. Go
    by the id: what ended stays ended, also where it is told first. Nothing is missed;
    an answer without items may only mean that somebody is still writing. 410: the
    database was restored, or you last asked longer ago than changes are kept (90 days
    unless it was set otherwise). Then ask with “latest” and read the list anew.
    """
    if asking.after == "latest":
        here = ConsentChange.objects.here()
        return {"items": [], "next": str(here), "more": False}
    try:
        read = ConsentChange.objects.behind(_place(asking.after), asking.limit + 1)
    except OtherHistory as other:
        code = "forgotten" if isinstance(other, TooOld) else "restored"
        raise Refused(410, code, f"{other} {ANEW}") from None
    note_export(request, "the changes of the do-not-mail list")
    shown = read[: asking.limit]
    return {
        "items": _changes([one.record for one in shown]),
        "next": str(shown[-1].place) if shown else asking.after,
        "more": len(read) > asking.limit,
    }


def _place(text: str | None) -> Place | None:
    place = Place.read(text) if text else None
    if text and place is None:
        raise Refused(422, "invalid", "“after” is no “next” of an answer before.")
    return place


def _changes(records: list[int]) -> list[dict[str, Any]]:
    """In the order of the records; one query."""
    said: dict[int, list[dict[str, Any]]] = {}
    noes = Suppression.objects.told_by(records).select_related("address")
    for one in noes.order_by("pk"):
        drawn = _drawn([one])[0]
        began = drawn | {"change": "began", "at": one.created_at}
        said.setdefault(one.record_id, []).append(began)
        if one.lifted_record_id:
            ended = drawn | {"change": "ended", "at": one.lifted_at}
            said.setdefault(one.lifted_record_id, []).append(ended)
    return [one for record in records for one in said.get(record, ())]
