"""The question of the import wizard on consent, with the evidence of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from consent.models import SubscriptionType
from contacts.import_forms import BEGUN
from contacts.importing import rows
from contacts.models import ConsentAnswer, ContactImport

EVIDENCE = {
    "subscription_types": _(
        "Choose at least one subscription. Or say that they have not agreed."
    ),
    "consent_source": _("Say where they agreed. Or say that they have not agreed."),
    "consent_date": _("Say when they agreed. Or say that they have not agreed."),
    "consent_wording": _(
        "Give the words they agreed to. Or say that they have not agreed."
    ),
}


class ConsentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the people in the file have agreed to, and how that can be shown."""

    consent = forms.ChoiceField(
        label=_("Did these people agree to get email from you?"),
        choices=ConsentAnswer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three answers.")},
    )

    class Meta:
        model = ContactImport
        fields: ClassVar[list[str]] = [
            "consent",
            "subscription_types",
            "consent_source",
            "consent_date",
            "consent_wording",
            "engagement_until",
        ]
        labels: ClassVar[dict[str, Any]] = {
            "subscription_types": _("To what did they agree?"),
            "consent_source": _("Where did they agree?"),
            "consent_date": _("When, at the latest?"),
            "consent_wording": _("The words they agreed to"),
            "engagement_until": _("The engagement numbers end on"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "consent_source": _("Such as “form in our shop” or “fair in Oslo”."),
            "consent_date": _("For rows without a day of their own."),
            "consent_wording": _("Copied from the form or paper. It is kept as proof."),
            "engagement_until": _("The day of the export. Empty means today."),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "subscription_types": forms.CheckboxSelectMultiple,
            "consent_date": forms.DateInput(attrs={"type": "date"}),
            "engagement_until": forms.DateInput(attrs={"type": "date"}),
            "consent_wording": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = self.fields["subscription_types"]
        types.queryset = SubscriptionType.objects.active()  # type: ignore[attr-defined]
        if not rows.engagement(self.instance.mapping):
            del self.fields["engagement_until"]
        self.use_required_attribute = False
        answer = self.data.get("consent", "") if self.is_bound else ""
        for name, sentence in EVIDENCE.items():
            self.fields[name].required = answer not in {"", ConsentAnswer.NONE}
            self.fields[name].error_messages["required"] = str(sentence)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        account = Account.current()
        for name in ("consent_date", "engagement_until"):
            day = data.get(name)
            if day and (wrong := account.why_not(day)):
                self.add_error(name, wrong)
        return data

    @transaction.atomic
    def keep(self) -> bool:
        """Save, with what was agreed to; False with an error when it has begun."""
        drafts = ContactImport.objects.select_for_update()
        is_draft = drafts.get(pk=self.instance.pk).is_draft
        if is_draft:
            self.save()
        else:
            self.add_error(None, BEGUN)
        return is_draft

    def save(self, commit: bool = True) -> ContactImport:
        """Write the answers only: the check of the file writes beside us."""
        self.instance.save(update_fields=set(self.fields) - {"subscription_types"})
        self._save_m2m()  # type: ignore[attr-defined]  # Django documents save_m2m
        return self.instance  # type: ignore[no-any-return]
