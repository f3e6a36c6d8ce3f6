"""Which marketing emails a condition is about, and what narrows it down. Pure.

    "groups": ["email:12", "reengagement:3"], "messages": [7], "types": ["2"]
    "when": {"operator": "in_last", "value": 30, "unit": "days"}
    "times": {"operator": "at_least", "value": 3}
    "link": "/pricing", "by": "unverified"

`when` is about the moment of what was done ("received but did not open": received).
`times` counts emails, each looked at by itself: opened at least 3 of them. `link` is
part of the address of the link. `by` says whose opens and clicks count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segments import dates
from segments.operands import (
    JSON,
    MAX_VALUES,
    NO_TYPE,
    OPERANDS,
    BadOperand,
    as_group,
    as_id,
    as_number,
    as_text,
    short,
)
from segments.operators import Operand

WINDOWS = {
    "in_last": (gettext_lazy("in the last %(value)s"), Operand.SPAN),
    "more_than_ago": (gettext_lazy("more than %(value)s ago"), Operand.SPAN),
    "after": (gettext_lazy("after %(value)s"), Operand.DAY),
    "before": (gettext_lazy("before %(value)s"), Operand.DAY),
    "between": (gettext_lazy("between %(value)s"), Operand.DAYS),
}
TIMES = {
    "at_least": gettext_lazy("at least"),
    "at_most": gettext_lazy("at most"),
    "exactly": gettext_lazy("exactly"),
}
HUMAN = "human"
WHO = {
    HUMAN: gettext_lazy("people"),
    "unverified": gettext_lazy("uncertain ones"),
    "machine": gettext_lazy("machines"),
    "any": gettext_lazy("anybody or anything"),
}
MOST_TIMES = 10_000


@dataclass(frozen=True, slots=True)
class Window:
    """When it was done: an operator of dates with its value."""

    operator: str
    value: dates.Operand


@dataclass(frozen=True, slots=True)
class Times:
    """In how many emails."""

    operator: str
    number: int


@dataclass(frozen=True, slots=True)
class Emails:
    """Groups of messages, single ones, or all about some subscription types; none of
    these: any marketing email."""

    groups: tuple[str, ...] = ()
    messages: tuple[int, ...] = ()
    types: tuple[int, ...] = ()
    when: Window | None = None
    times: Times | None = None
    link: str = ""
    by: str = HUMAN

    @property
    def any(self) -> bool:
        return not (self.groups or self.messages or self.types)

    @property
    def keys(self) -> tuple[str, ...]:
        """As the form and the option list name them."""
        return (
            *self.groups,
            *(f"message:{pk}" for pk in self.messages),
            *(f"type:{pk}" for pk in self.types),
        )


def read(data: JSON) -> Emails:
    """The emails of a rule, or BadOperand."""
    one = data.get("group")
    groups = data.get("groups", []) if one is None else [one]
    messages, types = data.get("messages", []), data.get("types", [])
    if not all(isinstance(some, list) for some in (groups, messages, types)):
        raise BadOperand(_("“groups”, “messages” and “types” are lists."))
    if len(groups) + len(messages) + len(types) > MAX_VALUES:
        said = _("choose %(most)s emails at most.")
        raise BadOperand(said % {"most": MAX_VALUES})
    return Emails(
        tuple(map(as_group, groups)),
        tuple(
            as_id(one, _("“%(value)s” is not the number of an email."))
            for one in messages
        ),
        tuple(as_id(one, NO_TYPE) for one in types),
        _window(data.get("when")),
        _times(data.get("times")),
        as_text(data["link"]) if data.get("link") else "",
        _who(data.get("by", HUMAN)),
    )


def _window(data: Any) -> Window | None:
    if not data:
        return None
    key = data.get("operator") if isinstance(data, Mapping) else None
    if key not in WINDOWS:
        raise BadOperand(_("choose when it was done."))
    return Window(str(key), OPERANDS[WINDOWS[str(key)][1]](data))


def _times(data: Any) -> Times | None:
    if not data:
        return None
    key = data.get("operator") if isinstance(data, Mapping) else None
    if key not in TIMES:
        raise BadOperand(_("choose at least, at most or exactly so many emails."))
    number = as_number(data.get("value"))
    least = 1 if key == "at_least" else 0
    if number != int(number) or not least <= number <= MOST_TIMES:
        said = _("type a whole number from %(least)s to %(most)s.")
        raise BadOperand(said % {"least": least, "most": MOST_TIMES})
    return Times(str(key), int(number))


def _who(key: Any) -> str:
    if key not in WHO:
        said = _("“%(value)s” is not one of: %(known)s.")
        raise BadOperand(said % {"value": short(key), "known": ", ".join(WHO)})
    return str(key)
