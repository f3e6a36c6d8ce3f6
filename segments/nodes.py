"""One group or condition of the builder: as a form spells it, and as a rule. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from segments.emails import HUMAN, WINDOWS
from segments.operators import Operand, Operator

GROUP, FILTER = "group", "filter"
OTHER = {"all": "any", "any": "all", "none": "any"}
# the fields of a form beside field, operator and value
MORE = ("when", "w", "w2", "wunit", "times", "tn", "link", "by", "about")


@dataclass(slots=True)
class Node:
    """One group or condition as it stands in the form, complete or not."""

    id: int
    parent: int
    kind: str = FILTER
    match: str = "all"
    field: str = ""
    operator: str = ""
    values: list[str] = dataclasses.field(default_factory=list)
    second: str = ""
    unit: str = ""
    wide: bool = False
    # what narrows emails down, and the type a reason is about; by the names of MORE
    more: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return self.kind == GROUP

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


def node_of_form(text: str, data: QueryDict) -> Node:
    def one(name: str) -> str:
        return data.get(f"n{text}-{name}", "")

    match = one("match")
    return Node(
        id=int(text[:9]),
        parent=int(one("parent")) if one("parent").isdecimal() else 0,
        kind=GROUP if one("kind") == GROUP else FILTER,
        match=match if match in OTHER else "all",
        field=one("field"),
        operator=one("op"),
        values=[value for value in data.getlist(f"n{text}-v") if value],
        second=one("v2"),
        unit=one("unit"),
        wide=bool(one("wide")),
        more={name: one(name) for name in MORE if one(name)},
    )


def fill(node: Node, rule: Mapping[str, Any], operator: Operator | None) -> None:
    """Values of stored rules, as the form spells them."""
    values = [str(one) for one in rule.get("values", [])]
    operand = operator.operand if operator else None
    if operand is Operand.EMAILS:
        _fill_emails(node, rule)
    elif operand in (Operand.NUMBERS, Operand.DAYS):
        node.values, node.second = values[:1], "".join(values[1:2])
    elif operand is Operand.TEXTS:
        node.values = ["\n".join(values)]
    elif operand is Operand.YES_NO:
        node.values = ["yes" if rule.get("value") else "no"]
    else:
        node.values = [str(rule["value"])] if "value" in rule else values
    if operand is Operand.REASONS and rule.get("type"):
        node.more["about"] = str(rule["type"])
    node.unit = str(rule.get("unit", ""))


def _fill_emails(node: Node, rule: Mapping[str, Any]) -> None:
    one = rule.get("group")
    groups = [one] if one else rule.get("groups", [])
    singles = [f"message:{pk}" for pk in rule.get("messages", [])]
    kinds = [f"type:{pk}" for pk in rule.get("types", [])]
    node.values = [*groups, *singles, *kinds]
    when, times = rule.get("when") or {}, rule.get("times") or {}
    values = when.get("values", [when.get("value", "")])
    more = {
        "when": when.get("operator", ""),
        "w": values[0],
        "w2": "".join(str(x) for x in values[1:2]),
        "wunit": when.get("unit", ""),
        "times": times.get("operator", ""),
        "tn": times.get("value", ""),
        "link": rule.get("link", ""),
        "by": rule.get("by", ""),
    }
    node.more = {name: str(value) for name, value in more.items() if value != ""}


def _emails(node: Node) -> dict[str, Any]:
    rule: dict[str, Any] = {"groups": [], "messages": [], "types": []}
    for key in node.values:
        kind, _, pk = key.partition(":")
        name = {"message": "messages", "type": "types"}.get(kind, "groups")
        rule[name].append(key if name == "groups" else pk)
    rule = {name: keys for name, keys in rule.items() if keys}
    more = node.more
    if operator := more.get("when"):
        rule["when"] = {"operator": operator, **_window(operator, more)}
    if operator := more.get("times"):
        rule["times"] = {"operator": operator, "value": more.get("tn", "")}
    return rule


def _window(operator: str, more: Mapping[str, str]) -> dict[str, Any]:
    value = more.get("w", "")
    operand = WINDOWS[operator][1] if operator in WINDOWS else Operand.NOTHING
    if operand is Operand.SPAN:
        return {"value": value, "unit": more.get("wunit", "days")}
    return (
        {"values": [value, more.get("w2", "")]}
        if operand is Operand.DAYS
        else {"value": value}
    )


def narrowed(node: Node, operator: Operator) -> dict[str, str]:
    """Link and verdict, where this operator takes them."""
    found = {name: node.more.get(name, "") for name in operator.narrows}
    if found.get("by") == HUMAN:
        del found["by"]
    return {name: value for name, value in found.items() if value}


def _reasons(node: Node) -> dict[str, Any]:
    about = node.more.get("about")
    return {"values": node.values} | ({"type": about} if about else {})


def _lines(node: Node) -> dict[str, Any]:
    lines = [line.strip() for line in node.value.splitlines()]
    return {"values": [line for line in lines if line]}


def _yes_no(node: Node) -> dict[str, Any]:
    return {"value": {"yes": True, "no": False}.get(node.value)}


def _single(node: Node) -> dict[str, Any]:
    return {"value": node.value}


def _both(node: Node) -> dict[str, Any]:
    return {"values": [node.value, node.second]}


# how the form of each operand becomes its part of the rule
OPERANDS: dict[Operand, Callable[[Node], dict[str, Any]]] = {
    Operand.NOTHING: lambda node: {},
    Operand.TEXT: _single,
    Operand.TEXTS: _lines,
    Operand.NUMBER: _single,
    Operand.NUMBERS: _both,
    Operand.YES_NO: _yes_no,
    Operand.DAY: _single,
    Operand.DAYS: _both,
    Operand.SPAN: lambda node: {"value": node.value, "unit": node.unit or "days"},
    Operand.CHOICES: lambda node: {"values": node.values},
    Operand.OTHER: _single,
    Operand.REASONS: _reasons,
    Operand.EMAILS: _emails,
}
