"""Enough of JSON Schema to check rules with, for the tests."""

import re

TYPES = {
    "string": str,
    "boolean": bool,
    "object": dict,
    "array": list,
    "integer": int,
    "number": (int, float),
}


def fits(data, schema, whole):
    """Does `data` fit `schema`, a part of `whole`?"""
    return all(CHECKS[key](data, value, whole, schema) for key, value in said(schema))


def said(schema):
    return [(key, value) for key, value in schema.items() if key in CHECKS]


def is_type(data, names, whole, schema):
    names = names if isinstance(names, list) else [names]
    if isinstance(data, bool):
        return "boolean" in names
    return any(isinstance(data, TYPES[name]) for name in names)


def ref(data, path, whole, schema):
    part = whole
    for name in path.removeprefix("#/").split("/"):
        part = part[name]
    return fits(data, part, whole)


def properties(data, parts, whole, schema):
    return all(
        fits(data[key], part, whole) for key, part in parts.items() if key in data
    )


def nothing_else(data, allowed, whole, schema):
    return allowed or not set(data) - set(schema["properties"])


CHECKS = {
    "type": is_type,
    "$ref": ref,
    "properties": properties,
    "additionalProperties": nothing_else,
    "const": lambda data, value, whole, schema: data == value,
    "enum": lambda data, values, whole, schema: data in values,
    "required": lambda data, keys, whole, schema: set(keys) <= set(data),
    "items": lambda data, one, whole, schema: all(fits(x, one, whole) for x in data),
    "minItems": lambda data, least, whole, schema: len(data) >= least,
    "maxItems": lambda data, most, whole, schema: len(data) <= most,
    "minLength": lambda data, least, whole, schema: len(data) >= least,
    "maxLength": lambda data, most, whole, schema: len(data) <= most,
    "pattern": lambda data, text, whole, schema: bool(re.search(text, str(data))),
    "anyOf": lambda data, some, whole, schema: any(fits(data, x, whole) for x in some),
}
