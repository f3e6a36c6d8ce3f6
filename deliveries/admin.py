"""Messages, deliveries and events in the admin: to be read. Holds stop sending.

Mail servers and limits are in deliveries.relay_admin.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.admin import ReadOnlyAdmin
from consent.admin import AddressedAdmin, by_address
from deliveries import relay_admin
from deliveries.models import (
    Channel,
    Day,
    Delivery,
    Event,
    Hold,
    HoldKind,
    LastSeen,
    Late,
    Link,
    Message,
    Month,
    Pace,
    RuleSet,
    SendingDomain,
    Wave,
)

__all__ = ["relay_admin"]

SHOWN = 10_000


class ShortPaginator(Paginator):  # type: ignore[type-arg]
    """Does not count millions of rows: the newest SHOWN are shown."""

    @cached_property
    def count(self) -> int:
        rows: models.QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows[:SHOWN].count()


class LinkInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Link
    fields = ("position", "kind", "label", "url")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("id", "name", "channel", "subject", "created_at", "frozen_at")
    ordering = ("-pk",)
    exclude = ("html", "text")
    inlines = (LinkInline,)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Message]:
        """Without mails about signing in: whoever reads such a link may use it."""
        return super().get_queryset(request).exclude(channel=Channel.SERVICE)


@admin.register(Delivery)
class DeliveryAdmin(AddressedAdmin):
    list_display = ("id", "message", "address", "state", "reason", "delivered_at")
    list_select_related = True
    list_filter = ("state",)
    paginator = ShortPaginator
    ordering = ("-message_id", "-pk")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "address", "message", "verdict", "score")
    list_select_related = ("address", "message")
    paginator = ShortPaginator
    ordering = ("-at",)
    search_fields = ("address__key",)
    search_help_text = "The exact email address"

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if search_term:
            queryset = by_address(queryset, search_term, "address")
        return queryset, False


class HoldForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new stop, or the reason for which one is lifted."""

    class Meta:
        model = Hold
        fields = ("kind", "message", "value", "reason", "lift_reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "lift_reason" in self.fields:
            self.fields["lift_reason"].required = True


@admin.register(Hold)
class HoldAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Stops sending, and lets it go on. What was stopped stays on record."""

    form = HoldForm
    list_display = ("__str__", "created_at", "created_by", "lifted_at")
    list_select_related = ("created_by",)
    ordering = ("-pk",)
    raw_id_fields = ("message",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Hold | None = None
    ) -> bool:
        active = obj is None or obj.lifted_at is None
        if obj is not None and obj.kind != HoldKind.EVERYTHING:
            return False  # its page in the console knows what else depends on it
        return active and super().has_change_permission(request, obj)

    def formfield_for_choice_field(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """A sending domain is no choice: it waits for its records and nobody else."""
        if db_field.name == "kind":
            kinds = [one for one in HoldKind.choices if one[0] != HoldKind.SENDER]
            kwargs["choices"] = kinds
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Hold | None = None) -> Any:
        start = ("kind", "message", "value", "reason")
        return start if obj is None else (*start, "lift_reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Hold | None = None) -> Any:
        return ("kind", "message", "value", "reason") if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Hold, form: Any, change: bool
    ) -> None:
        if change:
            obj.lift(request.user, obj.lift_reason)  # type: ignore[arg-type]
            return
        hold = Hold.objects.stop(
            request.user,  # type: ignore[arg-type]
            obj.reason,
            kind=obj.kind,
            message=obj.message,
            value=obj.value,
        )
        obj.pk = hold.pk


@admin.register(LastSeen)
class LastSeenAdmin(AddressedAdmin):
    list_display = ("address", "brand", "opened_on", "clicked_on")
    list_select_related = ("address", "brand")


@admin.register(Late)
class LateAdmin(AddressedAdmin):
    list_display = ("address", "message", "said_at", "accepted_at")
    list_select_related = ("address", "message")


# changed on the pages of domains, by the guard, by what is counted and as mail starts
admin.site.register([Day, Month, Pace, RuleSet, SendingDomain, Wave], ReadOnlyAdmin)
