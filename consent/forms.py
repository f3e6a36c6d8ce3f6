"""Settings that a marketer fills in: the brand that writes, and what people choose."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.utils.text import slugify

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
            "from_name",
            "from_email",
            "reply_to",
            "tracking",
            "tracking_needs_consent",
        ]
        labels: ClassVar = {
            "name": "Brand name",
            "legal_name": "Legal name",
            "postal_address": "Postal address",
            "from_name": "From name",
            "from_email": "From address",
            "reply_to": "Replies go to",
            "tracking": "Tracking of opens and clicks",
            "tracking_needs_consent": "Track only people who agreed to it",
        }
        help_texts: ClassVar = {
            "name": "What people know you by. It stands on the pages they see.",
            "legal_name": "The company or person behind the brand, as registered.",
            "postal_address": "Stands at the end of every marketing email.",
            "from_name": "The sender's name in the inbox of new emails.",
            "from_email": "An address at a domain you may send from.",
            "reply_to": "Leave empty to get replies at the from address.",
            "tracking": (
                "An email may track less than its brand, never more. The confirm button"
                " works in each of these: pressing it is an answer."
            ),
            "tracking_needs_consent": (
                "All others get no tracking image, and links as they are. Whoever"
                " refused is never tracked, with or without this."
            ),
        }
        widgets: ClassVar = {
            "postal_address": forms.Textarea(attrs={"rows": 3}),
            "tracking": forms.RadioSelect,
        }
        error_messages: ClassVar = {
            "name": {"unique": "There is a brand of this name already."}
        }

    website = forms.URLField(required=False, assume_scheme="https")

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
            "frequency",
            "promised_mails",
            "promised_days",
            "brand",
        ]
        labels: ClassVar = {
            "promised_mails": "At most so many emails",
            "promised_days": "In what time",
        }
        help_texts: ClassVar = {
            "name": "As people see it: “Product updates”, “Invitations to events”.",
            "description": "One sentence: what they get.",
            "frequency": (
                "What you promise: “once a month”. Left empty, people are told the"
                " numbers below."
            ),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        time = cast(forms.TypedChoiceField, self.fields["promised_days"])
        time.choices = [("", "No promise"), *Period.choices]
        brand = cast("forms.ModelChoiceField[Brand]", self.fields["brand"])
        brand.empty_label = None
        if self.instance.pk:
            # consent was given to this brand: it cannot be handed to another
            brand.disabled = True
            brand.help_text = "Cannot be changed: people agreed to hear from it."

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        same = SubscriptionType.objects.active().filter(name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                f"There is a type called “{name}” already. Choose another name."
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
        """The numbers in words: “at most 2 emails a month”."""
        mails = self.cleaned_data.get("promised_mails")
        days = self.cleaned_data.get("promised_days")
        if not (mails and days):
            return ""
        noun = "email" if mails == 1 else "emails"
        return f"at most {mails} {noun} {Period(int(days)).label}"
