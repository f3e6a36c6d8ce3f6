"""Segments and who is in them, as of their last refresh."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from api.contacts import ContactOut, drawn
from api.entering import Asked, Bearer, note_export
from api.once import OnceKey, once
from api.paging import Asking, Key, Page, page
from api.problems import Refused
from api.scopes import TokenScope
from api.texts import Id
from contacts.models import Contact
from segments.models import Segment
from segments.shelf import inside

MOST = 1_000

router = Router(tags=["Segments"])


class SegmentOut(Schema):
    """`size`: members at the last refresh; null before the first."""

    id: int
    name: str
    kind: str
    state: str
    size: int | None
    refreshed_at: dt.datetime | None


class Some(Schema):
    """Which contacts, by their ids."""

    model_config = {"extra": "forbid"}

    contacts: Annotated[list[Id], Field(min_length=1, max_length=MOST)]


class Changed(Schema):
    """`changed`: who came or went. `unchanged`: who was there, or gone, already.

    `unknown`: ids that no contact has.
    """

    changed: int
    unchanged: int
    unknown: list[int]


@router.get(
    "/segments", response=Page[SegmentOut], auth=Bearer(TokenScope.SEGMENTS_READ)
)
def list_segments(request: Asked, asking: Query[Asking]) -> Any:
    """The segments in use, the oldest first."""
    return page(Segment.objects.current(), asking, list)


@router.get(
    "/segments/{int:pk}", response=SegmentOut, auth=Bearer(TokenScope.SEGMENTS_READ)
)
def get_segment(request: Asked, pk: Key) -> Any:
    """One segment."""
    return get_object_or_404(Segment.objects.current(), pk=pk)


@router.get(
    "/segments/{int:pk}/members",
    response=Page[ContactOut],
    auth=Bearer(TokenScope.CONTACTS_EXPORT),
)
def list_members(request: Asked, pk: Key, asking: Query[Asking]) -> Any:
    """Who is in the segment, by the ids of the contacts."""
    segment = get_object_or_404(Segment.objects.current(), pk=pk)
    note_export(request, f"the segment {segment.pk}", segment.get_absolute_url())
    return page(inside(segment, Contact.objects.all()), asking, drawn, key="stay")


@router.post(
    "/segments/{int:pk}/members",
    response=Changed,
    auth=Bearer(TokenScope.SEGMENTS_WRITE),
)
def add_members(request: Asked, pk: Key, given: Some, key: OnceKey = None) -> Any:
    """Put up to 1,000 contacts into a static segment."""
    return _changed(request, pk, given, key, joins=True)


@router.post(
    "/segments/{int:pk}/members/remove",
    response=Changed,
    auth=Bearer(TokenScope.SEGMENTS_WRITE),
)
def remove_members(request: Asked, pk: Key, given: Some, key: OnceKey = None) -> Any:
    """Take up to 1,000 contacts out of a static segment."""
    return _changed(request, pk, given, key, joins=False)


def _changed(
    request: Asked, pk: int, given: Some, key: str | None, *, joins: bool
) -> dict[str, Any]:
    segment = get_object_or_404(Segment.objects.current(), pk=pk)
    if segment.is_active:
        raise Refused(
            409, "active", "People join and leave an active segment by its rules."
        )
    people = Contact.objects.filter(pk__in=given.contacts)

    def act() -> dict[str, Any]:
        known = {*people.values_list("pk", flat=True)}
        count = segment.add(people) if joins else segment.remove(people)
        segment.note_members(request.user, count, joined=joins)
        unknown = sorted({*given.contacts} - known)
        return {"changed": count, "unchanged": len(known) - count, "unknown": unknown}

    return once(request, key, act)
