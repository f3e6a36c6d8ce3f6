"""People in the admin. Addresses, engagement and imports can be read, not edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import models
from django.http import HttpRequest

from accounts.admin import KeptAdmin, ReadOnlyAdmin
from contacts.models import (
    ENGAGEMENT_FIELDS,
    Contact,
    ContactImport,
    MergedAddress,
    OpeningBalance,
    PropertyDefinition,
)


@admin.register(Contact)
class ContactAdmin(KeptAdmin):
    """The address is changed, and a person deleted, in the console: there her
    opt-outs come along."""

    def subject(self, obj: Any) -> str:
        """By her number: her name would stay there when she is erased."""
        return f"Contact {obj.pk}"

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        entry = super().log_change(request, obj, message)
        LogEntry.objects.filter(pk=entry.pk).update(object_repr=self.subject(obj))
        return entry

    list_display = ("id", "email", "first_name", "last_name", "company", "created_at")
    search_fields = ("email_lower",)
    search_help_text = "The beginning of an address, a first or a last name"
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)
    raw_id_fields = ("owner",)
    readonly_fields = (
        "address",
        "email",
        "properties",
        "hard_bounce_reason",
        "created_at",
        "updated_at",
        *ENGAGEMENT_FIELDS,
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        found = Contact.objects.search(search_term).values("pk")
        return (queryset.filter(pk__in=found) if search_term else queryset), False


@admin.register(PropertyDefinition)
class PropertyDefinitionAdmin(KeptAdmin):
    """Its words can be put right; its choices and its end have pages that check."""

    list_display = ("label", "name", "kind", "archived_at")
    readonly_fields = ("name", "kind", "choices", "created_at", "archived_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(ContactImport)
class ContactImportAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "created_by", "created_at", "finished_at")
    list_select_related = ("created_by",)
    ordering = ("-pk",)


@admin.register(OpeningBalance)
class OpeningBalanceAdmin(ReadOnlyAdmin):
    list_display = ("contact", "source", "as_of", "delivered")
    list_select_related = ("contact",)
    raw_id_fields = ("contact", "address")
    ordering = ("-pk",)


@admin.register(MergedAddress)
class MergedAddressAdmin(ReadOnlyAdmin):
    list_display = ("address", "contact", "merged_at")
    list_select_related = ("address", "contact")
    raw_id_fields = ("contact", "address")
    ordering = ("-pk",)
