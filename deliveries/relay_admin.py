"""Mail servers and limits in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import KeptAdmin, WholeForm
from deliveries.models import ProviderLimit, Relay, SendingDomain

LIMITS = ("per_second", "per_hour", "per_day")


class RelayForm(WholeForm):
    secret = forms.CharField(
        label="Password",
        required=False,
        widget=forms.PasswordInput,
        help_text="Stays as it is where nothing is entered.",
    )

    class Meta:
        model = Relay
        fields = ("name", "host", "port", "security", "user")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "host" in self.fields:
            self.fields["host"].required = True
            self.fields["host"].help_text = ""


@admin.register(Relay)
class RelayAdmin(KeptAdmin):
    """Mail servers by weight; of weight 0 they are not in use. What is changed counts
    from the next turn on, within twenty seconds. What a provider asks for is changed
    under Settings."""

    form = RelayForm
    fields = (
        *("name", "host", "port", "security", "user", "secret"),
        *("weight", "connections", *LIMITS, "problem", "problem_at"),
    )
    list_display = ("name", "kind", "host", "weight", "connections", *LIMITS, "problem")
    ordering = ("name",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Relay | None = None
    ) -> tuple[str, ...]:
        """There is always the one of EMAIL_URL, which has no host of its own."""
        told = ("problem", "problem_at")
        if obj and not obj.is_smtp:
            return ("host", "port", "security", "user", *told)
        return ("host", *told) if obj and not obj.host else told

    def save_model(
        self, request: HttpRequest, obj: Relay, form: Any, change: bool
    ) -> None:
        if not change:  # the one in use so far stays in use
            Relay.objects.main()
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("secret"):
            obj.set_password(form.cleaned_data["secret"])
        SendingDomain.objects.want_check()


@admin.register(ProviderLimit)
class ProviderLimitAdmin(KeptAdmin):
    """How quickly mail may leave for one mailbox provider; empty: without a limit."""

    list_display = ("provider", *LIMITS)
    fields = list_display
    ordering = ("provider",)
