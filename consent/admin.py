"""Consent in the admin: to be read. What was said can be changed by its verbs only."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin import KeptAdmin, ReadOnlyAdmin
from consent.models import (
    Address,
    Batch,
    Brand,
    BrandWords,
    ConsentEvidence,
    ConsentRecord,
    ConsentText,
    Grant,
    Logo,
    OwnLimit,
    Seal,
    SubscriptionType,
    Suppression,
    TrackingChoice,
    TypeTranslation,
)


def by_address(queryset: models.QuerySet[Any], raw: str, path: str) -> Any:
    """Those of exactly this address: no search by parts over millions of rows."""
    address = Address.objects.find(raw)
    return queryset.filter(**{path: address.pk}) if address else queryset.none()


class AddressedAdmin(ReadOnlyAdmin):
    """Rows of one address each, found by the exact address."""

    search_fields: ClassVar[tuple[str, ...]] = ("address__key",)
    search_help_text = "The exact email address"
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    raw_id_fields: ClassVar[tuple[str, ...]] = ("address",)
    path_to_address = "address"

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if search_term:
            queryset = by_address(queryset, search_term, self.path_to_address)
        return queryset, False


@admin.register(Address)
class AddressAdmin(AddressedAdmin):
    list_display = ("id", "key", "domain")
    search_fields = ("key",)
    raw_id_fields = ()
    path_to_address = "pk"
    exclude = ("key_hmac", "ledger_head")


@admin.register(Brand)
class BrandAdmin(KeptAdmin):
    list_display = ("name", "legal_name", "is_default")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    readonly_fields = ("is_default",)


@admin.register(SubscriptionType)
class SubscriptionTypeAdmin(KeptAdmin):
    list_display = ("name", "brand", "frequency", "is_default", "archived_at")
    list_select_related = ("brand",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: SubscriptionType | None = None
    ) -> tuple[str, ...]:
        """Consent was given to this brand: it cannot be handed to another. Archived
        it is in the console, where the default type stays."""
        fixed = ("is_default", "archived_at")
        return (*fixed, "brand") if obj else fixed


@admin.register(TypeTranslation)
class TypeTranslationAdmin(ReadOnlyAdmin):
    list_display = ("subscription_type", "language", "name", "frequency")
    list_select_related = ("subscription_type",)


@admin.register(ConsentText)
class ConsentTextAdmin(ReadOnlyAdmin):
    list_display = ("id", "language", "__str__", "created_at")


@admin.register(ConsentRecord)
class ConsentRecordAdmin(AddressedAdmin):
    list_display = ("id", "address", "action", "mechanism", "actor", "occurred_at")
    list_select_related = ("address",)
    exclude = ("evidence_hash", "prev_hash", "hash")


@admin.register(ConsentEvidence)
class ConsentEvidenceAdmin(ReadOnlyAdmin):
    list_display = ("record_id", "raw_address", "ip")
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    exclude = ("salt",)


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ("upto", "count", "at")
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    exclude = ("digest", "mac")


@admin.register(Grant)
class GrantAdmin(AddressedAdmin):
    list_display = ("id", "address", "subscription_type", "grade", "basis", "given_at")
    list_select_related = ("address", "subscription_type")


@admin.register(Suppression)
class SuppressionAdmin(AddressedAdmin):
    list_display = ("id", "address", "reason", "scope", "occurred_at", "lifted_at")
    list_select_related = ("address",)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ("label", "kind", "created_by", "created_at", "undone_at")
    list_select_related = ("created_by",)
    ordering = ("-created_at",)


@admin.register(Logo)
class LogoAdmin(ReadOnlyAdmin):
    list_display = ("name", "format")
    exclude = ("octets",)


@admin.register(BrandWords)
class BrandWordsAdmin(ReadOnlyAdmin):
    list_display = ("brand", "language", "choosing")
    list_select_related = ("brand",)


@admin.register(TrackingChoice)
class TrackingChoiceAdmin(AddressedAdmin):
    list_display = ("address", "brand", "agreed", "said_at")
    list_select_related = ("address", "brand")


@admin.register(OwnLimit)
class OwnLimitAdmin(AddressedAdmin):
    list_display = ("address", "subscription_type", "days", "said_at")
    list_select_related = ("address", "subscription_type")
