"""What a row changes about somebody we have: one SQL value per field, by its policy.

In SQL r is the row and c the contact. An empty cell changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contacts.importing import rows
from contacts.models import ContactImport, Policy

_TEXT = {
    Policy.OVERWRITE: "coalesce(r.{name}, c.{name})",
    Policy.FILL: "coalesce(nullif(c.{name}, ''), r.{name}, '')",
}
_OWNER = {
    Policy.OVERWRITE: "coalesce(r.{name}, c.{name})",
    Policy.FILL: "coalesce(c.{name}, r.{name})",
}


def values(found: ContactImport) -> dict[str, str]:
    """The fields that may change, each with its new value."""
    new = {
        name: words[policy].format(name=name)
        for name in (*rows.PERSON_FIELDS, rows.OWNER)
        if name in found.mapping
        and (policy := found.policy_of(name))
        in (words := _OWNER if name == rows.OWNER else _TEXT)
    }
    if properties := _properties(found):
        new["properties"] = properties
    return new


def compared(new: Mapping[str, str]) -> tuple[str, str]:
    """(the new values, the old ones), to be held against each other."""
    return ", ".join(new.values()), ", ".join(f"c.{name}" for name in new)


def as_object(fields: Mapping[str, str]) -> str:
    """The values as one JSON object."""
    pairs = ", ".join(f"'{name}', {value}" for name, value in fields.items())
    return f"jsonb_build_object({pairs})"


def property_keys(found: ContactImport) -> dict[str, Policy]:
    """The keys of the properties that columns of the file are, with their policies."""
    targets = [one for one in found.mapping if one.startswith("property:")]
    return {one.removeprefix("property:"): found.policy_of(one) for one in targets}


def _properties(found: ContactImport) -> str:
    policies = property_keys(found)
    filled = [key for key, policy in policies.items() if policy == Policy.FILL]
    replaced = [key for key, policy in policies.items() if policy == Policy.OVERWRITE]
    value = "c.properties"
    if filled:  # what we have wins
        value = f"{_only(policies, filled)} || {value}"
    if replaced:
        value = f"{value} || {_only(policies, replaced)}"
    return value if filled or replaced else ""


def _only(all_keys: Iterable[str], kept: list[str]) -> str:
    others = [f"'{int(key)}'" for key in all_keys if key not in kept]
    row = "coalesce(r.properties, '{{}}')"
    return f"({row} - ARRAY[{', '.join(others)}]::text[])" if others else row
