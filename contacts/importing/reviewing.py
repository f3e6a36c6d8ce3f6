"""What an import would do, before it does anything: numbers, and samples of each.

The numbers are kept with the import. Of the samples only the row numbers are: the
people themselves stay in the staged table, and go with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.importing import changes, columns, rows, staging, told
from contacts.models import ContactImport, PropertyDefinition

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SAMPLED = 5
# A row is one of these ...
OUTCOMES = {
    "new": _("New contacts"),
    "updated": _("Contacts you have that change"),
    "unchanged": _("Contacts you have, without a change"),
    "duplicates": _("Rows with an address that stands above already"),
    "no_address": _("Rows without an address"),
    "refused": _("Rows refused: not an address"),
}
# ... and any number of these.
BESIDES = {
    "kept_out": _("On the do-not-mail list already; they stay there"),
    "opted_out": _("Opted out of everything, says the file"),
    "opted_out_of": _("Opted out of a subscription, says the file"),
    "not_agreed": _(
        "Did not agree, says the file: they come in without a subscription"
    ),
    "bounced": _("Bounced, says the file: not mailed until unbounced"),
    "remarked": _("A value cannot be read: it stays out, the person comes in"),
}
# Why a column of dates stays out.
STAYS_OUT = {
    staging.MIXED: _(
        "“%(heading)s” stays out: some dates have the day first, others the month."
        " Write them as 2026-11-22."
    ),
    staging.OPEN: _(
        "“%(heading)s” stays out: “%(example)s” can be two different days. Go back and"
        " say whether the day or the month comes first."
    ),
}
# where whoever brought the file works for some brands: see permission.reach
OF_HER_BRANDS = {
    "opted_out": _("Opted out of everything, says the file: counts for your brands"),
}
_HOLDS = {
    "ready": "true",
    "known": "c.id IS NOT NULL",
    "kept_out": """EXISTS (
        SELECT FROM consent_suppression s
        WHERE s.address_id = a.id AND s.lifted_at IS NULL)""",
    "opted_out": "opted_out",
    "opted_out_of": "opted_out_of <> '{{}}'",
    "not_agreed": "NOT agreed",
    "bounced": "bounce_reason <> ''",
    "remarked": "remarks <> ''",
}
_FLAGS = ", ".join(
    f"CASE WHEN fate = 'ready' AND {holds} THEN '{name}' END"
    for name, holds in _HOLDS.items()
)
_NUMBERS = """
SELECT name, n,
    ARRAY(SELECT one FROM unnest(numbers) AS one ORDER BY 1 LIMIT $some) AS sample
