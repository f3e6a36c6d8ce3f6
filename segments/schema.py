"""The rules of a segment as JSON Schema, from the one table of fields. Pure.

For programs that write rules. What the schema refuses the parser refuses as well; the
parser also knows what only this installation can tell, such as which segments exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from segments.dates import LONGEST_SPAN
from segments.emails import MOST_TIMES, TIMES, WHO, WINDOWS
from segments.fields import Field
from segments.operands import GROUP, MAX_TEXT, MAX_VALUES
from segments.operators import UNITS, Operand, Operator
from segments.rules import MAX_DEPTH, MAX_FILTERS

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
NUMBER: Schema = {"type": ["number", "string"]}
DAY: Schema = {"type": "string", "format": "date"}
ID: Schema = {"type": ["string", "integer"], "pattern": "^[0-9]{1,18}$"}


def _list(items: Schema, least: int = 1, most: int = MAX_VALUES) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


_SPAN: Schema = {
    "value": {"type": ["integer", "string"], "minimum": 0, "maximum": LONGEST_SPAN},
    "unit": {"enum": list(UNITS)},
}
# by operand: the keys beside field and operator; each is needed but those of emails
_KEYS: dict[Operand, Schema] = {
    Operand.NOTHING: {},
    Operand.TEXT: {"value": TEXT},
    Operand.TEXTS: {"values": _list(TEXT)},
    Operand.NUMBER: {"value": NUMBER},
    Operand.NUMBERS: {"values": _list(NUMBER, 2, 2)},
    Operand.YES_NO: {"value": {"type": "boolean"}},
    Operand.DAY: {"value": DAY},
    Operand.DAYS: {"values": _list(DAY, 2, 2)},
    Operand.SPAN: _SPAN,
    Operand.CHOICES: {"values": _list({"type": ["string", "integer"]})},
    Operand.OTHER: {"value": TEXT},
    Operand.REASONS: {"values": _list({"type": "string"}), "type": ID},
    Operand.EMAILS: {},
}
_OPTIONAL = {"type"}
_GROUP: Schema = {"type": "string", "pattern": f"^{GROUP.pattern}$"}
_WINDOW = [
    {
        "type": "object",
        "properties": {"operator": {"const": key}, **_KEYS[operand]},
        "required": ["operator", *_KEYS[operand]],
    }
    for key, (_, operand) in WINDOWS.items()
]
_TIMES: Schema = {
    "type": "object",
    "properties": {
        "operator": {"enum": list(TIMES)},
        "value": {"type": ["integer", "string"], "minimum": 0, "maximum": MOST_TIMES},
    },
    "required": ["operator", "value"],
}
_EMAILS: Schema = {
    "group": _GROUP,
    "groups": _list(_GROUP, 0),
    "messages": _list(ID, 0),
    "types": _list(ID, 0),
    "when": {"anyOf": _WINDOW},
    "times": _TIMES,
}
_NARROWS: Schema = {"link": TEXT, "by": {"enum": list(WHO)}}


def schema(fields: Iterable[Field]) -> Schema:
    """What a rule about one of `fields` looks like, and how rules stand in groups."""
    found = {field.key: _field(field) for field in fields}
    rule = {"anyOf": [{"$ref": "#/$defs/group"}, {"$ref": "#/$defs/filter"}]}
    rules = {"type": "array", "items": rule, "minItems": 1}
    group = {
        "type": "object",
        "properties": {"match": {"enum": ["all", "any", "none"]}, "rules": rules},
        "required": ["match", "rules"],
        "additionalProperties": False,
    }
    return {
        "$schema": DIALECT,
        "title": "Rules of a segment",
        "description": f"Groups nest {MAX_DEPTH} deep in the outermost one; at most"
        f" {MAX_FILTERS} filters in all.",
        "$ref": "#/$defs/group",
        "$defs": {
            "group": group,
            "filter": {"anyOf": [{"$ref": f"#/$defs/{key}"} for key in found]},
            **found,
        },
    }


def _field(field: Field) -> Schema:
    return {
        "title": str(field.label),
        "anyOf": [_filter(field, operator) for operator in field.operators],
    }


def _filter(field: Field, operator: Operator) -> Schema:
    keys = dict(_KEYS[operator.operand])
    needed = [key for key in keys if key not in _OPTIONAL]
    if operator.operand is Operand.EMAILS:
        keys = _EMAILS | {name: _NARROWS[name] for name in operator.narrows}
    if field.choices and operator.operand in (Operand.CHOICES, Operand.REASONS):
        keys["values"] = _list({"enum": [key for key, _ in field.choices]})
    if operator.widens:
        keys["include_unknown"] = {"type": "boolean"}
    return {
        "title": f"{field.label} {operator.label}",
        "type": "object",
        "properties": {
            "field": {"const": field.key},
            "operator": {"const": operator.key},
            **keys,
        },
        "required": ["field", "operator", *needed],
        "additionalProperties": False,
    }
