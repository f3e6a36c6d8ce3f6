"""Forms of one person and of the properties people add."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.db import models
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, User
from consent import addresses
from consent.models import SubscriptionType
from consent.vocabulary import LegalBasis
from contacts import properties
from contacts.models import (
    AddressTaken,
    Contact,
    HasSaidNo,
    Outdated,
    PropertyDefinition,
)
from contacts.properties import Kind
from contacts.subscriptions import Agreement

HAS_SAID_NO = gettext_lazy(
    "She said no to mails at this address, and without one her no would not come along"
    " to the next. Give the new address at once, or keep this one."
)
PERSON = (
    "first_name",
    "last_name",
    "company",
    "phone",
    "city",
    "country",
    "language",
    "time_zone",
)


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """One person with her custom properties, or those of them that are asked. The
    address is handled apart."""

    address_as_typed = forms.CharField(
        label=gettext_lazy("Email address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = list(PERSON)
        labels: ClassVar = {
            "first_name": gettext_lazy("First name"),
            "last_name": gettext_lazy("Last name"),
            "company": gettext_lazy("Company"),
            "phone": gettext_lazy("Phone"),
            "city": gettext_lazy("City"),
            "country": gettext_lazy("Country"),
            "language": gettext_lazy("Language"),
            "time_zone": gettext_lazy("Time zone"),
        }

    def __init__(
        self,
        *args: Any,
        asked: Iterable[PropertyDefinition] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address_as_typed"].initial = self.instance.email
        if self.instance.pk:
            self.fields["seen"].initial = self.instance.updated_at.isoformat()
        self.order_fields(["address_as_typed", *PERSON])
        if asked is None:
            asked = PropertyDefinition.objects.filter(archived_at=None)
        self.definitions = {f"property_{one.pk}": one for one in asked}
        for name, definition in self.definitions.items():
            self.fields[name] = question(definition, self._gone(definition))
            self.fields[name].initial = _answer(
                definition, self.instance.properties.get(definition.key)
            )

    def _gone(self, definition: PropertyDefinition) -> list[str]:
        """What she has of a property and nobody can choose any more; she keeps it."""
        value = self.instance.properties.get(definition.key) or []
        hers = value if isinstance(value, list) else [str(value)]
        listed = definition.kind in (Kind.CHOICE, Kind.CHOICES)
        return [one for one in hers if listed and one not in definition.choices]

    def clean_address_as_typed(self) -> str:
        typed = str(self.cleaned_data["address_as_typed"]).strip()
        if typed:
            try:
                addresses.parse(typed)
            except addresses.BadAddress as problem:
                raise forms.ValidationError(str(problem)) from None
        return typed

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        values = dict(self.instance.properties)
        for name, definition in self.definitions.items():
            values.pop(definition.key, None)
            if text := typed(data.get(name)):
                self._parse(name, definition, text, values)
        self.instance.properties = values
        if not any(data.get(name) for name in ("address_as_typed", *PERSON[:2])):
            self.add_error("address_as_typed", _("Give an address or a name."))
        return data

    def _parse(
        self,
        name: str,
        definition: PropertyDefinition,
        text: str,
        values: dict[str, properties.Value],
    ) -> None:
        try:
            values[definition.key] = properties.parse(
                definition.kind, text, definition.choices + self._gone(definition)
            )
        except properties.BadValue as problem:
            self.add_error(name, str(problem))

    def enter(self, user: User) -> bool:
        """Save the new person or the changes; False with an error that says why not."""
        typed = self.cleaned_data["address_as_typed"]
        try:
            self.instance.keep(
                typed,
                user,
                fields=[*PERSON, "properties"],
                seen=self.cleaned_data["seen"],
            )
        except Outdated:
            self.add_error(
                None,
                _(
                    "Somebody saved this contact after you opened it. Open it again in"
                    " another window, compare, then save your changes there."
                ),
            )
            return False
        except HasSaidNo:
            self.add_error("address_as_typed", HAS_SAID_NO)
            return False
        except AddressTaken as taken:
            other = taken.contact
            self.add_error(
                "address_as_typed",
                format_html(
                    _('Exists already. <a href="{}">Open {}</a>'),
                    other.get_absolute_url(),
                    other,
                ),
            )
            return False
        return True


def column(name: str) -> models.Field[Any, Any]:
    """What the table of contacts has under this name: its label, its form field."""
    return cast("models.Field[Any, Any]", Contact._meta.get_field(name))


def question(definition: PropertyDefinition, gone: Sequence[str] = ()) -> forms.Field:
    """The field of a form for one property; `gone` can be kept and left, not chosen."""
    common: dict[str, Any] = {
        "label": definition.label,
        "help_text": definition.description,
        "required": False,
    }
    if definition.kind == Kind.BOOLEAN:
        words = [("", _("Not known")), ("true", _("Yes")), ("false", _("No"))]
        return forms.ChoiceField(choices=words, **common)
    options = [(choice, choice) for choice in definition.choices]
    left = _("%(choice)s (not offered any more)")
    options += [(choice, left % {"choice": choice}) for choice in gone]
    if definition.kind == Kind.CHOICE:
        return forms.ChoiceField(choices=[("", _("Not known")), *options], **common)
    if definition.kind == Kind.CHOICES:
        return forms.MultipleChoiceField(
            choices=options, widget=forms.CheckboxSelectMultiple, **common
        )
    return forms.CharField(widget=_WIDGETS.get(definition.kind), **common)


_WIDGETS: dict[str, Any] = {
    Kind.NUMBER: forms.TextInput(attrs={"inputmode": "decimal"}),
    Kind.DATE: forms.DateInput(attrs={"type": "date"}),
}


def _answer(definition: PropertyDefinition, value: properties.Value | None) -> Any:
    """A stored value as the form shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None and definition.kind != Kind.CHOICES else value


