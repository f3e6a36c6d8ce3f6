"""People, what they did, and long jobs in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as registers_groups  # noqa: F401
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse

from accounts.models import (
    Account,
    AuditEntry,
    Job,
    Retention,
    SavedView,
    Throttle,
    User,
)
from accounts.races import once_more

# roles say who may do what
admin.site.unregister(Group)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Everything can be looked at, nothing added, changed or deleted."""

    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Without octets, which may be many and say nothing in a list: what shows them
        fetches those of its row."""
        columns = self.model._meta.concrete_fields
        octets = [one.name for one in columns if isinstance(one, models.BinaryField)]
        return super().get_queryset(request).defer(*octets)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WholeForm(forms.ModelForm):  # type: ignore[type-arg]
    """Asks also for what must be unique together with something that it only shows."""

    def validate_unique(self) -> None:
        super().validate_unique()
        if self.errors:
            return
        try:
            self.instance.validate_constraints()
        except ValidationError as refused:
            self.add_error(None, refused.messages)


class KeptAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Can be changed, never deleted: records point at it. The audit log has who did."""

    form = WholeForm

    def subject(self, obj: Any) -> str:
        """What the audit log calls it."""
        return str(obj)[:300]

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data:
            AuditEntry.objects.record(
                request.user,  # type: ignore[arg-type]
                f"{'changed' if change else 'added'} {obj._meta.verbose_name}",
                subject=self.subject(obj),
                detail={"fields": form.changed_data},
            )

    def changeform_view(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Again where somebody was quicker with a name: the form sees that now."""
        view = once_more(super().changeform_view)
        return view(request, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People are invited and changed on the page of users in the console."""

    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "role", "is_active")
    search_fields = ("email", "first_name", "last_name")
    exclude = ("password",)


@admin.register(Account)
class AccountAdmin(KeptAdmin):
    list_display = ("name", "time_zone")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "verb", "subject")
    list_select_related = ("actor",)
    ordering = ("-at",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("id", "label", "state", "done", "total", "attempts", "created_at")
    ordering = ("-pk",)


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ("name", "page", "owner", "is_shared")
    list_select_related = ("owner",)


@admin.register(Throttle)
class ThrottleAdmin(ReadOnlyAdmin):
    list_display = ("key", "tries", "until")
    ordering = ("-until",)


@admin.register(Retention)
class RetentionAdmin(ReadOnlyAdmin):
    list_display = ("kept", "days")
