"""Rows of a file as lines of the staging table, read column by column; pure."""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter

from django.utils.translation import gettext_noop as _

from accounts.sentences import Unfit
from consent import addresses, tables
from consent.models import address_hmac
from contacts import properties
from contacts.importing import cells, columns, told
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
} | {columns.AGREED_WHERE: 200}
NUMBERS = frozenset(one.key for one in columns.NUMBERS)
MOMENTS = frozenset(one.key for one in columns.MOMENTS) | {columns.AGREED_AT}
ZONES = {name.casefold(): name for name in zoneinfo.available_timezones()}
NO_ADDRESS, REFUSED, READY = "no_address", "refused", "ready"
# What every line begins with; the columns of the file follow.
BEGINNING = ("number", "fate", "remarks", "key", "key_hmac", "email")
PROPERTIES, OPTED_OUT_OF = "properties", "opted_out_of"
# As COPY writes them.
_NULL = r"\N"
_SPECIAL = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_EMPTY = {
    **{"opted_out": "f", "bounce_reason": "", PROPERTIES: "", OPTED_OUT_OF: ""},
    **{columns.AGREED: "f", columns.AGREED_WHERE: ""},
}
# Different cells that a column remembers: most columns repeat a few, names do not.
REMEMBERED = 10_000

# What COPY writes for a cell that is not empty, or BadValue.
Reader = Callable[[str], str]
Times = tuple[str, dt.tzinfo]
_NO_TIMES: Times = ("", dt.UTC)


class Column(dict[str, str]):
    """A column of the file: what COPY writes for each of its cells. Equal cells are
    read once; `problems` has those that were left out, with the reason (told.kept)."""

    def __init__(self, at: int, heading: str, into: str, reader: Reader) -> None:
        super().__init__()
        self.at, self.heading, self.into, self.reader = at, heading, into, reader
        self.problems: dict[str, str] = {}

    def __missing__(self, cell: str) -> str:
        said = empty = _EMPTY.get(self.into, _NULL)
        if text := cells.clean(cell):
            try:
                said = self.reader(text)
            except BadValue as problem:
                said = empty
                self.problems[cell] = told.kept(problem, self.heading)
        self[cell] = said
        return said

    def of(self, some: Sequence[Sequence[str]]) -> tuple[list[str], dict[int, str]]:
        """(what COPY writes for each row, why some of them were left out)."""
        if len(self) > REMEMBERED:
            self.clear()
            self.problems.clear()
        raw = _cells(some, self.at)
        said = [self[cell] for cell in raw]
        if not self.problems:
            return said, {}
        why = self.problems
        return said, {at: why[cell] for at, cell in enumerate(raw) if cell in why}


@dataclass(frozen=True)
class Recipe:
    """How to read the cells: where the address is, and the other columns."""

    email_at: int
    columns: Sequence[Column]

    @property
    def into(self) -> list[str]:
        """The columns of the staging table that a line fills."""
        return [*BEGINNING, *dict.fromkeys(one.into for one in self.columns)]

    def lines(self, some: Sequence[tables.Row]) -> Iterator[str]:
        """Each row as COPY reads it; never raises for what stands in the file."""
        wanted = [row.cells for row in some]
        values, remarks = self._read(wanted)
        nothing = [_joined(one, [_EMPTY.get(one, _NULL)]) for one in values]
        said = zip(*values.values(), strict=True) if values else repeat(())
        raw = _cells(wanted, self.email_at)
        for at, (row, cell, own) in enumerate(zip(some, raw, said, strict=False)):
            begun, is_ready = _begun(cells.clean(cell), remarks.get(at, ()))
            line = (str(row.number), *begun, *(own if is_ready else nothing))
            yield "\t".join(line) + "\n"

    def _read(
        self, wanted: Sequence[Sequence[str]]
    ) -> tuple[dict[str, list[str]], dict[int, list[str]]]:
        """(the values by the column of the staging table, the remarks by row)."""
        remarks: dict[int, list[str]] = {}
        parts: dict[str, list[list[str]]] = {}
        for column in self.columns:
            values, problems = column.of(wanted)
            parts.setdefault(column.into, []).append(values)
            for at, why in problems.items():
                remarks.setdefault(at, []).append(why)
        return {into: _whole(into, lists) for into, lists in parts.items()}, remarks


def _cells(wanted: Sequence[Sequence[str]], at: int) -> list[str]:
    """The cells of one column, also of rows that end before it."""
    try:
        return list(map(itemgetter(at), wanted))
    except IndexError:
        return [cells[at] if at < len(cells) else "" for cells in wanted]


def _whole(into: str, lists: list[list[str]]) -> list[str]:
    """One value per row, of all the columns of the file that go into one."""
    if into not in {PROPERTIES, OPTED_OUT_OF}:
        return lists[0]
    return [_joined(into, parts) for parts in zip(*lists, strict=True)]


