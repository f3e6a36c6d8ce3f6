"""What the pages about bounces read from people."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.typed import TypedNumberField
from bounces.models import BouncePolicy, Change, Stance


class UnbounceForm(forms.Form):
    """Why an address is given back; the tick is never set beforehand."""

    change = forms.ChoiceField(
        label="What changed?",
        choices=Change.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what changed since the bounce."},
    )
    note = forms.CharField(
        label="Note for the log",
        max_length=300,
        help_text="A ticket number, or who said it and when.",
        error_messages={"required": "Write down how you know, for whoever asks later."},
    )
    confirmed = forms.BooleanField(
        label="I can confirm that this email address is correct",
        error_messages={
            "required": "Tick this when you are sure. Mail to wrong addresses harms"
            " the delivery to everybody else."
        },
    )

    @property
    def chosen(self) -> Change:
        return Change(self.cleaned_data["change"])


class UnbounceAllForm(UnbounceForm):
    """The same for several; their number is typed by hand."""

    confirmed = forms.BooleanField(
        label="I can confirm that these email addresses are correct",
        error_messages={
            "required": "Tick this when you are sure. Mail to wrong addresses harms"
            " the delivery to everybody else."
        },
    )

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["count"] = TypedNumberField(
            expected=count,
            label=f"Type {count:,} to unbounce that many",
            fact=f"There are {count:,} that can be unbounced.",
        )


class SolvedForm(forms.Form):
    solution = forms.CharField(
        label="What solved it?",
        max_length=300,
        help_text="For the log: delisted, DNS repaired, content changed …",
        error_messages={"required": "Write down what solved it."},
    )


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    stance = forms.ChoiceField(
        label="When a server refuses our mail for what we do (policy, reputation,"
        " authentication, spam, content)",
        choices=Stance.choices,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = BouncePolicy
        fields = ("stance",)
