"""Marketing emails in the admin: to be read. They are changed by their pages only."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from campaigns.models import (
    Approval,
    EmailTemplate,
    EmailVersion,
    MarketingEmail,
    Picture,
    SharedPreview,
    SingleContact,
)


@admin.register(MarketingEmail)
class MarketingEmailAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "kind",
        "state",
        "subscription_type",
        "scheduled_at",
        "launched_by",
        "finished_at",
    )
    list_filter = ("state", "kind")
    list_select_related = ("subscription_type", "launched_by")
    search_fields = ("name", "subject")
    ordering = ("-pk",)


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    list_display = ("email", "revision", "state", "asked_by", "decided_by", "asked_at")
    list_filter = ("state",)
    list_select_related = ("email", "asked_by", "decided_by")
    ordering = ("-pk",)


@admin.register(EmailVersion)
class EmailVersionAdmin(ReadOnlyAdmin):
    list_display = ("email", "number", "saved_by", "saved_at", "automatic")
    list_select_related = ("email", "saved_by")
    ordering = ("-pk",)


@admin.register(EmailTemplate)
class EmailTemplateAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "created_by", "created_at")
    list_select_related = ("created_by",)
    ordering = ("name",)


@admin.register(Picture)
class PictureAdmin(ReadOnlyAdmin):
    list_display = ("name", "format", "width", "height", "created_at")
    exclude = ("octets", "digest")
    ordering = ("-pk",)


@admin.register(SingleContact)
class SingleContactAdmin(ReadOnlyAdmin):
    list_display = ("email", "contact", "gets")
    list_filter = ("gets",)
    list_select_related = ("email", "contact")
    ordering = ("-pk",)


@admin.register(SharedPreview)
class SharedPreviewAdmin(ReadOnlyAdmin):
    list_display = ("email", "created_by", "created_at", "expires_at", "revoked_at")
    list_select_related = ("email", "created_by")
    ordering = ("-pk",)
