"""The questions of the import wizard, one form per page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, ClassVar, cast

from django import forms
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.text import slugify

from accounts.models import Account, Job, User
from consent import tables
from consent.models import SubscriptionType
from contacts.importing import columns, rows
from contacts.models import (
    ConsentAnswer,
    ContactImport,
    ImportTemplate,
    Policy,
    PropertyDefinition,
)

MOST_MEGABYTES = tables.MAX_BYTES // (1024 * 1024)

BEGUN = (
    "Somebody started this import, or chose another sheet, while this page was open."
    " Nothing was changed. Load the page again to see how it stands."
)


class UploadForm(forms.Form):
    """A file, or pasted rows."""

    file = forms.FileField(
        label="File of contacts",
        required=False,
        help_text=(
            f"XLSX, or CSV with commas, semicolons or tabs, up to {MOST_MEGABYTES} MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv,text/csv"}),
    )
    pasted = forms.CharField(
        label="Or paste rows",
        required=False,
        strip=False,  # the first cell of a pasted table may be empty
        help_text="With a first row of headings, or just addresses, one per line.",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        content = self._content()
        if content.size > tables.MAX_BYTES:
            raise forms.ValidationError(
                f"“{content.name}” has {content.size / 1024 / 1024:,.0f} MB,"
                f" {MOST_MEGABYTES} MB is the most. Split it and import the parts."
            )
        return self.cleaned_data | {"content": content}

    def _content(self) -> File[bytes]:
        """The bytes that were brought, by whichever of the two ways."""
        if file := self.cleaned_data.get("file"):
            return file  # type: ignore[no-any-return]
        if (pasted := self.cleaned_data.get("pasted", "")).strip():
            return ContentFile(pasted.encode(), "pasted rows")
        if "file" in self.errors:
            raise forms.ValidationError("The file could not be read. Choose another.")
        raise forms.ValidationError("Choose a file, or paste rows.")

    def receive(self, user: User) -> ContactImport | None:
        """The new import; None with an error when the file cannot be read."""
        content = self.cleaned_data["content"]
        try:
            return ContactImport.objects.receive(
                content.name, cast(BinaryIO, content), user
            )
        except tables.BadTable as problem:
            self.add_error(None, str(problem))
            return None


class SheetForm(forms.Form):
    """Which sheet of a workbook has the people."""

    sheet = forms.ChoiceField(
        label="Which sheet has the people?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the sheets."},
    )

    def __init__(self, found: ContactImport, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        self.fields["sheet"].choices = [  # type: ignore[attr-defined]
            (one["name"], f"{one['name']} ({one['rows']:,} rows)")
            for one in found.sheets
        ]
        self.fields["sheet"].initial = found.sheet or found.sheets[0]["name"]

    def save(self) -> bool:
        """False with an error when it cannot be read, or the import has begun."""
        try:
            if not self.found.choose_sheet(self.cleaned_data["sheet"]):
                self.add_error("sheet", BEGUN)
        except tables.BadTable as problem:
            self.add_error("sheet", str(problem))
        return self.is_valid()


class ColumnsForm(forms.Form):
    """What each column of the file is."""

    date_order = forms.ChoiceField(
        label="Dates such as 03/04/2026",
        choices=[
            ("", "Find out from the file"),
            ("dmy", "Day first: 3 April"),
            ("mdy", "Month first: March 4"),
        ],
        required=False,
        help_text="Dates such as 2026-04-03 are always understood.",
    )

    policy = forms.ChoiceField(
        label="When we have a value already",
        choices=Policy.choices,
        widget=forms.RadioSelect,
        initial=Policy.OVERWRITE,
        help_text=(
            "An empty cell never changes anything, and an opt-out in the file always"
            " counts."
        ),
    )

    def __init__(
        self,
        found: ContactImport,
        *args: Any,
        types: Iterable[SubscriptionType],
        template: ImportTemplate | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        self.sample = found.sample()
        choices, targets = _choices(columns.opt_outs_of(types))
        guessed = found.mapping or columns.guess(found.headers, self.sample, targets)
        policies = found.policies or [""] * len(found.headers)
        if template:
            guessed, policies = template.match(found.headers, guessed)
        answers = template or found
        self.fields["date_order"].initial = answers.date_order
        self.fields["policy"].initial = answers.policy
        for at, heading in enumerate(found.headers):
            self.fields[f"policy_{at}"] = forms.ChoiceField(
                label=f"Values of “{heading}” that we have",
                choices=[("", "As said below"), *COLUMN_POLICIES],
                initial=policies[at],
                required=False,
            )
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=f"“{heading}” is",
                choices=choices,
                initial=guessed[at],
                required=False,
            )

    def columns(self) -> Iterator[dict[str, Any]]:
        """Each column with its first cells and its question."""
        for at, heading in enumerate(self.found.headers):
            cells = [row.cells[at] for row in self.sample[:5] if at < len(row.cells)]
            yield {
                "heading": heading,
                "cells": [cell for cell in cells if cell.strip()],
                "field": self[f"column_{at}"],
                "policy": self[f"policy_{at}"],
            }

    def clean(self) -> dict[str, Any]:
        mapping = self._mapping()
        if columns.EMAIL not in mapping:
            raise forms.ValidationError(
                "Choose the column with the email address. A file without one cannot"
                " be imported as contacts."
            )
        for at, target in enumerate(mapping):
            if target and not target.startswith("new:") and target in mapping[:at]:
                first = self.found.headers[mapping.index(target)]
                self.add_error(
                    f"column_{at}", f"“{first}” is that already. Choose another."
                )
            if target.startswith("new:") and (taken := self._namesake(at, mapping)):
                self.add_error(f"column_{at}", taken)
        return self.cleaned_data

    def _namesake(self, at: int, mapping: list[str]) -> str:
        """Why no property can be made for this column; "" where one can."""
        name, kind = _name_of(self.found.headers[at]), mapping[at].removeprefix("new:")
        for other, target in enumerate(mapping[:at]):
            heading = self.found.headers[other]
            if target.startswith("new:") and _name_of(heading) == name:
                return f"“{heading}” becomes that property already. Choose another."
        there = PropertyDefinition.objects.filter(name=name).first()
        if there is None or (there.kind == kind and not there.archived_at):
            return ""
        what = "archived" if there.archived_at else f"“{there.get_kind_display()}”"
        return (
            f"There is a property “{there}” already, and it is {what}. Choose another"
            " kind, bring it back, or change the heading in the file."
        )

    def _mapping(self) -> list[str]:
        return [
            self.cleaned_data.get(f"column_{at}", "")
            for at in range(len(self.found.headers))
        ]

    @transaction.atomic
    def save(self) -> Job | None:
        """Make the new properties, keep the answers; the job that checks the file.

        None with an error, and nothing made, when somebody went another way since.
        """
        mapping = [
            _make_property(target, self.found.headers[at])
            if target.startswith("new:")
            else target
            for at, target in enumerate(self._mapping())
        ]
        given = self.cleaned_data
        job = self.found.match(
            mapping,
            date_order=given["date_order"],
            policy=given["policy"],
            policies=[given[f"policy_{at}"] for at in range(len(mapping))],
        )
        if job is None:
            transaction.set_rollback(True)
            self.add_error(None, BEGUN)
        return job


COLUMN_POLICIES = [
    (Policy.OVERWRITE, "Replace"),
    (Policy.FILL, "Fill empty"),
    (Policy.KEEP, "Keep"),
]
Choices = list[tuple[str, Any]]


def _choices(
    types: list[columns.Target],
) -> tuple[Choices, list[columns.Target]]:
    """The targets in groups, and all those that can be guessed."""
    own = columns.properties(PropertyDefinition.objects.filter(archived_at=None))
    groups = {
        "Person": columns.PERSON,
        "Engagement until now": (*columns.NUMBERS, *columns.MOMENTS, *columns.WORDS),
        "What they agreed to": columns.YES,
        "Must not be emailed": (*columns.NO, *types),
        "Your properties": own,
        "Make a property": columns.NEW,
    }
    choices: Choices = [("", "Leave out")]
    for group, targets in groups.items():
        if targets:
            choices.append((group, [(one.key, one.label) for one in targets]))
    return choices, [*columns.FIXED, *types, *own]


def _name_of(heading: str) -> str:
    return slugify(heading).replace("-", "_")[:60] or "property"


def _make_property(target: str, heading: str) -> str:
    """The target of a property made for this column, or of its namesake."""
    name, kind = _name_of(heading), target.removeprefix("new:")
    made, _ = PropertyDefinition.objects.get_or_create(
        name=name, kind=kind, defaults={"label": heading[:120]}
    )
    return f"property:{made.pk}"


class ConsentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the people in the file have agreed to, and how that can be shown."""

    consent = forms.ChoiceField(
        label="Did these people agree to get email from you?",
        choices=ConsentAnswer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the three answers."},
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
        labels: ClassVar[dict[str, str]] = {
            "subscription_types": "To what did they agree?",
            "consent_source": "Where did they agree?",
            "consent_date": "When, at the latest?",
            "consent_wording": "The words they agreed to",
            "engagement_until": "The engagement numbers end on",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "consent_source": "Such as “form in our shop” or “fair in Oslo”.",
            "consent_date": "For rows without a day of their own.",
            "consent_wording": "Copied from the form or paper. It is kept as proof.",
            "engagement_until": "The day of the export. Empty means today.",
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
            self.fields[name].error_messages["required"] = (
                f"{sentence} Or say that they have not agreed."
            )

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


class UndoForm(forms.Form):
    reason = forms.CharField(
        label="Why this import is undone",
        max_length=300,
        help_text="It is written into the record of everybody whose consent ends.",
    )


EVIDENCE = {
    "subscription_types": "Choose at least one subscription.",
    "consent_source": "Say where they agreed.",
    "consent_date": "Say when they agreed.",
    "consent_wording": "Give the words they agreed to.",
}
