"""A mail as one contact would see it, before it is a message. Its links are dead."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

from consent.models import SubscriptionType
from contacts.models import Contact
from deliveries import blocks, layout, optional
from deliveries.footers import footer_of
from deliveries.languages import Variants, all_blocks, spoken
from deliveries.models import Channel
from deliveries.personalization import CONTACT_FIELDS, Slot, as_words, pieces


class Content(Protocol):
    """What can be shown before it is a message: an email that is being written."""

    subject: str
    preview_text: str
    blocks: list[blocks.Block]
    variants: Variants

    @property
    def subscription_type(self) -> SubscriptionType | None: ...


def values_of(contact: Contact | None, names: Mapping[str, str]) -> dict[str, str]:
    """Token values of one contact. `names`: custom property name to its key."""
    if contact is None:
        return {}
    values = {name: as_words(getattr(contact, name)) for name in CONTACT_FIELDS}
    for name, key in names.items():
        values[name] = as_words(contact.properties.get(key))
    return values


@dataclass(frozen=True, slots=True)
class Reader:
    """As whom a mail is looked at; nobody in particular: with fallbacks, all blocks.

    `names`: custom property name to its key. `shown`: the optional blocks she gets.
    """

    contact: Contact | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    shown: int | None = None
    language: str = ""


def preview_html(content: Content, reader: Reader) -> str:
    """The mail as `reader` would see it, its links dead."""
    said = spoken(content, reader.language)
    body, footer = _built(content, reader)
    inbox = said.subject, said.preview_text
    document = layout.as_html(*inbox, body, footer, reader.language)
    values = values_of(reader.contact, reader.names)
    return "".join(
        piece if isinstance(piece, str) else _previewed(piece, values, body)
        for piece in pieces(optional.cut(document, reader.shown))
    )


def preview_text(content: Content, reader: Reader) -> str:
    """The plain text part as `reader` would read it, as words and not as markup."""
    body, footer = _built(content, reader)
    values = values_of(reader.contact, reader.names)
    return "".join(
        piece
        if isinstance(piece, str)
        else html.unescape(_previewed(piece, values, body))
        for piece in pieces(optional.cut(layout.as_text(body, footer), reader.shown))
    )


def _built(content: Content, reader: Reader) -> tuple[blocks.Body, layout.Footer]:
    asked = optional.conditions(all_blocks(content))
    kind = content.subscription_type
    brand = kind.brand if kind else None
    footer = footer_of(brand, kind, Channel.MARKETING, reader.language)
    return blocks.build(spoken(content, reader.language).blocks, asked), footer


def _previewed(slot: Slot, values: Mapping[str, str], body: blocks.Body) -> str:
    if slot.kind == "token":
        known = values.get(slot.name) or slot.fallback
        return html.escape(known or f"[{slot.name}]")
    if slot.kind == "link":
        return html.escape(body.targets[int(slot.name)].url or "#confirm")
    if slot.kind == "since":
        return ""
    return f"#{quote(slot.kind)}"
