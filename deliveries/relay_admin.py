"""Mail servers and limits in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.models import AuditEntry
from deliveries.models import ProviderLimit, Relay

LIMITS = ("per_second", "per_hour", "per_day")


class RelayForm(forms.ModelForm):  # type: ignore[type-arg]
    secret = forms.CharField(
        label="Password",
        required=False,
        widget=forms.PasswordInput,
        help_text="Stays as it is where nothing is entered.",
    )

    class Meta:
        model = Relay
        fields = ("name", "host", "port", "security", "user")


@admin.register(Relay)
class RelayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Mail servers by weight. What is changed counts from the next turn on, within
    twenty seconds."""

    form = RelayForm
    fields = (
        *("name", "host", "port", "security", "user", "secret"),
        *("weight", "connections", *LIMITS, "problem", "problem_at"),
    )
    readonly_fields = ("problem", "problem_at")
    list_display = ("name", "host", "weight", "connections", *LIMITS, "problem")
    ordering = ("name",)

    def save_model(
        self, request: HttpRequest, obj: Relay, form: Any, change: bool
    ) -> None:
        if not change:  # the one in use so far stays in use
            Relay.objects.main()
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("secret"):
            obj.set_password(form.cleaned_data["secret"])
        AuditEntry.objects.record(
            request.user,  # type: ignore[arg-type]
            "changed a mail server" if change else "added a mail server",
            subject=obj.name,
        )


@admin.register(ProviderLimit)
class ProviderLimitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """How quickly mail may leave for one mailbox provider."""

    list_display = ("provider", *LIMITS)
    fields = list_display
    ordering = ("provider",)
