"""Settings of the account: its name, its clock, and what it asks of everybody."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AuditEntry, User
from accounts.roles import RIGHTS, Right, needs
from accounts.web import INVALID, SignedIn
from consent.views import tabs


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Account
        fields: ClassVar = [
            "name",
            "time_zone",
            "language",
            "second_person",
            "second_factor",
            "quiet_from",
            "quiet_until",
            "quiet_by",
            "cap_mails",
            "cap_days",
        ]
        labels: ClassVar = {
            "name": _("Name"),
            "language": _("Language of readers"),
            "second_person": _("A second person approves every email"),
            "second_factor": _("Everybody signs in with a second factor"),
            "quiet_from": _("Quiet from"),
            "quiet_until": _("Quiet until"),
            "quiet_by": _("By whose clock"),
            "cap_mails": _("At most so many emails"),
            "cap_days": _("In so many days"),
        }
        widgets: ClassVar = {
            "quiet_from": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "quiet_by": forms.RadioSelect,
        }
        error_messages: ClassVar = {
            "quiet_from": {"invalid": _("Write the time as 21:00.")},
            "quiet_until": {"invalid": _("Write the time as 08:00.")},
        }
        help_texts: ClassVar = {
            "language": _(
                "Of the pages and confirmation mails that readers see, where neither"
                " the contact nor the browser says which one they prefer."
            ),
            "second_person": _(
                "No email starts before a hygiene manager or an administrator other"
                " than the one who asked has approved it. A later change voids that."
            ),
            "second_factor": _(
                "A code from an app, or a passkey, beside the password. Who has neither"
                " is led to the page where they are set up, and to no other."
            ),
        }

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Whose midnight begins a day in segments, reports and schedules."),
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        zones = sorted(zoneinfo.available_timezones())
        field = cast(forms.ChoiceField, self.fields["time_zone"])
        field.choices = [(zone, zone) for zone in zones]

    def clean_second_person(self) -> bool:
        asked: bool = self.cleaned_data["second_person"]
        if asked and not _are_two():
            raise forms.ValidationError(
                gettext(
                    "There is nobody who could approve what somebody else writes."
                    " Invite a hygiene manager or an administrator first."
                )
            )
        return asked

    def clean_second_factor(self) -> bool:
        asked: bool = self.cleaned_data["second_factor"]
        if asked and self.user and not self.user.has_second_factor:
            raise forms.ValidationError(
                gettext(
                    "Set up your own first: your name at the foot of the menu, Second"
                    " factor."
                )
            )
        return asked

    def changes(self) -> dict[str, Any]:
        """What is different now, for the audit log."""
        found = {name: self.cleaned_data[name] for name in self.changed_data}
        return {
            name: f"{value:%H:%M}" if isinstance(value, dt.time) else value
            for name, value in found.items()
        }


def _are_two() -> bool:
    """Whether one may write and another one approve."""
    rights = [RIGHTS[user.role] for user in User.objects.filter(is_active=True)]  # type: ignore[index]
    writers = sum(Right.SEND in one for one in rights)
    return writers > 1 and any(Right.APPROVE in one for one in rights)


@needs(Right.SETTINGS, reading=Right.LOOK)
def edit(request: SignedIn) -> HttpResponse:
    form = AccountForm(
        request.POST or None, instance=Account.fresh(), user=request.user
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        AuditEntry.objects.record(
            request.user, "changed the account", detail=form.changes()
        )
        messages.success(request, gettext("Saved the account."))
        return redirect("console:account")
    context = {"form": form, "tabs": tabs("console:account", request.user)}
    status = INVALID if form.is_bound else 200
    return render(request, "console/account.html", context, status=status)
