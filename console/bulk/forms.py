"""What is asked before something is done to many contacts, one form for each act."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.numbers import number
from consent.models import SubscriptionType
from console.field_names import NAMES
from contacts import properties
from contacts.forms import column, question, typed
from contacts.models import PropertyDefinition
from segments import forms as segment_forms

# a name, a phone number or an address is one person's own
SHARED = ("company", "city", "country", "language", "time_zone")

Values = dict[str, Any]


class ActForm(forms.Form):
    """Asks nothing. `values` is what the act is told, and what its job keeps."""

    def values(self) -> Values:
        return {}

    def settled(self, user: User) -> Values:
        """The same at the moment it begins."""
        return self.values()

    def sentence(self) -> str:
        """What was asked for, in words."""
        return ""


class OwnerForm(ActForm):
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Owner"),
        required=False,
        empty_label=gettext_lazy("Nobody"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[User]", self.fields["owner"])
        field.queryset = User.objects.filter(is_active=True).order_by("email")

    def values(self) -> Values:
        owner = self.cleaned_data["owner"]
        return {"owner": owner.pk if owner else None}

    def sentence(self) -> str:
        if owner := self.cleaned_data["owner"]:
            return _("Their owner becomes %(owner)s.") % {"owner": owner}
        return _("Their owner becomes nobody.")


class PropertyForm(ActForm):
    """First the property, then its value by a field of its kind."""

    what = forms.ChoiceField(label=gettext_lazy("Property"))
    # the property that the value was asked for; another one is asked anew
    asked = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = PropertyDefinition.objects.filter(archived_at=None)
        self.definitions = {f"own-{one.pk}": one for one in known}
        self.labels = {name: str(NAMES[name]) for name in SHARED}
        self.labels |= {key: one.label for key, one in self.definitions.items()}
        choice = cast(forms.ChoiceField, self.fields["what"])
        choice.choices = [("", _("Choose a property")), *self.labels.items()]
        self.key = str(self.data.get("what") or self.initial.get("what", ""))
        if field := self._question():
            field.label = _("New value")
            empties = _("Nothing here empties the property.")
            field.help_text = field.help_text or empties
            self.fields["value"] = field

    def _question(self) -> forms.Field | None:
        if self.key in SHARED:
            return cast(forms.Field, column(self.key).formfield(required=False))
        if definition := self.definitions.get(self.key):
            return question(definition)
        return None

    @property
    def is_complete(self) -> bool:
        """Was the value of this property asked for?"""
        return self.data.get("asked") == self.key and "value" in self.fields

    def clean(self) -> Values:
        data = super().clean() or self.cleaned_data
        definition, text = self.definitions.get(self.key), typed(data.get("value"))
        data["kept"] = text
        if definition and not text:
            data["kept"] = None
        elif definition and "value" not in self.errors:
            try:
                data["kept"] = properties.parse(
                    definition.kind, text, definition.choices
                )
            except properties.BadValue as problem:
                self.add_error("value", str(problem))
        return data

    def values(self) -> Values:
        definition = self.definitions.get(self.key)
        column = "" if definition else self.key
        own = definition.key if definition else ""
        return {"column": column, "own": own, "value": self.cleaned_data["kept"]}

    def sentence(self) -> str:
        name = self.labels[self.key]
        value = typed(self.cleaned_data.get("value"))
        if not value:
            return _("“%(property)s” is emptied.") % {"property": name}
        said = _("“%(property)s” becomes “%(value)s”.")
        return said % {"property": name, "value": value}


class SegmentForm(segment_forms.PickForm, ActForm):
    """A static segment there is, or a new one, made when it begins."""

    def values(self) -> Values:
        segment = self.cleaned_data["segment"]
        return {"segment": segment.pk if segment else None}

    def settled(self, user: User) -> Values:
        return {"segment": self.chosen(user).pk}

    def sentence(self) -> str:
        segment = self.cleaned_data["segment"]
        if segment:
            return _("They join “%(segment)s”.") % {"segment": segment}
        said = _("They join the new segment “%(segment)s”.")
        return said % {"segment": self.cleaned_data["name"].strip()}


class OptOutForm(ActForm):
    subscription_type = forms.ModelChoiceField(
        SubscriptionType.objects.none(),
        required=False,
        label=gettext_lazy("What they do not get any more"),
        empty_label=gettext_lazy("All marketing"),
    )
    explanation = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy(
            "It is written into the record of everybody it concerns."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["subscription_type"]
        cast(
            "forms.ModelChoiceField[SubscriptionType]", field
        ).queryset = SubscriptionType.objects.active()

    def values(self) -> Values:
        one = self.cleaned_data["subscription_type"]
        explanation = self.cleaned_data["explanation"]
        return {"type": one.pk if one else None, "explanation": explanation}

    def sentence(self) -> str:
        what = self.cleaned_data["subscription_type"]
        if what is None:
            return _("They are opted out of all marketing.")
        return _("They are opted out of “%(type)s”.") % {"type": what}


class ExportForm(segment_forms.ExportForm, ActForm):
    def values(self) -> Values:
        chosen = self.cleaned_data
        return {
            "fields": chosen["fields_chosen"],
            "bom": chosen["bom"],
            "format": chosen["format"],
        }

    def sentence(self) -> str:
        more = len(self.cleaned_data["fields_chosen"])
        said: dict[str, object] = {"format": str(self.cleaned_data["format"]).upper()}
        if not more:
            return (
                _("A %(format)s file with address, names, to be fetched for 24 hours.")
                % said
            )
        return ngettext(
            "A %(format)s file with address, names and %(count)s more, to be fetched"
            " for 24 hours.",
            "A %(format)s file with address, names and %(count)s more, to be fetched"
            " for 24 hours.",
            more,
        ) % {**said, "count": number(more)}


class DeleteForm(ActForm):
    def sentence(self) -> str:
        return _(
            "Their names, properties and engagement are deleted and cannot be brought"
            " back. What their addresses said to our emails stays: opt-outs,"
            " complaints, bounces and the proof of consent."
        )
