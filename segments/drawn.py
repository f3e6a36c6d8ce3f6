"""One node of the builder with all that its template shows. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from segments.counting import Counted
from segments.emails import WINDOWS
from segments.fields import Field
from segments.nodes import Node
from segments.operators import ADVICE, CLICKS, DRIFT, MOVING, Operator


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
            return DRIFT
        return ADVICE.get(f"{self.field.key} {self.operator.key}", "")
