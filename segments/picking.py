"""What the picker of fields tells: icon and example of each, and what was used last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contacts.models import Contact
from segments.compile import value_of
from segments.fields import Field, Source
from segments.models import Segment
from segments.operators import Type
from segments.vocabulary import Vocabulary

# how many of the newest contacts are looked at for a value
LOOKED_AT = 100
# a segment's fields are offered first again, of so many segments, so many fields
SEGMENTS_REMEMBERED = 10
RECENT = 5
LONGEST = 40

# said where no contact has a value, and where the value would say less
PLAIN = {
    Type.STRING: gettext_lazy("Text"),
    Type.NUMBER: gettext_lazy("A number"),
    Type.BOOLEAN: gettext_lazy("Yes or no"),
    Type.FLAG: gettext_lazy("Yes or no"),
    Type.DATE: gettext_lazy("A date"),
    Type.DATETIME: gettext_lazy("A date"),
    Type.MAILABLE: gettext_lazy("Yes or no, for each subscription"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One field as the picker shows it."""

    key: str
    icon: str
    hint: str


class Picking:
    """Everything is asked when a page shows it, and once."""

    def __init__(self, words: Vocabulary, user: User) -> None:
        self.words, self.user = words, user

    def fields(self) -> list[Told]:
        offered = [one for _, fields in self.words.offered() for one in fields]
        found = _examples([one for one in offered if _has_examples(one)])
        return [
            Told(one.key, one.icon, self._hint(one, found.get(one.key, "")))
            for one in offered
        ]

    def _hint(self, field: Field, example: str) -> str:
        if field.type in (Type.BOOLEAN, Type.FLAG, Type.MAILABLE):
            return str(PLAIN[field.type])
        if example:
            return _("e.g. %(example)s") % {"example": example}
        some = [label[:LONGEST] for label in list(self.words.choices(field).values())]
        if not some:
            return str(PLAIN.get(field.type, ""))
        return _("e.g. %(example)s") % {"example": ", ".join(some[:2])}

    def recent(self) -> str:
        """Keys of the fields that this person's segments used, the newest first."""
        mine = Segment.objects.filter(saved_by=self.user, rules__isnull=False)
        saved = mine.order_by("-saved_at").values_list("rules", flat=True)
        used = (key for rules in saved[:SEGMENTS_REMEMBERED] for key in _used(rules))
        return " ".join(list(dict.fromkeys(used))[:RECENT])


def _used(rule: Any) -> Iterator[str]:
    """The keys of the fields in stored rules."""
    if isinstance(rule, Mapping):
        if isinstance(rule.get("field"), str):
            yield rule["field"]
        for one in rule.get("rules", ()):
            yield from _used(one)


def _has_examples(field: Field) -> bool:
    """Does a contact's value, as it is stored, tell what the field holds?"""
    return field.source is not Source.FACT and not (field.options or field.choices)


def _examples(fields: Iterable[Field]) -> dict[str, str]:
    """By key: the first value, and not zero, that one of the newest contacts has."""
    wanted = list(fields)
    asked = [Cast(value_of(one), TextField()) for one in wanted]
    found: dict[str, str] = {}
    for row in Contact.objects.order_by("-pk").values_list(*asked)[:LOOKED_AT]:
        for field, value in zip(wanted, row, strict=True):
            if value and value != "0" and field.key not in found:
                found[field.key] = value[: _length(field)]
    return found


def _length(field: Field) -> int:
    """Of a moment the day is enough."""
    return 10 if field.type in (Type.DATE, Type.DATETIME) else LONGEST
