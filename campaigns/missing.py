"""How many of those who get an email lack what its tokens stand for."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.numbers import number
from campaigns.audience import contacts_of, left_out
from campaigns.conditions import readers
from campaigns.models import MarketingEmail
from campaigns.preview import known_tokens, property_keys
from contacts.models import Contact
from deliveries import handmade
from deliveries.audience import LeftOut, preview
from deliveries.blocks import Block, clean_html, flat
from deliveries.languages import all_blocks, languages, spoken
from deliveries.optional import condition_of, conditions
from deliveries.personalization import CONTACT_FIELDS, TOKEN

# a language, and the place of a condition or -1: see conditions.readers
Place = tuple[str, int]

_HREF = re.compile(r'href="[^"]*"')


@dataclass(frozen=True, slots=True)
class Missing:
    """`people` have no `label`; `fallback` is what they read, '' for nothing."""

    name: str
    label: str
    people: int
    fallback: str

    @property
    def sentence(self) -> str:
        told = _with_fallback if self.fallback else _without_fallback
        example = _("%(name)s | there") % {"name": self.name}
        return told(self.people) % {
            "people": number(self.people),
            "label": self.label.lower(),
            "fallback": self.fallback,
            "token": f"{{{{ {self.name} }}}}",
            "example": f"{{{{ {example} }}}}",
        }


def _with_fallback(people: int) -> str:
    return ngettext(
        "%(people)s person has no %(label)s; they read “%(fallback)s”.",
        "%(people)s people have no %(label)s; they read “%(fallback)s”.",
        people,
    )


def _without_fallback(people: int) -> str:
    return ngettext(
        "%(people)s person has no %(label)s, and “%(token)s” has no fallback. Write"
        " what they should read: %(example)s.",
        "%(people)s people have no %(label)s, and “%(token)s” has no fallback. Write"
        " what they should read: %(example)s.",
        people,
    )


def missing_values(email: MarketingEmail) -> list[Missing]:
    """One for each token of `email` that somebody who gets it has no value for."""
    return missing_among(contacts_of(email), email, left_out(email))


def missing_among(
    people: QuerySet[Contact], email: MarketingEmail, extra: Sequence[LeftOut]
) -> list[Missing]:
    """The same for those of `people` whom no reason of `extra` leaves out."""
    kind = email.subscription_type
    used = _used(email)
    if not used or kind is None:
        return []
    keys, labels = property_keys(), dict(known_tokens())
    counts = {
        (name, places): preview(
            people.filter(_lacks(name, keys), readers(places, email)),
            kind,
            extra=extra,
        )[""]
        for (name, _), places in used.items()
        if name in labels
    }
    return [
        Missing(name, labels[name], counts[name, places], fallback)
        for (name, fallback), places in sorted(used.items())
        if counts.get((name, places))
    ]


def without_fallback(found: list[Missing]) -> list[str]:
    """What of it keeps the email from being sent, in sentences."""
    return [one.sentence for one in found if not one.fallback]


def _used(email: MarketingEmail) -> dict[tuple[str, str], frozenset[Place]]:
    """(name, fallback) of each token -> where it stands; the name may be none that we
    know."""
    found: dict[tuple[str, str], frozenset[Place]] = {}
    for text, place in _texts(email):
        for match in TOKEN.finditer(text):
            token = match["name"], (match["fallback"] or "").strip()
            found[token] = found.get(token, frozenset()) | {place}
    return found


def _texts(email: MarketingEmail) -> Iterator[tuple[str, Place]]:
    """Each text, and who reads it: see conditions.readers."""
    asked = conditions(all_blocks(email))
    for language in languages(email):
        said = spoken(email, language)
        yield from ((one, (language, -1)) for one in (said.subject, said.preview_text))
        for block in said.blocks:
            condition = condition_of(block)
            place = language, asked.index(condition) if condition else -1
            yield from ((words, place) for words in _words(block))


def _words(block: Block) -> Iterator[str]:
    yield str(block.get("plain", ""))
    for part in flat([block]):
        yield from (str(part.get("text", "")), str(part.get("label", "")))
        cleaned = handmade.cleaned if part["kind"] == "html" else clean_html
        source = cleaned(str(part.get("html", "")))
        yield html.unescape(_HREF.sub("", source))


def _lacks(name: str, keys: Mapping[str, str]) -> Q:
    """The condition on a contact that has no value for the token `name`."""
    if name in CONTACT_FIELDS:
        return Q(**{name: ""})
    return ~Q(properties__has_key=keys[name])
