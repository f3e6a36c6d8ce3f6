"""Segments and who is in them, as of their last refresh."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from api.contacts import ContactOut, drawn
from api.entering import Asked, Bearer, note_export
from api.paging import Asking, Key, Page, page
from api.scopes import TokenScope
from contacts.models import Contact
from segments.models import Segment
from segments.shelf import inside

router = Router(tags=["Segments"])


class SegmentOut(Schema):
    """`size`: members at the last refresh; null before the first."""

    id: int
    name: str
    kind: str
    state: str
    size: int | None
    refreshed_at: dt.datetime | None


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
