"""Link targets that differ per person: tokens in a stored address, filled in.

`{{ first_name }}` or `{{ first_name | there }}`, as everywhere in a message. A value
is percent-encoded and only fills a path, a query or a fragment: no value can lead
to another site.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from contacts.models import Contact, PropertyDefinition

TOKEN = re.compile(r"\{\{\s*(\w+)\s*(?:\|\s*([^}]*?)\s*)?\}\}")
FIELDS = ("first_name", "last_name", "email", "company", "city", "country")


def is_personal(url: str) -> bool:
    return "{{" in url


def fill(url: str, address_id: int) -> str:
    """`url` for one person; a token without a value becomes its fallback."""
    values = values_of(address_id)
    site, path = _site_and_path(url)
    return site + TOKEN.sub(
        lambda found: quote(values.get(found[1]) or found[2] or "", safe=""), path
    )


def values_of(address_id: int) -> dict[str, str]:
    contact = Contact.objects.filter(address=address_id).first()
    if contact is None:
        return {}
    values = {name: str(getattr(contact, name)) for name in FIELDS}
    for definition in PropertyDefinition.objects.filter(archived_at=None):
        if definition.key in contact.properties:
            values[definition.name] = _text(contact.properties[definition.key])
    return values


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _site_and_path(url: str) -> tuple[str, str]:
    """("https://host", "/rest"): tokens are filled in the second part alone."""
    found = re.match(r"[a-z]+://[^/?#]*", url)
    site = found[0] if found else ""
    return site, url[len(site) :]
