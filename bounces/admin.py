"""What came back, in the admin: to be read."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from bounces.models import (
    Bounce,
    BouncePolicy,
    DomainCheck,
    Incident,
    Kept,
    ProviderList,
    Release,
    Report,
    RuleChange,
)
from consent.admin import AddressedAdmin
from deliveries.redaction import redacted


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """Those to be looked at by a person have the outcome "review"."""

    list_display = ("id", "received_at", "source", "kind", "outcome", "explanation")
    list_filter = ("outcome", "kind", "source")
    ordering = ("-pk",)
    exclude = ("raw", "digest", "envelope_to")
    readonly_fields = ("sent_to", "content")

    @admin.display(description="The report as it came, without the keys in its links")
    def content(self, report: Report) -> str:
        return redacted(bytes(report.raw[:20_000])).decode("utf-8", "replace")


@admin.register(Bounce)
class BounceAdmin(AddressedAdmin):
    list_display = ("id", "at", "address", "kind", "category", "doing", "enhanced_code")
    list_filter = ("kind", "category")
    list_select_related = ("address",)


# decided and counted on their pages, each with its reason
admin.site.register(
    (
        *(BouncePolicy, DomainCheck, Incident, Kept, ProviderList),
        *(Release, RuleChange),
    ),
    ReadOnlyAdmin,
)
