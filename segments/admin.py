"""Segments in the admin, to look at: their pages build, use and delete them."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import KeptAdmin, ReadOnlyAdmin
from segments.models import Segment, SegmentDay, SegmentMember, SegmentUse


@admin.register(Segment)
class SegmentAdmin(KeptAdmin):
    """The name can be put right; rules are written in the builder, which checks."""

    list_display = ("name", "kind", "state", "size", "refreshed_at", "archived_at")
    list_filter = ("kind", "state")
    search_fields = ("name",)
    fields = (
        "name",
        "kind",
        "state",
        "problem",
        "rules",
        "size",
        "refreshed_at",
        "created_by",
        "saved_by",
        "archived_at",
    )
    readonly_fields = fields[1:]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(SegmentMember)
class SegmentMemberAdmin(ReadOnlyAdmin):
    list_display = ("id", "segment", "contact_id", "joined_at", "left_at")
    list_select_related = ("segment",)
    ordering = ("-id",)


@admin.register(SegmentUse)
class SegmentUseAdmin(ReadOnlyAdmin):
    list_display = ("label", "segment", "key", "created_at")
    list_select_related = ("segment",)


@admin.register(SegmentDay)
class SegmentDayAdmin(ReadOnlyAdmin):
    list_select_related = ("segment",)
