"""The builder: what a marketer decides about a form."""

from __future__ import annotations

import re
from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
        label=gettext_lazy("Ask for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Beside the email address. The less you ask, the more sign up."
        ),
    )
    required_answers = forms.MultipleChoiceField(
        label=gettext_lazy("Must be answered"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Of what you ask for."),
    )
    sites = forms.CharField(
        label=gettext_lazy("Sites that may show it in a frame"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "One on each line, such as https://shop.example. Empty: none may."
        ),
    )

    class Meta:
        model = Form
        fields: ClassVar = [
            "name", "brand", "title", "introduction", "types", "by_button", "consent",
            "tracking", "notice", "button", "double_opt_in", "forget_after_days",
            "takes_disposable", "thanks", "redirect_url", "language",
        ]  # fmt: skip
        labels: ClassVar = {
            "name": gettext_lazy("Name"),
            "brand": gettext_lazy("Brand"),
            "introduction": gettext_lazy("Introduction"),
            "notice": gettext_lazy("Notice"),
            "language": gettext_lazy("Language"),
            "title": gettext_lazy("Heading"),
            "types": gettext_lazy("What people sign up for"),
            "by_button": gettext_lazy("The button is the yes"),
            "consent": gettext_lazy("What people agree to"),
            "tracking": gettext_lazy("Consent to measuring"),
            "button": gettext_lazy("Words on the button"),
            "double_opt_in": gettext_lazy("Ask for a confirmation by email"),
            "forget_after_days": gettext_lazy(
                "Days until unconfirmed sign-ups are removed"
            ),
            "takes_disposable": gettext_lazy("Take addresses that are thrown away"),
            "thanks": gettext_lazy("Thank-you text"),
            "redirect_url": gettext_lazy("Where to go on afterwards"),
        }
        help_texts: ClassVar = {
            "name": gettext_lazy("For you; people do not see it."),
            "types": gettext_lazy("Each is a box that nobody ticked beforehand."),
            "by_button": gettext_lazy(
                "For one type alone: no box, pressing the button subscribes."
            ),
            "consent": gettext_lazy(
                "Stands above the boxes. Every wording is kept for the record."
            ),
            "tracking": gettext_lazy(
                "A box of its own about opens and clicks. Empty: not asked. A brand may"
                " track only people who agreed."
            ),
            "notice": gettext_lazy(
                "Who you are, what you keep, how to leave. Beside the button."
            ),
            "double_opt_in": gettext_lazy("Without it anybody can sign up anybody."),
            "redirect_url": gettext_lazy(
                "A button on the thank-you page. May stay empty."
            ),
            "language": gettext_lazy(
                "Of your words. The rest of the page speaks it as well."
            ),
        }
        widgets: ClassVar = {
            "types": forms.CheckboxSelectMultiple,
            **{
                name: forms.Textarea(attrs={"rows": 2})
                for name in ("introduction", "consent", "tracking", "notice", "thanks")
            },
        }

    redirect_url = forms.URLField(
        label=gettext_lazy("Where to go on afterwards"),
        required=False,
        assume_scheme="https",
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
                    _(
                        "“%(site)s” is not a site. Write it as https://shop.example,"
                        " without a path."
                    )
                    % {"site": site[:80]}
                )
        if len(sites) > MOST_SITES:
            raise forms.ValidationError(
                _("At most %(most)s sites.") % {"most": MOST_SITES}
            )
        return sites

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        brand, types = data.get("brand"), data.get("types") or ()
        if brand and not (brand.from_email and brand.postal_address):
            self.add_error(
                "brand",
                _(
                    "%(brand)s has no sender or postal address yet. Add them in"
                    " Settings."
                )
                % {"brand": brand},
            )
        if data.get("by_button") and len(types) != 1:
            self.add_error("by_button", _("Choose exactly one type above for that."))
        if any(kind.brand_id != brand.pk for kind in types if brand):
            wrong = _("Choose only types of %(brand)s.") % {"brand": brand}
            self.add_error("types", wrong)
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
