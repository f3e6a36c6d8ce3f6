"""Settings: how long what is personal is kept, and what of it goes by itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AuditEntry, Retention
from accounts.numbers import number
from accounts.retention import BOUNDS, Kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from consent.views import tabs


class RetentionForm(forms.Form):
    """A number of days for each thing, within its bounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = Retention.objects.days()
        for kept, bounds in BOUNDS.items():
            self.fields[kept.value] = forms.IntegerField(
                label=kept.label,
                min_value=bounds.least,
                max_value=bounds.most,
                initial=now[kept],
                help_text=_("%(least)s to %(most)s days")
                % {"least": number(bounds.least), "most": number(bounds.most)},
                error_messages={
                    "min_value": ngettext(
                        "Keep it for %(days)s day at least.",
                        "Keep it for %(days)s days at least.",
                        bounds.least,
                    )
                    % {"days": number(bounds.least)},
                    "max_value": ngettext(
                        "Keep it for %(days)s day at most.",
                        "Keep it for %(days)s days at most.",
                        bounds.most,
                    )
                    % {"days": number(bounds.most)},
                },
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each field, with what goes and what stays."""
        return [
            {"field": self[kept.value], "bounds": bounds, "kept": kept}
            for kept, bounds in BOUNDS.items()
        ]

    def save(self) -> dict[str, int]:
        """What is different now."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        for name, days in changed.items():
            Retention.objects.update_or_create(kept=Kept(name), defaults={"days": days})
        return changed


@needs(Right.SETTINGS, reading=Right.LOOK)
def edit(request: SignedIn) -> HttpResponse:
    form = RetentionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if changed := form.save():
            AuditEntry.objects.record(
                request.user, "changed how long data is kept", detail=changed
            )
        messages.success(request, _("Saved. What is older goes within half a day."))
        return redirect("console:retention")
    context = {"form": form, "tabs": tabs("console:retention", request.user)}
    status = INVALID if form.is_bound else 200
    return render(request, "console/retention.html", context, status=status)
