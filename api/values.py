"""Values of properties as programs give them, read as those of an import are."""

from __future__ import annotations

from collections.abc import Mapping

from api.problems import escaped
from contacts import properties
from contacts.models import PropertyDefinition
from contacts.properties import BadValue, Kind

Value = str | bool | int | float | list[str]
Known = dict[str, properties.Value]


def written_over(
    known: Known, given: Mapping[str, Value | None]
) -> tuple[Known, dict[str, str]]:
    """What is known, with what is given by name instead; {place: what is wrong there}.

    Nothing else is asked anew: a choice may have been taken away since.
    """
    live = PropertyDefinition.objects.filter(archived_at=None)
    definitions = {one.name: one for one in live} if given else {}
    values, wrong = dict(known), {}
    for name, value in given.items():
        definition = definitions.get(name)
        if definition is None:
            wrong[name] = "There is no such property."
            continue
        values.pop(definition.key, None)
        try:
            values |= _read(definition, value)
        except BadValue as bad:
            wrong[name] = str(bad)
    return values, {f"/properties/{escaped(name)}": wrong[name] for name in wrong}


def _read(definition: PropertyDefinition, given: Value | None) -> Known:
    """Under its key; empty when nothing is given."""
    if isinstance(given, list) and definition.kind != Kind.CHOICES:
        raise BadValue("Give one value, not a list.")
    text = _text(given)
    if not text:
        return {}
    value = properties.parse(definition.kind, text, definition.choices)
    return {definition.key: value}


def _text(given: Value | None) -> str:
    """As somebody would type it."""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, list):
        return "; ".join(one.strip() for one in given if one.strip())
    return "" if given is None else str(given).strip()
