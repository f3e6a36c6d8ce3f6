"""The form of one mail server or one account at a provider."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deliveries.models import Relay
from deliveries.models.relays import PERIODS
from deliveries.transports.table import PROVIDERS, SMTP, Asked, places_of

SMTP_ONLY = ("port", "security")
OF_EMAIL_URL = ("host", "user", "secret", *SMTP_ONLY)
KEPT = gettext_lazy("Stays as it is where nothing is entered.")
MAILS_PER = {
    "second": gettext_lazy("Mails a second"),
    "hour": gettext_lazy("Mails an hour"),
    "day": gettext_lazy("Mails a day"),
}


class ServerForm(forms.ModelForm):  # type: ignore[type-arg]
    """Asks what this kind of transport needs, and nothing else."""

    secret = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    field_order = ("name", "host", *SMTP_ONLY, "option", "user", "secret")

    class Meta:
        model = Relay
        fields: ClassVar[list[str]] = [
            *("name", "host", *SMTP_ONLY, "option", "user", "weight", "connections"),
            *(f"per_{period}" for period in PERIODS),
        ]
        labels: ClassVar = {
            "name": gettext_lazy("Name"),
            "host": gettext_lazy("Host"),
            "port": gettext_lazy("Port"),
            "security": gettext_lazy("Security"),
            "user": gettext_lazy("User"),
            "weight": gettext_lazy("Share"),
            "connections": gettext_lazy("Connections"),
            **{f"per_{one}": MAILS_PER[one] for one in PERIODS},
        }
        help_texts: ClassVar = {
            "name": gettext_lazy("What it is called here."),
            "host": "",
            "connections": gettext_lazy("At most so many at once, over all workers."),
            "weight": gettext_lazy("Of the mail, beside the others. 0: not in use."),
            "per_second": gettext_lazy("At most. Empty: as many as there are."),
        }

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind, self.kind = kind, kind
        if kind == SMTP:
            self._shape_smtp()
        else:
            self._shape_provider()
        if self.instance.pk and "secret" in self.fields:
            self.fields["secret"].help_text = KEPT

    def _shape_smtp(self) -> None:
        del self.fields["option"]
        if self.instance.pk and not self.instance.host:
            for name in OF_EMAIL_URL:
                del self.fields[name]
        else:
            self.fields["host"].required = True

    def _shape_provider(self) -> None:
        provider, places = PROVIDERS[self.kind], places_of(self.kind)
        for name in SMTP_ONLY:
            del self.fields[name]
        self.fields["host"] = forms.ChoiceField(
            label=_("Region") if len(places) > 1 else _("Asked at"),
            choices=list(places.items()),
            error_messages={"required": _("Choose one.")},
            help_text=""
            if places
            else _("The server names your %(provider)s in MAIL_API_URLS first.")
            % {"provider": provider.label},
        )
        self._ask("user", provider.user)
        self._ask("option", provider.option)
        self._ask("secret", provider.key)
        self.fields["secret"].required = not self.instance.pk

    def _ask(self, name: str, asked: Asked | None) -> None:
        if asked is None:
            del self.fields[name]
            return
        field = self.fields[name]
        field.label, field.help_text = asked.label, asked.help
        field.required = asked.required

    def save(self, commit: bool = True) -> Relay:
        """What was wrong with it before says nothing any more."""
        if not self.instance.pk:  # the one in use so far stays in use
            Relay.objects.main()
        relay: Relay = self.instance
        relay.problem, relay.problem_at, relay.rests_until = "", None, None
        super().save(commit)
        if self.cleaned_data.get("secret"):
            relay.set_password(self.cleaned_data["secret"])
        return relay
