"""A row of a file as the values of one person; pure."""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consent import addresses, tables
from consent.models import address_hmac
from contacts import properties
from contacts.importing import cells, columns
from contacts.models import ENGAGEMENT_FIELDS, Contact, PropertyDefinition
from contacts.properties import BadValue, Kind, in_utc

OWNER = "owner_id"
# the texts of a person; empty is ""
PERSON_FIELDS = tuple(
    one.key for one in columns.PERSON if one.key not in {columns.EMAIL, OWNER}
)
LENGTHS = {
    name: int(getattr(Contact._meta.get_field(name), "max_length", 0))
    for name in (*PERSON_FIELDS, "last_email_name")
}
NUMBERS = frozenset(one.key for one in columns.NUMBERS)
MOMENTS = frozenset(one.key for one in columns.MOMENTS)
ZONES = {name.casefold(): name for name in zoneinfo.available_timezones()}
NO_ADDRESS, REFUSED, READY = "no_address", "refused", "ready"


@dataclass(slots=True)
class Person:
    """What one row says. `fate` is READY, NO_ADDRESS or REFUSED; `remarks` say why,
    or which values of a ready row were left out."""

    number: int
    key: str = ""
    email: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    opted_out: bool = False
    opted_out_of: list[int] = field(default_factory=list)
    bounce_reason: str = ""
    fate: str = READY
    remarks: list[str] = field(default_factory=list)


Reader = Callable[[Person, str], None]
Times = tuple[str, dt.tzinfo]
_NO_TIMES: Times = ("", dt.UTC)


@dataclass(frozen=True)
class Recipe:
    """How to read the cells: where the address is, and a reader per other column."""

    email_at: int
    readers: Sequence[tuple[int, str, Reader]]

    def read(self, row: tables.Row) -> Person:
        """The person of one row; never raises for what stands in the file."""
        person = Person(row.number)
        width = len(row.cells)
        raw = row.cells[self.email_at] if self.email_at < width else ""
        if self._address(person, cells.clean(raw)):
            for at, heading, reader in self.readers:
                if at < width and (text := cells.clean(row.cells[at])):
                    _read(person, heading, text, reader)
        return person

    def _address(self, person: Person, text: str) -> bool:
        parsed = tables.address_in(text) if text else None
        if parsed:
            person.key, person.email = parsed.key, parsed.deliver_to
            return True
        person.fate = REFUSED if text else NO_ADDRESS
        person.remarks.append(_why_no_address(text))
        return False


def _why_no_address(text: str) -> str:
    if tables.is_formula(text):
        return "The address is a formula. Save the file with values instead."
    try:
        addresses.parse(text)
    except addresses.BadAddress as problem:
        return str(problem)
    return "There is no address."


def _read(person: Person, heading: str, text: str, reader: Reader) -> None:
    try:
        reader(person, text)
    except BadValue as problem:
        person.remarks.append(f"{heading} was left out: {problem}")


def recipe(
    headings: Sequence[str],
    mapping: Sequence[str],
    *,
    definitions: Iterable[PropertyDefinition],
    times: Mapping[int, Times],
    owners: Mapping[str, int],
) -> Recipe:
    """How to read a file whose columns are `mapping`.

    `times` has the day-and-month order and the zone of each column of dates that is
    to be read; a column of dates without them stays out. `owners` has who signs in, by
    address and by name, in lower case.
    """
    known = {str(one.pk): one for one in definitions}
    readers = []
    for at, target in enumerate(mapping):
        reader = (
            _owner_reader(owners)
            if target == OWNER
            else _reader(target, known, times.get(at, _NO_TIMES))
        )
        if reader:
            readers.append((at, headings[at], reader))
    return Recipe(mapping.index(columns.EMAIL), readers)


def dated(
    mapping: Sequence[str], definitions: Iterable[PropertyDefinition]
) -> list[int]:
    """The columns that hold dates."""
    kinds = {f"property:{one.pk}": one.kind for one in definitions}
    return [
        at
        for at, target in enumerate(mapping)
        if target in MOMENTS or kinds.get(target) in {Kind.DATE, Kind.DATETIME}
    ]


