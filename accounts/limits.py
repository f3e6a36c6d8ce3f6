"""The brands that somebody is limited to: asked by every list, form and door.

What belongs to a brand has `for_user` on its QuerySet, written with `within`. Lists ask
it, forms are `narrowed` by it, and console.limits asks it of every address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

if TYPE_CHECKING:
    from accounts.models import User

Asked = TypeVar("Asked", bound=forms.BaseForm)


class Limited(models.Model):
    """Somebody who works for some brands, or for all."""

    # Empty: all of them. Numbers and no join: every request has them with its user, and
    # were a brand ever deleted, whoever had no other would not be let into all.
    brand_ids = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], blank=True
    )

    class Meta:
        abstract = True

    @property
    def is_limited(self) -> bool:
        return bool(self.brand_ids)

    def brands_in_words(
        self, names: Mapping[int, str], every: str = "All brands"
    ) -> str:
        """By `names`, those of all brands. `every`: said where she is not limited;
        without it as the audit log says it."""
        hers = [name for pk, name in names.items() if pk in self.brand_ids]
        return ", ".join(hers) if self.is_limited else every

    def within(self, brand: str, *others: Q) -> Q:
        """What is of her brands, or as `others` say; `brand` leads to the number of
        one. Everything where she is not limited."""
        if not self.is_limited:
            return Q()
        found = Q(**{f"{brand}__in": self.brand_ids})
        for other in others:
            found |= other
        return found


def narrowed(form: Asked, user: User, *, never_all: str = "") -> Asked:
    """`form`, which offers what is of her brands, and takes nothing else.

    `never_all`: its field that means all brands when it is left empty, which whoever is
    limited cannot.
    """
    fields: dict[str, Any] = form.fields if user.is_limited else {}
    for name, field in fields.items():
        rows = getattr(field, "queryset", None)
        if name == never_all:
            field.required = field.widget.is_required = True
            field.help_text = gettext("Of your brands.")
            field.empty_label = gettext("Choose one")
        if rows is not None and hasattr(rows, "for_user"):
            field.queryset = rows.for_user(user)
    return form
