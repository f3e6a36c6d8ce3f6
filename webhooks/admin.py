"""Webhooks in the admin: to be read, without their secrets."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from webhooks.models import Endpoint, Notice


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    list_display = ("name", "url", "paused_at", "failing_since", "removed_at")
    ordering = ("-pk",)
    exclude = ("secret", "secret_before")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("event_id", "endpoint", "kind", "state", "at")
    list_select_related = ("endpoint",)
    ordering = ("-pk",)