def engagement(mapping: Sequence[str]) -> list[str]:
    """The engagement numbers that the file brings."""
    return [name for name in ENGAGEMENT_FIELDS if name in mapping]


def _reader(
    target: str, definitions: Mapping[str, PropertyDefinition], times: Times
) -> Reader | None:
    kind, _, number = target.partition(":")
    if kind == "property" and number in definitions:
        return _property_reader(definitions[number], times)
    if kind == "type":
        return _type_reader(int(number))
    if target in MOMENTS:
        return _moment_reader(target, times) if times[0] else None
    if target in NUMBERS:
        return _number_reader(target)
    if target in _CODES:
        return _CODES[target]
    if target in LENGTHS:
        return _text_reader(target, LENGTHS[target])
    return {"opted_out": _opted_out, "bounce_reason": _bounce_reason}.get(target)


def _text_reader(name: str, length: int) -> Reader:
    def read(person: Person, text: str) -> None:
        if len(text) > length:
            raise BadValue(f"it is longer than {length} characters.")
        person.fields[name] = text

    return read


def _time_zone(person: Person, text: str) -> None:
    name = text.replace("_slash_", "/")
    found = ZONES.get(name.casefold())
    if not found:
        raise BadValue(f"“{text}” is not a time zone such as Europe/Helsinki.")
    person.fields["time_zone"] = found


def _language(person: Person, text: str) -> None:
    person.fields["language"] = cells.language(text)


_CODES = {"time_zone": _time_zone, "language": _language}


def _owner_reader(owners: Mapping[str, int]) -> Reader:
    def read(person: Person, text: str) -> None:
        found = owners.get(text.casefold())
        if found is None:
            raise BadValue(
                f"nobody called “{text}” signs in here. Write the email address."
            )
        person.fields[OWNER] = found

    return read


def _number_reader(name: str) -> Reader:
    def read(person: Person, text: str) -> None:
        person.fields[name] = cells.count(text)

    return read


def _moment_reader(name: str, times: Times) -> Reader:
    def read(person: Person, text: str) -> None:
        moment = in_utc(cells.moment(text, *times))
        if moment.year in {
            dt.MINYEAR,
            dt.MAXYEAR,
        }:  # pages show it in the zone of who looks
            raise BadValue(f"“{text}” is where the calendar ends.")
        person.fields[name] = moment

    return read


def _type_reader(type_id: int) -> Reader:
    def read(person: Person, text: str) -> None:
        if cells.opts_out(text):
            person.opted_out_of.append(type_id)

    return read


def _opted_out(person: Person, text: str) -> None:
    person.opted_out = cells.opts_out(text)


def _bounce_reason(person: Person, text: str) -> None:
    person.bounce_reason = cells.bounce_reason(text)


def _property_reader(definition: PropertyDefinition, times: Times) -> Reader | None:
    if definition.kind in {Kind.DATE, Kind.DATETIME} and not times[0]:
        return None

    def read(person: Person, text: str) -> None:
        person.properties[definition.key] = _value(definition, text, times)

    return read


def _value(definition: PropertyDefinition, text: str, times: Times) -> properties.Value:
    if definition.kind == Kind.DATE:
        return cells.moment(text, *times).date().isoformat()
    if definition.kind == Kind.DATETIME:
        return in_utc(cells.moment(text, *times)).isoformat()
    return properties.parse(definition.kind, text, definition.choices)


def staged(person: Person) -> tuple[Any, ...]:
    """The person as a row of the staging table (see staging.COLUMNS)."""
    values = person.fields.get
    return (
        person.number,
        person.fate,
        " ".join(person.remarks),
        person.key or None,
        address_hmac(person.key) if person.key else None,
        person.email,
        *(values(name) for name in PERSON_FIELDS),
        values(OWNER),
        json.dumps(person.properties) if person.properties else None,
        *(values(name) for name in ENGAGEMENT_FIELDS),
        person.opted_out,
        person.opted_out_of,
        person.bounce_reason,
    )
