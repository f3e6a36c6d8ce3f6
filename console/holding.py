"""One table about a person: how it is shown to her, and what erasing does with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from console.held_names import COLUMNS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Keyed(Protocol):
    """Somebody, by what her rows are found."""

    def key(self, by: str) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Rows of one model about a person.

    `path` leads from the model to her: to the address row, to the contact where
    `by` says so, or to the address in its letters. `emptied` is what the fields are
    set to that could tell who she is; a row that `goes` is deleted instead.
    """

    title: StrOrPromise
    model: type[models.Model]
    path: str
    columns: tuple[str, ...]
    by: str = "address"
    goes: bool = False
    why: StrOrPromise = ""
    emptied: dict[str, Any] = field(default_factory=dict)

    def of(self, person: Keyed) -> models.QuerySet[Any]:
        return self.model._default_manager.filter(**{self.path: person.key(self.by)})

    def rows(self, person: Keyed) -> list[dict[str, Any]]:
        """{column: value} of each row, the oldest first."""
        return list(self.of(person).order_by("pk").values(*self.columns))

    def label(self, column: str) -> str:
        """A column in words: message__subject is the message to a reader."""
        return str(COLUMNS[column.partition("__")[0]])

    def words(self, row: dict[str, Any]) -> list[tuple[str, str]]:
        """A row for reading: (label, value in words) of each column."""
        return [
            (self.label(name), _in_words(self._said(name, value)))
            for name, value in row.items()
        ]

    def _said(self, column: str, value: Any) -> Any:
        """The label of a choice instead of its key."""
        if "__" in column or not isinstance(value, str):
            return value
        field = self.model._meta.get_field(column)
        return dict(getattr(field, "flatchoices", ())).get(value, value)

    def erase(self, person: Keyed) -> None:
        if self.goes:
            self.of(person).delete()
        if self.emptied:
            self.of(person).update(**self.emptied)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_in_words(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_in_words(one) for one in value)
    return "" if value is None else str(value)
