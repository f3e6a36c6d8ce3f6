"""Templates of imports: choose one, keep one."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contacts.models import ContactImport, ImportTemplate


class ChooseTemplateForm(forms.Form):
    """Which template the columns are matched by."""

    template = forms.TypedChoiceField(
        label=gettext_lazy("Match as in a template"),
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy(
                "This template is gone. The columns are guessed."
            )
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = {one.pk: one for one in ImportTemplate.objects.all()}
        self.fields["template"].choices = [  # type: ignore[attr-defined]
            ("", _("No template: guess")),
            *self.templates.items(),
        ]

    @property
    def chosen(self) -> ImportTemplate | None:
        """None where none is, or it is gone."""
        return (
            self.templates.get(self.cleaned_data["template"])
            if self.is_valid()
            else None
        )


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ImportTemplate
        fields: ClassVar = ["name"]
        labels: ClassVar = {"name": gettext_lazy("Name")}
        help_texts: ClassVar = {"name": gettext_lazy("Such as “Export of the shop”.")}

    def take(self, found: ContactImport, user: User) -> ImportTemplate:
        """The template, of what the columns of `found` are."""
        template: ImportTemplate = self.save(commit=False)
        template.take(found, user)
        template.save()
        return template