FROM (
    SELECT name, count(*) AS n, array_agg(number) AS numbers
    FROM (
        SELECT number, ARRAY['rows', CASE
            WHEN fate = 'duplicate' THEN 'duplicates'
            WHEN fate <> 'ready' THEN fate
            WHEN c.id IS NULL THEN 'new'
            WHEN $changed THEN 'updated'
            ELSE 'unchanged' END, $flags] AS names
        FROM {staged} r
        LEFT JOIN consent_address a ON a.key = r.key
        LEFT JOIN contacts_contact c ON c.address_id = a.id
    ) judged CROSS JOIN LATERAL unnest(names) AS name
    WHERE name IS NOT NULL GROUP BY name
) counted
"""
_ROWS = """
SELECT number, r.email, remarks, $old AS old, $new AS new
FROM {staged} r
LEFT JOIN consent_address a ON a.key = r.key
LEFT JOIN contacts_contact c ON c.address_id = a.id
WHERE number = ANY(ARRAY[$numbers]::bigint[])
"""


def numbers(found: ContactImport) -> dict[str, Any]:
    """How many rows have each outcome, and the first of them, by row number."""
    new, old = changes.compared(changes.values(found))
    changed = f"({new}) IS DISTINCT FROM ({old})" if new else "false"
    words = {"$changed": changed, "$flags": _FLAGS, "$some": str(SAMPLED)}
    counted = staging.run(found, _worded(_NUMBERS, words))
    some = {row["name"]: row for row in counted}
    names = ("rows", *_HOLDS, *OUTCOMES)
    return {
        **{name: some[name]["n"] if name in some else 0 for name in names},
        "samples": {
            name: some[name]["sample"] for name in (*OUTCOMES, *BESIDES) if name in some
        },
    }


@dataclass(frozen=True)
class Sampled:
    """One row of the file: where it stands, whose it is, and what happens."""

    number: int
    email: str
    what: str


@dataclass(frozen=True)
class Outcome:
    """One thing that happens to rows: how many, and the first of them."""

    name: str
    label: StrOrPromise
    count: int
    samples: list[Sampled]


def sentences(found: ContactImport) -> list[str]:
    """Why columns stay out. A check of before wrote the sentences themselves."""
    out: list[staging.StaysOut | str] = found.checked.get("sentences", [])
    return [one if isinstance(one, str) else STAYS_OUT[one["why"]] % one for one in out]


def outcomes(found: ContactImport) -> tuple[list[Outcome], list[Outcome]]:
    """(what becomes of each row, what holds for some of them besides)."""
    sampled = found.checked.get("samples", {})
    people = _sampled(found, {one for some in sampled.values() for one in some})

    def counted(names: Mapping[str, StrOrPromise]) -> Iterator[Outcome]:
        for name, label in names.items():
            some = [people[one] for one in sampled.get(name, []) if one in people]
            yield Outcome(name, label, found.checked.get(name, 0), some)

    besides = BESIDES | (OF_HER_BRANDS if found.created_by.is_limited else {})
    return list(counted(OUTCOMES)), [one for one in counted(besides) if one.count]


def _sampled(found: ContactImport, some: set[int]) -> dict[int, Sampled]:
    """The rows of these numbers; none when the staged table is lost."""
    if not some or not staging.is_there(found):
        return {}
    new = changes.values(found)
    words = {
        "$old": changes.as_object({name: f"c.{name}" for name in new}),
        "$new": changes.as_object(new),
        "$numbers": ", ".join(str(int(one)) for one in sorted(some)),
    }
    tell = _Words(found)
    return {
        row["number"]: Sampled(row["number"], row["email"], tell.of(row))
        for row in staging.run(found, _worded(_ROWS, words))
    }


def _worded(statement: str, words: dict[str, str]) -> str:
    for word, sql in words.items():
        statement = statement.replace(word, sql)
    return statement


class _Words:
    """A row of the staged table as a sentence on what it does."""

    def __init__(self, found: ContactImport) -> None:
        self.labels = {one.key: one.label for one in columns.PERSON}
        keys = changes.property_keys(found)
        named = PropertyDefinition.objects.filter(pk__in=keys)
        self.properties = {one.key: one.label for one in named}
        self.owners: dict[int, str] = {}
        if rows.OWNER in found.mapping:
            self.owners = {one.pk: str(one) for one in User.objects.all()}

    def of(self, row: dict[str, Any]) -> str:
        differences = list(self._differences(_json(row["old"]), _json(row["new"])))
        is_known = any(value is not None for value in _json(row["old"]).values())
        words = [*(differences if is_known else []), told.said(row["remarks"])]
        return " · ".join(filter(None, words))

    def _differences(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        for name in new:
            if name != "properties" and new[name] != old[name]:
                both = (self._value(name, one[name]) for one in (old, new))
                yield f"{self.labels[name]}: {' → '.join(both)}"
        before, after = old.get("properties") or {}, new.get("properties") or {}
        for key, value in after.items():
            if value != before.get(key):
                both = (self._value(key, one.get(key)) for one in (before, after))
                yield f"{self.properties.get(key, key)}: {' → '.join(both)}"

    def _value(self, name: str, value: Any) -> str:
        if name == rows.OWNER:
            return self.owners.get(value, gettext("nobody"))
        return gettext("empty") if value in (None, "") else str(value)


def _json(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found
