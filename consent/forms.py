"""Settings that a marketer fills in: the brand that writes, and what people choose."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from consent.models import Brand, Period, SubscriptionType


def free_slug(name: str, taken: set[str]) -> str:
    """A slug of `name` that is not taken: news, news-2, news-3 ..."""
    stem = slugify(name)[:50] or "item"
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


class BrandForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who writes. What the law wants in every marketing email is required."""

    class Meta:
        model = Brand
        fields: ClassVar = [
            "name",
            "legal_name",
            "postal_address",
            "website",
            "privacy_url",
            "privacy_version",
            "from_name",
            "from_email",
            "reply_to",
            "tracking",
            "tracking_needs_consent",
        ]
        labels: ClassVar = {
            "name": gettext_lazy("Brand name"),
            "legal_name": gettext_lazy("Legal name"),
            "postal_address": gettext_lazy("Postal address"),
            "privacy_version": gettext_lazy("Version of the privacy policy"),
            "from_name": gettext_lazy("From name"),
            "from_email": gettext_lazy("From address"),
            "reply_to": gettext_lazy("Replies go to"),
            "tracking": gettext_lazy("Tracking of opens and clicks"),
            "tracking_needs_consent": gettext_lazy(
                "Track only people who agreed to it"
            ),
        }
        help_texts: ClassVar = {
            "name": gettext_lazy(
                "What people know you by. It stands on the pages they see."
            ),
            "legal_name": gettext_lazy(
                "The company or person behind the brand, as registered."
            ),
            "postal_address": gettext_lazy(
                "Stands at the end of every marketing email."
            ),
            "privacy_version": gettext_lazy(
                "Such as “3 May 2026”. It stands in the record of whoever agrees from"
                " now on: change it with the policy."
            ),
            "from_name": gettext_lazy("The sender's name in the inbox of new emails."),
            "from_email": gettext_lazy("An address at a domain you may send from."),
            "reply_to": gettext_lazy("Leave empty to get replies at the from address."),
            "tracking": gettext_lazy(
                "An email may track less than its brand, never more. The confirm button"
                " works in each of these: pressing it is an answer."
            ),
            "tracking_needs_consent": gettext_lazy(
                "All others get no tracking image, and links as they are. Whoever"
                " refused is never tracked, with or without this."
            ),
        }
        widgets: ClassVar = {
            "postal_address": forms.Textarea(attrs={"rows": 3}),
            "tracking": forms.RadioSelect,
        }
        error_messages: ClassVar = {
            "name": {"unique": gettext_lazy("There is a brand of this name already.")}
        }

    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, assume_scheme="https"
    )
    privacy_url = forms.URLField(
        label=gettext_lazy("Privacy policy"),
        help_text=gettext_lazy("Its address. Each sign-up form leads to it."),
        required=False,
        assume_scheme="https",
    )

    required_fields = ("legal_name", "postal_address", "from_name", "from_email")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in self.required_fields:
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        if not self.instance.pk:
            taken = set(Brand.objects.values_list("slug", flat=True))
            self.instance.slug = free_slug(self.cleaned_data.get("name", ""), taken)
        return super().clean() or self.cleaned_data


class SubscriptionTypeForm(forms.ModelForm):  # type: ignore[type-arg]
    """What somebody can subscribe to, in words that a reader understands."""

    class Meta:
        model = SubscriptionType
        fields: ClassVar = [
            "name",
            "description",
            "purpose",
            "frequency",
            "promised_mails",
            "promised_days",
            "brand",
        ]
        labels: ClassVar = {
            "name": gettext_lazy("Name"),
            "description": gettext_lazy("Description"),
            "purpose": gettext_lazy("Purpose"),
            "frequency": gettext_lazy("Frequency"),
            "brand": gettext_lazy("Brand"),
            "promised_mails": gettext_lazy("At most so many emails"),
            "promised_days": gettext_lazy("In what time"),
        }
        help_texts: ClassVar = {
            "name": gettext_lazy(
                "As people see it: “Product updates”, “Invitations to events”."
            ),
            "description": gettext_lazy("One sentence: what they get."),
            "purpose": gettext_lazy(
                "Why you send it: “to tell you of offers like those you bought”. People"
                " read it where they agree, and in the record of what they agreed to."
            ),
            "frequency": gettext_lazy(
                "What you promise: “once a month”. Left empty, people are told the"
                " numbers below."
            ),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        time = cast(forms.TypedChoiceField, self.fields["promised_days"])
        time.choices = [("", _("No promise")), *Period.choices]
        brand = cast("forms.ModelChoiceField[Brand]", self.fields["brand"])
        brand.empty_label = None
        if self.instance.pk:
            # consent was given to this brand: it cannot be handed to another
            brand.disabled = True
            brand.help_text = _("Cannot be changed: people agreed to hear from it.")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        same = SubscriptionType.objects.active().filter(name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("There is a type called “%(name)s” already. Choose another name.")
                % {"name": name}
            )
        return name

    def clean(self) -> dict[str, Any]:
        if not self.instance.pk:
            types = SubscriptionType.objects.filter(
                brand=self.cleaned_data.get("brand")
            )
            taken = set(types.values_list("slug", flat=True))
            self.instance.slug = free_slug(self.cleaned_data.get("name", ""), taken)
            self.instance.position = SubscriptionType.objects.next_position()
        data = super().clean() or self.cleaned_data
        if not data.get("frequency"):
            data["frequency"] = self._promise()
        return data

    def _promise(self) -> str:
        """The numbers in words: “at most 2 emails a month”. They are kept, and shown
        to readers where the type is not translated: in English, whoever writes."""
        mails = self.cleaned_data.get("promised_mails")
        days = self.cleaned_data.get("promised_days")
        if not (mails and days):
            return ""
        noun = "email" if mails == 1 else "emails"
        with override("en"):
            return f"at most {mails} {noun} {Period(int(days)).label}"
