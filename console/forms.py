"""The forms of the shell, and how every Django form of the console is drawn."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar, cast

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, User


class Renderer(TemplatesSetting):
    """Draws `{{ form }}` and `{{ form.field.as_field_group }}` with the pieces."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"


class ThemeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["theme"]


class ShortcutsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["single_key_shortcuts"]


class LanguageForm(forms.ModelForm):  # type: ignore[type-arg]
    """What somebody reads and where she is; no place means where the account is."""

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["language", "time_zone"]
        labels: ClassVar = {"language": _("Language")}
        help_texts: ClassVar = {
            "language": _(
                "Of your pages. Re-engagement, bounces, and how an email is sent and"
                " reported on speak English so far, and what is kept for everybody,"
                " such as the audit log, stays in English."
            )
        }

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_(
            "Every time on a page is told as it is there. Days in segments stay those"
            " of the account."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zoneinfo.available_timezones())
        zone = Account.current().time_zone
        account = gettext("As the account: %(zone)s") % {"zone": zone}
        field = cast(forms.ChoiceField, self.fields["time_zone"])
        field.choices = [("", account), *((zone, zone) for zone in zones)]


def way_back(request: HttpRequest) -> HttpResponseRedirect:
    """To where the person came from (`next`), or to the overview."""
    url = request.POST.get("next", "")
    ours = url.startswith("/") and url_has_allowed_host_and_scheme(
        url, {request.get_host()}
    )
    return HttpResponseRedirect(url if ours else "/")


class Sample(forms.Form):
    """One field of every kind, for the style guide."""

    name = forms.CharField(label="Name of the email")
    address = forms.EmailField(label="Test address")
    limit = forms.IntegerField(label="At most", initial=11)
    starts = forms.DateField(
        label="Starts", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    kind = forms.ChoiceField(
        label="Subscription type",
        choices=[("", "Choose one"), ("news", "Newsletter"), ("product", "Product")],
    )
    silent = forms.ChoiceField(
        label="What happens to the silent",
        help_text="Nothing is deleted, and you can undo it for 30 days.",
        choices=[("ask", "Ask me first"), ("auto", "Opt out on the announced date")],
        widget=forms.RadioSelect,
        initial="ask",
    )
    segments = forms.MultipleChoiceField(
        label="Send to",
        choices=[("1", "Gone quiet"), ("2", "Newsletter readers"), ("3", "Customers")],
        required=False,
    )
    text = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    file = forms.FileField(
        label="Opt-out list",
        help_text="A CSV file with one column of email addresses.",
        required=False,
    )
    sure = forms.BooleanField(
        label="I confirm that this email address is correct",
        help_text="It is written to the log under your name.",
    )
    count = forms.CharField(
        label="To confirm, type the number of addresses to opt out: 4,876",
        help_text="With or without separators. You can undo this for 30 days.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_count(self) -> Any:
        raise forms.ValidationError("That’s 4,867. The file has 4,876 addresses.")
