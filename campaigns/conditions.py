"""Who gets a block that is not for everybody: one condition, in the language of
segments, kept in the block under `only`.

An unfinished condition holds for nobody, and keeps the email from being sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce
from operator import add
from typing import Any

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.blocks import Block
from campaigns.languages import read_by, tongue
from contacts.models import Contact
from deliveries.audience import SHOWN, TONGUE, plain
from deliveries.languages import Spoken, all_blocks
from deliveries.optional import MOST_CONDITIONS, condition_of, conditions
from segments.compile import compile_rules
from segments.fields import Family, Source
from segments.models import Segment, current_clock
from segments.rules import BadRules, Group, parse, sources
from segments.vocabulary import Vocabulary

# by operator of the language: what the form offers, what the lists say
SHOWN_TO = {
    "member": (_("People in the segment"), _("Only in “{}”")),
    "not_member": (_("People not in the segment"), _("Only outside “{}”")),
    "known": (_("People with a value for"), _("Only with a value for {}")),
    "unknown": (_("People without a value for"), _("Only without a value for {}")),
}
OF_SEGMENTS = ("member", "not_member")

NO_SEGMENT = _("Choose who gets this block: “%(name)s” is no segment that there is.")
NO_FIELD = _("Choose who gets this block: “%(name)s” is no field that there is.")


class Names:
    """What conditions can be about, by the names that people know; read once."""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary()

    @cached_property
    def segments(self) -> dict[int, str]:
        rows = Segment.objects.current().order_by("name")
        return dict(rows.values_list("pk", "name"))

    @cached_property
    def fields(self) -> dict[str, str]:
        """Key -> label of what a contact may have a value for or not."""
        return {
            field.key: str(field.label)
            for family, offered in self.vocabulary.offered()
            if family in (Family.CONTACT, Family.CUSTOM)
            for field in offered
            if field.source in (Source.COLUMN, Source.PROPERTY)
        }

    def rule(self, operator: str, name: str) -> dict[str, Any]:
        """The condition that somebody chose; unfinished where nothing has the name."""
        typed = " ".join(name.split())
        asked = typed.casefold()
        if operator in OF_SEGMENTS:
            known = {text.casefold(): pk for pk, text in self.segments.items()}
            values = [str(known[asked])] if asked in known else []
            rule = {"field": "segment", "operator": operator, "values": values}
            return rule if values else {**rule, "typed": typed}
        keys = {text.casefold(): key for key, text in self.fields.items()}
        rule = {"field": keys.get(asked, ""), "operator": operator}
        return rule if asked in keys else {**rule, "typed": typed}

    def name(self, rule: Mapping[str, Any]) -> str:
        """What it is about, as somebody typed it or as it is called now."""
        if "typed" in rule or not rule:
            return str(rule.get("typed", ""))
        if rule.get("field") == "segment":
            return next((self.segments.get(pk, "") for pk in about([rule])), "")
        return self.fields.get(str(rule.get("field")), "")

    def words(self, rule: Mapping[str, Any]) -> str:
        """The condition for a list, '' where there is none."""
        if not rule:
            return ""
        short = SHOWN_TO[rule["operator"]][1]
        return str(short).format(self.name(rule) or "…")


def about(rules: Iterable[Mapping[str, Any]]) -> set[int]:
    """Ids of the segments that these conditions ask about."""
    return sources({"rules": [dict(rule) for rule in rules]})


def parsed(rule: Mapping[str, Any], vocabulary: Vocabulary) -> Group | None:
    """None: unfinished, or about something that is not there any more."""
    if "typed" in rule:
        return None
    try:
        return parse({"match": "all", "rules": [dict(rule)]}, vocabulary)
    except BadRules:
        return None


def unfinished(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    """(sentence, id of the block) of each condition that cannot be asked."""
    asked, names = conditions(blocks), Names()
    broken = [one for one in asked if parsed(one, names.vocabulary) is None]
    found = [
        (_lacking(condition_of(block), names), str(block["id"]))
        for block in blocks
        if condition_of(block) in broken
    ]
    return [*found, *([(_too_many(), "")] if len(asked) > MOST_CONDITIONS else [])]


def _lacking(rule: Mapping[str, Any], names: Names) -> str:
    told = NO_SEGMENT if rule.get("operator") in OF_SEGMENTS else NO_FIELD
    return str(told) % {"name": names.name(rule)}


def _too_many() -> str:
    told = gettext("More than %(count)s different conditions are too many.")
    return told % {"count": MOST_CONDITIONS}


def holds(rule: Mapping[str, Any], vocabulary: Vocabulary) -> Q:
    """The condition as one on contacts."""
    rules = parsed(rule, vocabulary)
    return Q(pk__in=[]) if rules is None else compile_rules(rules, current_clock())


def readers(places: Iterable[tuple[str, int]], mail: Spoken) -> Q:
    """Those who read one of these places of `mail`: (language, place of a condition, or
    -1 for what everybody of the language reads)."""
    asked, words, found = conditions(all_blocks(mail)), Vocabulary(), Q()
    for language, place in places:
        here = read_by(mail, language)
        here &= holds(asked[place], words) if place >= 0 else Q()
        if not here:
            return here
        found |= here
    return found


def fitted(people: models.QuerySet[Contact], mail: Spoken) -> models.QuerySet[Contact]:
    """`people`, each with what of the blocks she gets and in which language; as they
    are where all get all.

    One expression for everybody: asked when the audience is fixed, and kept with each
    mail.
    """
    asked = conditions(all_blocks(mail))
    gets: dict[str, Any] = {SHOWN: _bits(asked)} if asked else {}
    gets |= {TONGUE: tongue(mail)} if mail.variants else {}
    return plain(people).annotate(**gets) if gets else people


def _bits(asked: Sequence[Mapping[str, Any]]) -> Any:
    words, bit = Vocabulary(), models.BigIntegerField()
    bits: list[Any] = [
        Case(
            When(holds(one, words), then=Value(1 << place, bit)),
            default=Value(0, bit),
            output_field=bit,
        )
        for place, one in enumerate(asked)
    ]
    return reduce(add, bits)


def fit(contact: Contact, mail: Spoken) -> tuple[int | None, str]:
    """What of the blocks this contact gets, were it sent now (None: all), and in which
    language."""
    people = fitted(Contact.objects.filter(pk=contact.pk), mail)
    found = people.values(*people.query.annotations).first() or {}
    return found.get(SHOWN), found.get(TONGUE, "")
