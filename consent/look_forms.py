"""Settings of what readers see: words in every language, and how a brand looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy

from accounts.languages import Language
from accounts.pictures import LARGEST, TYPES, BadPicture, Drawn, checked
from consent.models import Brand, BrandWords, Logo, SubscriptionType, TypeTranslation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class WordsForm(forms.Form):
    """Rows of `model`, one per language, that say the PARTS of their owner."""

    PARTS: ClassVar[dict[str, StrOrPromise]]
    model: ClassVar[type[models.Model]]
    owner: ClassVar[str]

    def __init__(self, *args: Any, of: models.Model, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = of
        rows = self.model._default_manager.filter(**{self.owner: of})
        said = {getattr(one, "language", ""): one for one in rows}
        for code in Language.values:
            for part, label in self.PARTS.items():
                self.fields[f"{code}_{part}"] = self._field(
                    part, label, code, getattr(said.get(code), part, "")
                )

    def _field(
        self, part: str, label: StrOrPromise, code: str, initial: str
    ) -> forms.Field:
        column = self.model._meta.get_field(part)
        return forms.CharField(
            label=label,
            required=False,
            max_length=getattr(column, "max_length", None),
            initial=initial,
            widget=forms.TextInput(attrs={"lang": code}),
        )

    def languages(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Each language by its name, with its fields."""
        return [
            (name, [self[f"{code}_{part}"] for part in self.PARTS])
            for code, name in Language.choices
        ]

    def save(self) -> list[str]:
        """Keep what was written; the languages there are words in now."""
        rows = self.model._default_manager
        written = []
        for code, language in Language.choices:
            words = {part: self.cleaned_data[f"{code}_{part}"] for part in self.PARTS}
            mine: dict[str, Any] = {self.owner: self.of, "language": code}
            if any(words.values()):
                rows.update_or_create(**mine, defaults=words)
                written.append(str(language))
            else:
                rows.filter(**mine).delete()
        return written


class TypeWordsForm(WordsForm):
    """A subscription type in every language; what is empty stays as in the type."""

    PARTS: ClassVar = {
        "name": gettext_lazy("Name"),
        "description": gettext_lazy("What people get"),
        "purpose": gettext_lazy("What for"),
        "frequency": gettext_lazy("How often"),
    }
    model, owner = TypeTranslation, "subscription_type"
    of: SubscriptionType


class LookForm(WordsForm):
    """The colour and the logo of a brand, and its words on the pages for readers."""

    PARTS: ClassVar = {
        "choosing": gettext_lazy("Where people choose what they get"),
        "leaving": gettext_lazy("When somebody has unsubscribed"),
        "thanks": gettext_lazy("When somebody has confirmed"),
    }
    model, owner = BrandWords, "brand"
    of: Brand

    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$",
        required=False,
        label=gettext_lazy("Colour"),
        help_text=gettext_lazy(
            "Six digits after a number sign, as #1f4fd1. Empty: blue."
        ),
        error_messages={
            "invalid": gettext_lazy("Write the colour as # and six digits: #1f4fd1.")
        },
    )
    logo = forms.FileField(
        required=False,
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy(
            "PNG, JPEG or GIF. It stands above the page, 40 pixels high."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(TYPES.values())}),
    )
    no_logo = forms.BooleanField(
        required=False, label=gettext_lazy("Take the logo away")
    )

    def __init__(self, *args: Any, of: Brand, **kwargs: Any) -> None:
        super().__init__(*args, of=of, **kwargs)
        self.fields["colour"].initial = of.colour
        if not of.logo_id:
            del self.fields["no_logo"]

    def clean_colour(self) -> str:
        return str(self.cleaned_data["colour"]).lower()

    def clean_logo(self) -> Drawn | None:
        sent = self.cleaned_data["logo"]
        if not sent:
            return None
        try:
            return checked(sent.read(LARGEST + 1))
        except BadPicture as problem:
            raise forms.ValidationError(str(problem)) from problem

    def save(self) -> list[str]:
        self.of.colour = self.cleaned_data["colour"]
        before = self.of.logo_id
        if drawn := self.cleaned_data["logo"]:
            self.of.logo = Logo.objects.keep(drawn)
        elif self.cleaned_data.get("no_logo"):
            self.of.logo = None
        self.of.save(update_fields=["colour", "logo"])
        Logo.objects.filter(pk=before).exclude(pk=self.of.logo_id).delete()
        return super().save()
