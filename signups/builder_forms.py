"""The builder: what a marketer decides about a form."""

from __future__ import annotations

import re
from typing import Any, ClassVar, cast

from django import forms

from consent.models import SubscriptionType
from contacts.models import PropertyDefinition
from signups.models import CONTACT_QUESTIONS, Form

# an origin as in a frame-ancestors list: a scheme and a host, no path
SITE = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?", re.IGNORECASE)
MOST_SITES = 20


def question_choices() -> list[tuple[str, str]]:
    live = PropertyDefinition.objects.filter(archived_at=None)
    custom = [(f"property_{one.pk}", one.label) for one in live]
    own = [(name, str(label)) for name, label in CONTACT_QUESTIONS.items()]
    return [*own, *custom]


class FormForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form as its builder sees it."""

    asked = forms.MultipleChoiceField(
        label="Ask for",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Beside the email address. The less you ask, the more sign up.",
    )
    required_answers = forms.MultipleChoiceField(
        label="Must be answered",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Of what you ask for.",
    )
    sites = forms.CharField(
        label="Sites that may show it in a frame",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One on each line, such as https://shop.example. Empty: none may.",
    )

    class Meta:
        model = Form
        fields: ClassVar = [
            "name", "brand", "title", "introduction", "types", "by_button", "consent",
            "tracking", "notice", "button", "double_opt_in", "forget_after_days",
            "takes_disposable", "thanks", "redirect_url", "language",
        ]  # fmt: skip
        labels: ClassVar = {
            "title": "Heading",
            "types": "What people sign up for",
            "by_button": "The button is the yes",
            "consent": "What people agree to",
            "tracking": "Consent to measuring",
            "button": "Words on the button",
            "double_opt_in": "Ask for a confirmation by email",
            "forget_after_days": "Days until unconfirmed sign-ups are removed",
            "takes_disposable": "Take addresses that are thrown away",
            "thanks": "Thank-you text",
            "redirect_url": "Where to go on afterwards",
        }
        help_texts: ClassVar = {
            "name": "For you; people do not see it.",
            "types": "Each is a box that nobody ticked beforehand.",
            "by_button": "For one type alone: no box, pressing the button subscribes.",
            "consent": "Stands above the boxes. Every wording is kept for the record.",
            "tracking": (
                "A box of its own about opens and clicks. Empty: not asked. A brand may"
                " track only people who agreed."
            ),
            "notice": "Who you are, what you keep, how to leave. Beside the button.",
            "double_opt_in": "Without it anybody can sign up anybody.",
            "redirect_url": "A button on the thank-you page. May stay empty.",
            "language": "Of your words. The rest of the page speaks it as well.",
        }
        widgets: ClassVar = {
            "types": forms.CheckboxSelectMultiple,
            **{
                name: forms.Textarea(attrs={"rows": 2})
                for name in ("introduction", "consent", "tracking", "notice", "thanks")
            },
        }

    redirect_url = forms.URLField(
        label="Where to go on afterwards", required=False, assume_scheme="https"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = cast("forms.ModelMultipleChoiceField[Any]", self.fields["types"])
        types.queryset = SubscriptionType.objects.active()
        cast("forms.ModelChoiceField[Any]", self.fields["brand"]).empty_label = None
        chosen = self.instance.questions
        for name in ("asked", "required_answers"):
            field = cast(forms.MultipleChoiceField, self.fields[name])
            field.choices = question_choices()
        self.initial.setdefault("asked", [one["name"] for one in chosen])
        must = [one["name"] for one in chosen if one.get("required")]
        self.initial.setdefault("required_answers", must)
        self.initial.setdefault("sites", "\n".join(self.instance.frame_ancestors))

    def clean_sites(self) -> list[str]:
        sites = str(self.cleaned_data["sites"]).split()
        for site in sites:
            if not SITE.fullmatch(site):
                raise forms.ValidationError(
                    f"“{site[:80]}” is not a site. Write it as https://shop.example,"
                    " without a path."
                )
        if len(sites) > MOST_SITES:
            raise forms.ValidationError(f"At most {MOST_SITES} sites.")
        return sites

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        brand, types = data.get("brand"), data.get("types") or ()
        if brand and not (brand.from_email and brand.postal_address):
            self.add_error(
                "brand",
                f"{brand} has no sender or postal address yet. Add them in Settings.",
            )
        if data.get("by_button") and len(types) != 1:
            self.add_error("by_button", "Choose exactly one type above for that.")
        if any(kind.brand_id != brand.pk for kind in types if brand):
            self.add_error("types", f"Choose only types of {brand}.")
        asked, must = data.get("asked", []), data.get("required_answers", [])
        self.instance.questions = [
            {"name": name, "required": name in must} for name in asked
        ]
        self.instance.frame_ancestors = data.get("sites", [])
        return data

    def keep(self) -> Form:
        """Save the form and write down its wording."""
        form: Form = self.save()
        form.keep_words()
        return form
