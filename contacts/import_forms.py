"""The questions of the import wizard, one form per page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Job, User
from accounts.numbers import number
from consent import tables
from consent.models import SubscriptionType
from contacts.importing import columns
from contacts.models import (
    ContactImport,
    ImportTemplate,
    Policy,
    PropertyDefinition,
)

MOST_MEGABYTES = tables.MAX_BYTES // (1024 * 1024)

BEGUN = gettext_lazy(
    "Somebody started this import, or chose another sheet, while this page was open."
    " Nothing was changed. Load the page again to see how it stands."
)


class UploadForm(forms.Form):
    """A file, or pasted rows."""

    file = forms.FileField(
        label=gettext_lazy("File of contacts"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv,text/csv"}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or paste rows"),
        required=False,
        strip=False,  # the first cell of a pasted table may be empty
        help_text=gettext_lazy(
            "With a first row of headings, or just addresses, one per line."
        ),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "XLSX, or CSV with commas, semicolons or tabs, up to %(most)s MB."
        ) % {"most": MOST_MEGABYTES}

    def clean(self) -> dict[str, Any]:
        content = self._content()
        if content.size > tables.MAX_BYTES:
            size = number(round(content.size / 1024 / 1024))
            raise forms.ValidationError(
                _(
                    "“%(name)s” has %(size)s MB, %(most)s MB is the most. Split it and"
                    " import the parts."
                )
                % {"name": content.name, "size": size, "most": MOST_MEGABYTES}
            )
        return self.cleaned_data | {"content": content}

    def _content(self) -> File[bytes]:
        """The bytes that were brought, by whichever of the two ways."""
        if file := self.cleaned_data.get("file"):
            return file  # type: ignore[no-any-return]
        if (pasted := self.cleaned_data.get("pasted", "")).strip():
            return ContentFile(pasted.encode(), "pasted rows")
        if "file" in self.errors:
            wrong = _("The file could not be read. Choose another.")
            raise forms.ValidationError(wrong)
        raise forms.ValidationError(_("Choose a file, or paste rows."))

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
        label=gettext_lazy("Which sheet has the people?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the sheets.")},
    )

    def __init__(self, found: ContactImport, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        self.fields["sheet"].choices = [  # type: ignore[attr-defined]
            (one["name"], _with_rows(one["name"], one["rows"])) for one in found.sheets
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


def _with_rows(name: str, rows: int) -> str:
    said = ngettext("%(name)s (%(rows)s row)", "%(name)s (%(rows)s rows)", rows)
    return said % {"name": name, "rows": number(rows)}


class ColumnsForm(forms.Form):
    """What each column of the file is."""

    date_order = forms.ChoiceField(
        label=gettext_lazy("Dates such as 03/04/2026"),
        choices=[
            ("", gettext_lazy("Find out from the file")),
            ("dmy", gettext_lazy("Day first: 3 April")),
            ("mdy", gettext_lazy("Month first: March 4")),
        ],
        required=False,
        help_text=gettext_lazy("Dates such as 2026-04-03 are always understood."),
    )

    policy = forms.ChoiceField(
        label=gettext_lazy("When we have a value already"),
        choices=Policy.choices,
        widget=forms.RadioSelect,
        initial=Policy.OVERWRITE,
        help_text=gettext_lazy(
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
                label=_("Values of “%(name)s” that we have") % {"name": heading},
                choices=[("", _("As said below")), *COLUMN_POLICIES],
                initial=policies[at],
                required=False,
            )
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=_("“%(name)s” is") % {"name": heading},
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
                _(
                    "Choose the column with the email address. A file without one"
                    " cannot be imported as contacts."
                )
            )
        for at, target in enumerate(mapping):
            if target and not target.startswith("new:") and target in mapping[:at]:
                first = self.found.headers[mapping.index(target)]
                taken = _("“%(name)s” is that already. Choose another.")
                self.add_error(f"column_{at}", taken % {"name": first})
            if target.startswith("new:") and (wrong := self._namesake(at, mapping)):
                self.add_error(f"column_{at}", wrong)
        return self.cleaned_data

    def _namesake(self, at: int, mapping: list[str]) -> str:
        """Why no property can be made for this column; "" where one can."""
        name, kind = _name_of(self.found.headers[at]), mapping[at].removeprefix("new:")
        for other, target in enumerate(mapping[:at]):
            heading = self.found.headers[other]
            if target.startswith("new:") and _name_of(heading) == name:
                made = _("“%(name)s” becomes that property already. Choose another.")
                return made % {"name": heading}
        there = PropertyDefinition.objects.filter(name=name).first()
        if there is None or (there.kind == kind and not there.archived_at):
            return ""
        if there.archived_at:
            return _(
                "There is a property “%(name)s” already, and it is archived. Choose"
                " another kind, bring it back, or change the heading in the file."
            ) % {"name": there}
        return _(
            "There is a property “%(name)s” already, and it is “%(kind)s”. Choose"
            " another kind, bring it back, or change the heading in the file."
        ) % {"name": there, "kind": there.get_kind_display()}

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
    (Policy.OVERWRITE, gettext_lazy("Replace")),
    (Policy.FILL, gettext_lazy("Fill empty")),
    (Policy.KEEP, gettext_lazy("Keep")),
]
Choices = list[tuple[str, Any]]


def _choices(
    types: list[columns.Target],
) -> tuple[Choices, list[columns.Target]]:
    """The targets in groups, and all those that can be guessed."""
    own = columns.properties(PropertyDefinition.objects.filter(archived_at=None))
    groups = {
        _("Person"): columns.PERSON,
        _("Engagement until now"): (*columns.NUMBERS, *columns.MOMENTS, *columns.WORDS),
        _("What they agreed to"): columns.YES,
        _("Must not be emailed"): (*columns.NO, *types),
        _("Your properties"): own,
        _("Make a property"): columns.NEW,
    }
    choices: Choices = [("", _("Leave out"))]
    for group, targets in groups.items():
        if targets:
            choices.append((group, [(one.key, one.label) for one in targets]))
    return choices, [*columns.FIXED, *types, *own]


def _name_of(heading: str) -> str:
    return slugify(heading).replace("-", "_")[:60] or "property"


def _make_property(target: str, heading: str) -> str:
    """The target of a property made for this column, or of its namesake."""
    name, kind = _name_of(heading), target.removeprefix("new:")
    made = PropertyDefinition.objects.get_or_create(
        name=name, kind=kind, defaults={"label": heading[:120]}
    )[0]
    return f"property:{made.pk}"


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why this import is undone"),
        max_length=300,
        help_text=gettext_lazy(
            "It is written into the record of everybody whose consent ends."
        ),
    )
