"""How many of those who get an email lack what its tokens stand for."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from campaigns.audience import contacts_of, left_out
from campaigns.models import MarketingEmail
from campaigns.preview import known_tokens, property_keys
from contacts.models import Contact
from deliveries import handmade
from deliveries.audience import LeftOut, preview
from deliveries.blocks import clean_html, flat
from deliveries.personalization import CONTACT_FIELDS, TOKEN

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
        who = "1 person has" if self.people == 1 else f"{self.people:,} people have"
        lack = f"{who} no {self.label.lower()}"
        if self.fallback:
            return f"{lack}; they read “{self.fallback}”."
        return (
            f"{lack}, and “{{{{ {self.name} }}}}” has no fallback. Write what they"
            f" should read: {{{{ {self.name} | there }}}}."
        )


def missing_values(email: MarketingEmail) -> list[Missing]:
    """One for each token of `email` that somebody who gets it has no value for."""
    return missing_among(contacts_of(email), email, left_out(email))


def missing_among(
    people: QuerySet[Contact], email: MarketingEmail, extra: Sequence[LeftOut]
) -> list[Missing]:
    """The same for those of `people` whom no reason of `extra` leaves out."""
    used = sorted(set(_tokens(email)))
    kind = email.subscription_type
    if not used or kind is None:
        return []
    keys, labels = property_keys(), dict(known_tokens())
    counts = {
        name: preview(people.filter(_lacks(name, keys)), kind, extra=extra)[""]
        for name in dict(used)
        if name in labels
    }
    return [
        Missing(name, labels[name], counts[name], fallback)
        for name, fallback in used
        if counts.get(name)
    ]


def without_fallback(found: list[Missing]) -> list[str]:
    """What of it keeps the email from being sent, in sentences."""
    return [one.sentence for one in found if not one.fallback]


def _tokens(email: MarketingEmail) -> Iterator[tuple[str, str]]:
    """(name, fallback) of each token; the name may be none that we know."""
    for text in _texts(email):
        for match in TOKEN.finditer(text):
            yield match["name"], (match["fallback"] or "").strip()


def _texts(email: MarketingEmail) -> Iterator[str]:
    yield from (email.subject, email.preview_text)
    yield from (str(block.get("plain", "")) for block in email.blocks)
    for block in flat(email.blocks):
        yield str(block.get("text", ""))
        yield str(block.get("label", ""))
        cleaned = handmade.cleaned if block["kind"] == "html" else clean_html
        source = cleaned(str(block.get("html", "")))
        yield html.unescape(_HREF.sub("", source))


def _lacks(name: str, keys: Mapping[str, str]) -> Q:
    """The condition on a contact that has no value for the token `name`."""
    if name in CONTACT_FIELDS:
        return Q(**{name: ""})
    return ~Q(properties__has_key=keys[name])