def typed(value: Any) -> str:
    """What the form gave, as the text that properties.parse reads."""
    return "; ".join(value) if isinstance(value, list) else str(value or "").strip()


def choices_in(text: str) -> list[str]:
    """One per line, each once."""
    lines = (line.strip() for line in text.splitlines())
    return list(dict.fromkeys(filter(None, lines)))


class PropertyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A property of contacts. Its kind is fixed once it exists."""

    options = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        help_text=gettext_lazy(
            "One per line. Only for “one of several” and “several of several”."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    class Meta:
        model = PropertyDefinition
        fields: ClassVar[list[str]] = ["label", "kind", "description"]
        labels: ClassVar = {
            "label": gettext_lazy("Label"),
            "kind": gettext_lazy("Kind"),
            "description": gettext_lazy("Description"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["options"].initial = "\n".join(self.instance.choices)
        if self.instance.pk:
            self.fields["kind"].disabled = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        options = choices_in(data.get("options", ""))
        if data.get("kind") in {Kind.CHOICE, Kind.CHOICES}:
            if not options:
                self.add_error("options", _("Give at least one choice, one per line."))
            if any(";" in option for option in options):
                self.add_error("options", _("A choice cannot have a semicolon in it."))
            self.instance.choices = options
        self._name()
        return data

    def enter(self, user: User) -> PropertyDefinition:
        """Save it, and who did."""
        verb = "changed a property" if self.instance.pk else "added a property"
        saved: PropertyDefinition = self.save()
        saved.note(user, verb)
        return saved

    def _name(self) -> None:
        """A name for tokens in emails, made once from the label."""
        if self.instance.pk or not self.cleaned_data.get("label"):
            return
        name = slugify(self.cleaned_data["label"]).replace("-", "_")[:60]
        if not name:
            self.add_error(
                "label", _("Use at least one letter from A to Z or a digit.")
            )
        elif PropertyDefinition.objects.filter(name=name).exists():
            self.add_error("label", _("There is a property of this name already."))
        self.instance.name = name


class OptInForm(forms.Form):
    """What somebody told staff, so that it can be shown later."""

    subscription_type = forms.ModelChoiceField(
        label=gettext_lazy("Subscription"), queryset=SubscriptionType.objects.active()
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("Legal basis"),
        choices=[(one.value, one.label) for one in LegalBasis if one.allows_one_to_one],
        help_text=gettext_lazy(
            "Marketing email needs consent, or an existing customer."
        ),
    )
    day = forms.DateField(
        label=gettext_lazy("When did the person agree?"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    explanation = forms.CharField(
        label=gettext_lazy("Where and how?"),
        help_text=gettext_lazy(
            "Such as “asked for it on the phone, call of 3 November”."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if wrong := Account.current().why_not(day):
            raise forms.ValidationError(wrong)
        return day

    def agreement(self) -> Agreement:
        data = self.cleaned_data
        return Agreement(
            subscription_type=data["subscription_type"],
            basis=LegalBasis(data["basis"]),
            explanation=data["explanation"],
            day=data["day"],
        )
