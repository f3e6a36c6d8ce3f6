"""Link targets that differ per person: tokens in a stored address, filled in.

`{{ first_name }}` or `{{ first_name | there }}`, as everywhere in a message. A value
is percent-encoded and only fills a path, a query or a fragment: no value can lead
to another site.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from contacts.models import Contact, PropertyDefinition
from deliveries.personalization import CONTACT_FIELDS, TOKEN, as_words

SITE = re.compile(r"[a-z]+://[^/?#]*")


def is_personal(url: str) -> bool:
    return "{{" in url


def fill(url: str, address_id: int) -> str:
    """`url` for one person; a token without a value becomes its fallback."""
    values = values_of(address_id)
    site = SITE.match(url)
    end = site.end() if site else 0

    def value(found: re.Match[str]) -> str:
        return quote(values.get(found["name"]) or found["fallback"] or "", safe="")

    return url[:end] + TOKEN.sub(value, url[end:])


def values_of(address_id: int) -> dict[str, str]:
    contact = Contact.objects.filter(address=address_id).first()
    if contact is None:
        return {}
    values = {name: as_words(getattr(contact, name)) for name in CONTACT_FIELDS}
    for definition in PropertyDefinition.objects.filter(archived_at=None):
        values[definition.name] = as_words(contact.properties.get(definition.key))
    return values
