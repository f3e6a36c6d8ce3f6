"""A mail as one contact would see it, before it is a message. Its links are dead."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote

from consent.models import SubscriptionType
from contacts.models import Contact
from deliveries import blocks, layout, optional
from deliveries.models import Channel
from deliveries.personalization import CONTACT_FIELDS, Slot, as_words, pieces
from deliveries.rendering import footer_of


class Content(Protocol):
    """What can be shown before it is a message: an email that is being written."""

    subject: str
    preview_text: str
    blocks: list[blocks.Block]

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


def preview_html(
    content: Content,
    contact: Contact | None,
    names: Mapping[str, str] | None = None,
    shown: int | None = None,
) -> str:
    """The mail as `contact` would see it (None: with fallbacks), its links dead.
    `shown`: the optional blocks she gets (None: all)."""
    kind = content.subscription_type
    body = blocks.build(content.blocks)
    footer = footer_of(kind.brand if kind else None, kind, Channel.MARKETING)
    document = layout.as_html(content.subject, content.preview_text, body, footer)
    values = values_of(contact, names or {})
    return "".join(
        piece if isinstance(piece, str) else _previewed(piece, values, body)
        for piece in pieces(optional.cut(document, shown))
    )


def preview_text(
    content: Content,
    contact: Contact | None,
    names: Mapping[str, str] | None = None,
    shown: int | None = None,
) -> str:
    """The plain text part as `contact` would read it, as words and not as markup."""
    kind = content.subscription_type
    body = blocks.build(content.blocks)
    footer = footer_of(kind.brand if kind else None, kind, Channel.MARKETING)
    values = values_of(contact, names or {})
    return "".join(
        piece
        if isinstance(piece, str)
        else html.unescape(_previewed(piece, values, body))
        for piece in pieces(optional.cut(layout.as_text(body, footer), shown))
    )


def _previewed(slot: Slot, values: Mapping[str, str], body: blocks.Body) -> str:
    if slot.kind == "token":
        known = values.get(slot.name) or slot.fallback
        return html.escape(known or f"[{slot.name}]")
    if slot.kind == "link":
        return html.escape(body.targets[int(slot.name)].url or "#confirm")
    if slot.kind == "since":
        return ""
    return f"#{quote(slot.kind)}"
