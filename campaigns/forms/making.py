"""Beginning an email, keeping one as a template, and showing one to others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models import EmailTemplate, MarketingEmail
from campaigns.starters import STARTERS, Starter


class CreateForm(forms.Form):
    """A name and something to begin with."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_(
            "For you and your colleagues. The people you write to never see it."
        ),
    )
    starter = forms.ChoiceField(
        label=_("Begin with"), widget=forms.RadioSelect, initial=STARTERS[0].key
    )

    def __init__(self, data: Mapping[str, Any] | None, saved: list[Starter]) -> None:
        super().__init__(data)
        self.starters = {one.key: one for one in [*STARTERS, *saved]}
        choices = [(one.key, one.label) for one in self.starters.values()]
        cast(forms.ChoiceField, self.fields["starter"]).choices = choices

    @property
    def chosen(self) -> Starter:
        return self.starters[self.cleaned_data["starter"]]


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = EmailTemplate
        fields: ClassVar = ["name"]
        labels: ClassVar = {"name": _("Name")}

    def take(self, email: MarketingEmail, user: User) -> EmailTemplate:
        """The template, of what `email` says."""
        template: EmailTemplate = self.save(commit=False)
        template.take(email, user)
        return template


class ShareForm(forms.Form):
    """How long whoever has a link may look at a preview."""

    days = forms.TypedChoiceField(
        label=_("The link works for"),
        coerce=int,
        initial=7,
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days"))],
        help_text=_("You can take it back at any time."),
    )
