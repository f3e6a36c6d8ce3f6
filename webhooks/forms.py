"""What administrators say about webhooks."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.days import DaysForm
from webhooks.models import MOST, Endpoint, NoticeQuerySet
from webhooks.targets import NotAllowed, checked
from webhooks.vocabulary import CHOOSABLE, EventType, NoticeState

OVERLAPS = [
    ("24", gettext_lazy("24 hours: time to put the new one in place")),
    ("168", gettext_lazy("7 days")),
    ("0", gettext_lazy("Not at all: somebody else knows the old one")),
]
WHICH = [
    ("failed", gettext_lazy("Those that were given up")),
    ("all", gettext_lazy("All, also those delivered")),
]
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def kinds() -> list[tuple[str, str]]:
    return [(one.value, f"{capfirst(one.label)} ({one.value})") for one in CHOOSABLE]


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """Where, and about what."""

    events = forms.MultipleChoiceField(
        label=gettext_lazy("Tell it when"),
        choices=kinds,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one thing to tell.")},
    )

    class Meta:
        model = Endpoint
        fields: ClassVar[list[str]] = ["name", "url", "events", "with_email"]
        labels: ClassVar = {
            "name": gettext_lazy("Name"),
            "url": gettext_lazy("Address"),
            "with_email": gettext_lazy("Send the email address along"),
        }
        help_texts: ClassVar = {
            "name": gettext_lazy("Who is told, such as “CRM”."),
            "url": gettext_lazy("Begins with https:// and must be on the internet."),
            "with_email": gettext_lazy(
                "Without it an event names the contact by its number alone, and a"
                " program with a token asks for the rest."
            ),
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Endpoint.objects.current().exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise ValidationError(_("There is a webhook with this name already."))
        return name

    def clean_url(self) -> str:
        try:
            checked(self.cleaned_data["url"])
        except NotAllowed as refused:
            raise ValidationError(str(refused)) from refused
        return str(self.cleaned_data["url"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.instance.pk and Endpoint.objects.current().count() >= MOST:
            raise ValidationError(
                _("There are %(most)s webhooks. Remove one first.") % {"most": MOST}
            )
        return self.cleaned_data


class RotateForm(forms.Form):
    """How long the secret before goes on signing as well."""

    hours = forms.ChoiceField(
        label=gettext_lazy("The old secret signs as well for"),
        choices=OVERLAPS,
        initial="24",
        widget=forms.RadioSelect,
    )

    @property
    def overlap(self) -> dt.timedelta:
        return dt.timedelta(hours=int(self.cleaned_data["hours"]))


class LogForm(DaysForm):
    """Which events of the log."""

    state = forms.ChoiceField(
        required=False,
        label=gettext_lazy("State"),
        choices=[("", gettext_lazy("All")), *NoticeState.choices],
    )
    kind = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Event"),
        choices=[
            ("", gettext_lazy("All")),
            *((one.value, one.value) for one in EventType),
        ],
    )
    field_order = ("state", "kind", "since", "until")

    def narrow(self, notices: NoticeQuerySet) -> NoticeQuerySet:
        asked = self.cleaned_data
        if asked["state"]:
            notices = notices.filter(state=asked["state"])
        if asked["kind"]:
            notices = notices.filter(kind=asked["kind"])
        return self.within(notices)


class AgainForm(forms.Form):
    """Which events are sent once more."""

    since = forms.DateTimeField(label=gettext_lazy("From"), widget=MOMENT)
    until = forms.DateTimeField(label=gettext_lazy("To"), widget=MOMENT)
    which = forms.ChoiceField(
        label=gettext_lazy("Which"),
        choices=WHICH,
        initial="failed",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.localtime()
        self.initial.setdefault("since", now - dt.timedelta(days=1))
        self.initial.setdefault("until", now + dt.timedelta(minutes=1))

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if not self.errors and given["until"] <= given["since"]:
            self.add_error("until", _("This is not after the beginning."))
        return given

    def chosen(self, notices: NoticeQuerySet) -> NoticeQuerySet:
        given = self.cleaned_data
        found = notices.filter(at__gte=given["since"], at__lt=given["until"])
        if given["which"] == "failed":
            return found.filter(state=NoticeState.FAILED)
        return found.exclude(state=NoticeState.WAITING)
