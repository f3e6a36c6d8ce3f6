"""What the pages about bounces read from people."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.typed import TypedNumberField
from bounces.categories import CATEGORIES
from bounces.models import BouncePolicy, Change, Stance
from consent.addresses import BadAddress, Parsed, parse

SORTED = sorted(CATEGORIES.items())
LARGEST = 100 * 1024 * 1024


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


class RuleForm(forms.Form):
    """What one row of the tables means here."""

    category = forms.ChoiceField(
        label="What does it mean here?",
        choices=[(k, f"{k.replace('_', ' ')}: {c.meaning}") for k, c in SORTED],
    )
    note = forms.CharField(
        label="Why?",
        max_length=300,
        help_text="For the log: who said so, and what was seen.",
        error_messages={"required": "Write down why, for whoever asks later."},
    )


class GlobalBlocksForm(forms.Form):
    """Addresses for the list of global blocks, one a line."""

    addresses = forms.CharField(
        label="Addresses, one a line",
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write at least one address."},
    )
    note = forms.CharField(
        label="Why?",
        max_length=300,
        error_messages={"required": "Write down why, for whoever asks later."},
    )

    def clean_addresses(self) -> list[Parsed]:
        lines = self.cleaned_data["addresses"].split()
        found, bad = [], []
        for line in lines:
            try:
                found.append(parse(line))
            except BadAddress:
                bad.append(line[:60])
        if bad:
            some = ", ".join(bad[:5])
            raise forms.ValidationError(f"{len(bad)} are no addresses: {some}")
        return found


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    stance = forms.ChoiceField(
        label="When a server refuses our mail for what we do (policy, reputation,"
        " authentication, spam, content)",
        choices=Stance.choices,
        widget=forms.RadioSelect,
    )

    pauses = forms.BooleanField(
        label="Stop sending by itself where a provider turns most mails away",
        required=False,
        help_text="20 refusals alike within an hour, and a fifth of all mails there."
        " Mails wait until the incident is solved.",
    )

    class Meta:
        model = BouncePolicy
        fields = ("stance", "pauses")


class Files(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; each is held to what the field allows."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, (list, tuple)) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given or [None]]


class UploadReportsForm(forms.Form):
    """Files of mail that came back."""

    mails = FilesField(
        label="Files",
        help_text="Mails (.eml) or mailboxes (.mbox), 100 MB at most together.",
        widget=Files(attrs={"accept": ".eml,.mbox,.txt,message/rfc822"}),
        error_messages={"required": "Choose at least one file."},
    )

    def clean_mails(self) -> Any:
        files = self.cleaned_data["mails"]
        if sum(one.size for one in files) > LARGEST:
            raise forms.ValidationError(
                "Together these are over 100 MB. Choose fewer of them, or have them"
                " read on the server by manage.py read_bounces."
            )
        return files
