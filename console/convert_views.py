"""Converting a property: into what, what would come of it, the press that begins it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.numbers import number
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from console import converting
from contacts.converting import MOST_CHOICES, Preview, Target, choices_of, preview
from contacts.forms import choices_in
from contacts.models import PropertyDefinition
from contacts.properties import Kind

WITH_CHOICES = (Kind.CHOICE, Kind.CHOICES)


class TargetForm(forms.Form):
    """What it becomes."""

    kind = forms.ChoiceField(label=gettext_lazy("Convert to"), widget=forms.RadioSelect)
    options = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        help_text=gettext_lazy(
            "One per line. Only for “one of several” and “several of several”; left"
            " empty, they are the values that contacts have."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, definition: PropertyDefinition, asked: QueryDict | None) -> None:
        super().__init__(asked)
        self.definition = definition
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101  for mypy
        kind.choices = [(one.value, one.label) for one in converting.kinds(definition)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind in WITH_CHOICES:
            self._choose(Kind(kind), data.get("options", ""))
        elif kind:
            data["target"] = Target(Kind(kind))
        return data

    def _choose(self, kind: Kind, typed: str) -> None:
        choices = tuple(choices_in(typed)) or choices_of(self.definition, kind)
        if choices is None:
            self.add_error(
                "options",
                _(
                    "There are more than %(most)s different values. Write the choices,"
                    " one per line."
                )
                % {"most": number(MOST_CHOICES)},
            )
        elif not choices:
            self.add_error("options", _("Give at least one choice, one per line."))
        elif any(";" in one for one in choices):
            self.add_error("options", _("A choice cannot have a semicolon in it."))
        else:
            self.cleaned_data["target"] = Target(kind, choices)


class SureForm(forms.Form):
    """Asked where values would be put aside."""

    aside = forms.BooleanField(
        label=gettext_lazy("Put values that cannot be read into an archived property"),
        error_messages={
            "required": gettext_lazy("Tick this to convert the property all the same.")
        },
    )


@dataclass
class Asking:
    """The page: first its form, then what would come of it and the press."""

    definition: PropertyDefinition
    asked: QueryDict
    is_posted: bool

    @cached_property
    def form(self) -> TargetForm:
        is_told = "step" in self.asked
        return TargetForm(self.definition, self.asked if is_told else None)

    @property
    def is_told(self) -> bool:
        return self.form.is_valid()

    @property
    def target(self) -> Target:
        target: Target = self.form.cleaned_data["target"]
        return target

    @cached_property
    def preview(self) -> Preview:
        return preview(self.definition, self.target)

    @cached_property
    def obstacles(self) -> list[str]:
        return converting.obstacles(self.definition, self.target)

    @cached_property
    def sure(self) -> SureForm | None:
        if not self.preview.loses:
            return None
        return SureForm(self.asked if self.is_posted else None)

    @property
    def options(self) -> str:
        """The choices as the press gives them back."""
        return "\n".join(self.target.choices)

    def is_sure(self) -> bool:
        return self.is_told and (self.sure is None or self.sure.is_valid())


@needs(Right.EDIT)
def convert(request: SignedIn, pk: int) -> HttpResponse:
    """GET asks and shows what would come of it, POST begins it."""
    found = get_object_or_404(PropertyDefinition, pk=pk, archived_at=None)
    is_posted = request.method == "POST"
    asking = Asking(found, request.POST if is_posted else request.GET, is_posted)
    if is_posted and asking.is_sure():
        if job := converting.start(found, asking.target, request.user):
            return redirect("console:job", job.pk)
        messages.error(request, _("Something stands in its way by now. Look again."))
    status = INVALID if is_posted or asking.form.errors else 200
    page = "console/convert.html"
    return render(request, page, {"asking": asking}, status=status)