def _joined(into: str, parts: Sequence[str]) -> str:
    """`parts` as COPY writes them together: an object, a list, or the only one."""
    filled = ",".join(filter(None, parts))
    if into == PROPERTIES:
        return f"{{{filled}}}" if filled else _NULL
    return f"{{{filled}}}" if into == OPTED_OUT_OF else parts[0]


def _begun(text: str, remarks: Sequence[str]) -> tuple[Sequence[str], bool]:
    """(what a line begins with, behind its number; whether there is an address)."""
    parsed = tables.address_in(text) if text else None
    if not parsed:
        fate = REFUSED if text else NO_ADDRESS
        why = told.together([told.kept(_why_no_address(text))])
        return (fate, _escaped(why), _NULL, _NULL, ""), False
    mac = address_hmac(parsed.key).hex()
    why = _escaped(told.together(remarks))
    key, email = _escaped(parsed.key), _escaped(parsed.deliver_to)
    return (READY, why, key, rf"\\x{mac}", email), True


def _escaped(text: str) -> str:
    if text.isprintable() and "\\" not in text:
        return text
    return text.translate(_SPECIAL)


def _why_no_address(text: str) -> Unfit:
    if tables.is_formula(text):
        return told.FORMULA
    try:
        addresses.parse(text)
    except addresses.BadAddress as problem:
        return problem
    return told.NO_ADDRESS


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
    found = []
    for at, target in enumerate(mapping):
        reader = (
            _owner_reader(owners)
            if target == OWNER
            else _reader(target, known, times.get(at, _NO_TIMES))
        )
        if reader:
            into = _INTO.get(target.partition(":")[0], target)
            found.append(Column(at, headings[at], into, reader))
    return Recipe(mapping.index(columns.EMAIL), found)


_INTO = {"property": PROPERTIES, "type": OPTED_OUT_OF}


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
        return lambda text: str(int(number)) if cells.opts_out(text) else ""
    if target in MOMENTS:
        is_past = target == columns.AGREED_AT
        return _moment_reader(times, is_past=is_past) if times[0] else None
    if target in LENGTHS and target not in _CODES:
        return _text_reader(LENGTHS[target])
    return _number if target in NUMBERS else _CODES.get(target)


def _text_reader(length: int) -> Reader:
    def read(text: str) -> str:
        if len(text) > length:
            raise BadValue(_("it is longer than %(most)s characters."), most=length)
        return _escaped(text)

    return read


def _number(text: str) -> str:
    return str(cells.count(text))


def _time_zone(text: str) -> str:
    name = text.replace("_slash_", "/")
    found = ZONES.get(name.casefold())
    if not found:
        raise BadValue(
            _("“%(text)s” is not a time zone such as Europe/Helsinki."), text=text
        )
    return found


def _opted_out(text: str) -> str:
    return "t" if cells.opts_out(text) else "f"


_CODES: dict[str, Reader] = {
    "time_zone": _time_zone,
    "language": cells.language,
    "opted_out": _opted_out,
    columns.AGREED: lambda text: "t" if cells.agrees(text) else "f",
    "bounce_reason": cells.bounce_reason,
}


def _owner_reader(owners: Mapping[str, int]) -> Reader:
    def read(text: str) -> str:
        found = owners.get(text.casefold())
        if found is None:
            raise BadValue(
                _("nobody called “%(text)s” signs in here. Write the email address."),
                text=text,
            )
        return str(found)

    return read


def _moment_reader(times: Times, *, is_past: bool) -> Reader:
    """`is_past`: what somebody did, which cannot be tomorrow."""

    def read(text: str) -> str:
        moment = in_utc(cells.moment(text, *times))
        if moment.year in {
            dt.MINYEAR,
            dt.MAXYEAR,
        }:  # pages show it in the zone of who looks
            raise BadValue(_("“%(text)s” is where the calendar ends."), text=text)
        if is_past and moment > dt.datetime.now(dt.UTC):
            raise BadValue(_("“%(text)s” has not come yet."), text=text)
        return moment.isoformat()

    return read


def _property_reader(definition: PropertyDefinition, times: Times) -> Reader | None:
    if definition.kind in {Kind.DATE, Kind.DATETIME} and not times[0]:
        return None

    def read(text: str) -> str:
        value = json.dumps(_value(definition, text, times))
        return _escaped(f'"{definition.key}": {value}')

    return read


def _value(definition: PropertyDefinition, text: str, times: Times) -> properties.Value:
    if definition.kind == Kind.DATE:
        return cells.moment(text, *times).date().isoformat()
    if definition.kind == Kind.DATETIME:
        return in_utc(cells.moment(text, *times)).isoformat()
    return properties.parse(definition.kind, text, definition.choices)
