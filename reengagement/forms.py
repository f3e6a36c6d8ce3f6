"""What people enter about a campaign."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.typed import TypedNumberField
from consent.models import SubscriptionType
from reengagement.models import Campaign
from reengagement.models.limits import MAX_GAP_DAYS, MIN_GAP_DAYS, MIN_WAITING_DAYS
from segments.models import Segment


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Campaign
        fields = ("name",)
        help_texts = {"name": "For you and your colleagues. Readers never see it."}


class WhoForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Campaign
        fields = ("segment", "subscription_type", "skip_double_opt_in")
        labels = {
            "segment": "Segment of silent people",
            "subscription_type": "Which subscription do they confirm?",
        }
        help_texts = {
            "subscription_type": "Choose what they once signed up for.",
            "skip_double_opt_in": "They have confirmed once already.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows, empty in (
            ("segment", Segment.objects.current(), "Choose a segment"),
            (
                "subscription_type",
                SubscriptionType.objects.active(),
                "Choose a subscription type",
            ),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type
            field.queryset, field.empty_label, field.required = rows, empty, True


class GapForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Campaign
        fields = ("gap_days",)
        labels = {"gap_days": "Days between two emails"}
        help_texts = {"gap_days": f"{MIN_GAP_DAYS} to {MAX_GAP_DAYS} days."}


class ThenForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Campaign
        fields = ("waiting_days", "ending", "opt_out_types", "uncertain_clicks")
        labels = {
            "waiting_days": "Days to wait after the last email",
            "ending": "When the time is over",
            "opt_out_types": "The silent are opted out of",
            "uncertain_clicks": "Clicks that may have been a machine's",
        }
        help_texts = {
            "waiting_days": f"At least {MIN_WAITING_DAYS}. Counted for each person "
            "from the last email that arrived.",
            "opt_out_types": "Choose none for all marketing.",
        }
        widgets = {
            "ending": forms.RadioSelect,
            "uncertain_clicks": forms.RadioSelect,
            "opt_out_types": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = self.fields["opt_out_types"]
        assert isinstance(types, forms.ModelMultipleChoiceField)  # noqa: S101
        types.queryset = SubscriptionType.objects.active()


class ReasonForm(forms.Form):
    """Why somebody pauses, goes on or takes back: it stands in the activity log."""

    reason = forms.CharField(
        max_length=300,
        help_text="For the record.",
        error_messages={"required": "Say why, in a few words, for the record."},
    )


def _people(number: int) -> str:
    return "is 1 person" if number == 1 else f"are {number:,} people"


class OptOutForm(forms.Form):
    """The typed number that stands between a list of people and their opt-out."""

    def __init__(self, *args: Any, people: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"] = TypedNumberField(
            expected=people,
            fact=f"There {_people(people)} to opt out.",
            label=f"Type {people:,} to confirm",
        )
