"""One node of the builder with all that its template shows. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segments.counting import Counted
from segments.emails import WINDOWS
from segments.fields import Family, Field
from segments.nodes import Node
from segments.operators import ADVICE, CLICKS, DRIFT, MOVING, Operator

JOINS = {
    "all": gettext_lazy("and"),
    "any": gettext_lazy("or"),
    "none": gettext_lazy("or"),
}
MATCHES = (
    ("all", gettext_lazy("Match all")),
    ("any", gettext_lazy("Match any")),
    ("none", gettext_lazy("Match none")),
)


def where(level: int) -> str:
    """Before the first condition of a group."""
    # the space tells it from the heading over places
    return "" if level else _("Where ").strip()


@dataclass(slots=True)
class Drawn:
    """One node with everything its template needs."""

    node: Node
    title: str
    join: str
    level: int
    complaint: str = ""
    field: Field | None = None
    operator: Operator | None = None
    choices: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    count: Counted | None = None
    # people whom the condition leaves out because nobody knows
    missing: int = 0
    # told behind the value: "(12 or more)"
    hint: str = ""
    # the comparison did not fit the new field and was begun anew
    is_anew: bool = False
    # stands beside a question about an email that stayed without an answer
    drifts: bool = False
    rows: list[Drawn] = dataclasses.field(default_factory=list)

    @property
    def is_first(self) -> bool:
        """Does it begin the outermost conditions of a group?"""
        return self.join == where(0)

    @property
    def narrowed(self) -> bool:
        """Is there more than the emails themselves?"""
        return bool(self.node.more)

    @property
    def window(self) -> str:
        """What the chosen time asks for: "span", "day", "days" or ""."""
        found = WINDOWS.get(self.node.more.get("when", ""))
        return found[1].value if found else ""

    @property
    def has_clicks(self) -> bool:
        """Could clicks be asked for instead of opens?"""
        return self.node.field == "email_event" and self.node.operator in CLICKS

    @property
    def advice(self) -> str:
        """What people who choose this should know."""
        if self.field is None or self.operator is None:
            return ""
        if self.drifts and self.field.key in MOVING:
            return str(DRIFT)
        return str(ADVICE.get(f"{self.field.key} {self.operator.key}", ""))


def options_of(families: Iterable[tuple[Family, list[Field]]]) -> SafeString:
    """The fields as options of a select, by family; none is chosen."""
    return format_html_join(
        "",
        '<optgroup label="{}">{}</optgroup>',
        ((family.label, _options(fields)) for family, fields in families),
    )


def _options(fields: list[Field]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}">{}</option>',
        ((one.key, one.label) for one in fields),
    )
