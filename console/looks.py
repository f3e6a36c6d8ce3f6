"""How the list of contacts looks: its columns, how close. It stands in its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.record import in_words
from contacts.models import Contact, PropertyDefinition

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FALLING_FIRST = {"engaged", "created"}  # the newest are looked for
OWN = "own-"  # before the key of a property


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` says how a cell is drawn: text, number, when, answer. `sort`: what the
    label sorts by."""

    key: str
    label: StrOrPromise
    kind: str
    value: Callable[[Contact], object]
    sort: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind == "number"


def _text(name: str, label: StrOrPromise) -> Column:
    return Column(name, label, "text", attrgetter(name))


COLUMNS: tuple[Column, ...] = (
    Column("email", _("Email"), "text", attrgetter("email"), "email"),
    Column("answer", _("Can be emailed"), "answer", attrgetter("refusal")),
    Column(
        "engaged", _("Last engaged"), "when", attrgetter("last_engaged_at"), "engaged"
    ),
    Column("delivered", _("Delivered"), "number", attrgetter("delivered")),
    Column("since", _("Sends since"), "number", attrgetter("sends_since_engagement")),
    Column("created", _("Created"), "when", attrgetter("created_at"), "created"),
    Column("opened", _("Opened"), "number", attrgetter("opened")),
    Column("clicked", _("Clicked"), "number", attrgetter("clicked")),
    Column("updated", _("Changed"), "when", attrgetter("updated_at")),
    _text("owner", _("Owner")),
    _text("company", _("Company")),
    _text("phone", _("Phone")),
    _text("city", _("City")),
    _text("country", _("Country")),
    _text("language", _("Language")),
)
USUAL = COLUMNS[:6]


def offered() -> list[Column]:
    """Every column there is, with those of the account's own properties."""
    own = PropertyDefinition.objects.filter(archived_at=None)
    return [*COLUMNS, *(_own(one) for one in own)]


def _own(definition: PropertyDefinition) -> Column:
    return Column(
        f"{OWN}{definition.pk}",
        definition.label,
        "text",
        partial(_property, definition.key),
    )


def _property(key: str, contact: Contact) -> object:
    return in_words(contact.properties.get(key))


@dataclass(frozen=True, slots=True)
class Look:
    """The chosen columns, in the order in which they are offered, and the density."""

    offered: tuple[Column, ...]
    columns: tuple[Column, ...]
    is_dense: bool

    @classmethod
    def of(cls, asked: QueryDict) -> Look:
        all_of_them, wanted = offered(), {*asked.getlist("col")}
        chosen = [one for one in all_of_them if one.key in wanted]
        return cls(
            tuple(all_of_them), tuple(chosen or USUAL), asked.get("dense") == "yes"
        )

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.columns]

    @property
    def words(self) -> dict[str, list[str]]:
        """What is not usual, as the address says it."""
        said = {} if self.columns == USUAL else {"col": self.keys}
        return said | ({"dense": ["yes"]} if self.is_dense else {})

    @property
    def table(self) -> str:
        """The kind of ui/table.html."""
        return "compact cards" if self.is_dense else "cards"

    def head(self, asked: QueryDict, sort: str) -> list[dict[str, Any]]:
        """The head of the table; a label that is chosen again turns the order round."""
        head: list[dict[str, Any]] = [{"select": True}]
        name: dict[str, Any] = {"label": gettext("Contact"), "num": False}
        head.append(name | sorted_by("name", asked, sort))
        for one in self.columns:
            column: dict[str, Any] = {"label": one.label, "num": one.is_number}
            head.append(column | (sorted_by(one.sort, asked, sort) if one.sort else {}))
        return head

    def cells(self, contact: Contact) -> list[tuple[Column, object]]:
        return [(one, one.value(contact)) for one in self.columns]


def sorted_by(key: str, asked: QueryDict, sort: str) -> dict[str, str]:
    current = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    falling = current == "ascending" or (not current and key in FALLING_FIRST)
    words = QueryDict(mutable=True)
    for name, values in asked.lists():
        if name not in {"after", "before", "sort"}:
            words.setlist(name, [value for value in values if value])
    words["sort"] = f"-{key}" if falling else key
    return {"sort": f"?{words.urlencode()}", "order": current}
