"""The mail as one person would see it, and what its tokens can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from campaigns.audience import contacts_of
from campaigns.conditions import fit
from campaigns.models import MarketingEmail
from contacts.models import Contact, PropertyDefinition
from contacts.properties import Kind
from deliveries.languages import languages
from deliveries.models import Delivery, Message
from deliveries.personalization import CONTACT_FIELDS, fill, slotted
from deliveries.previews import Reader, preview_html, preview_text, values_of

SAMPLE = 8

# what the tokens of a contact's own fields are called
_FIELDS = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "email": _("Email"),
    "company": _("Company"),
    "city": _("City"),
    "country": _("Country"),
}

# as whom people without an account see an email
_EXAMPLE = {
    "first_name": "Alex",
    "last_name": "Example",
    "email": "alex@people.example",
    "company": "Example Ltd",
    "city": "Springfield",
    "country": "Finland",
}

# what that person has for a custom property of each type; for a text its label, for a
# choice the first that there is
_EXAMPLES: dict[str, Any] = {
    Kind.NUMBER: 12,
    Kind.BOOLEAN: True,
    Kind.DATE: "2026-05-04",
    Kind.DATETIME: "2026-05-04T09:00:00Z",
}

_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Plain text'
    "</title><style>body{{margin:24px;font:14px/1.6 ui-monospace,monospace;"
    "white-space:pre-wrap;overflow-wrap:anywhere;background:#fff;color:#1a1a1a}}"
    "</style></head><body>{}</body></html>"
)


def property_keys() -> dict[str, str]:
    """Names of custom properties -> their keys on a contact."""
    rows = PropertyDefinition.objects.filter(archived_at=None)
    return {row.name: row.key for row in rows}


def known_tokens() -> list[tuple[str, str]]:
    """(token, label) of everything an author may put in."""
    fields = [(name, str(_FIELDS[name])) for name in CONTACT_FIELDS]
    rows = PropertyDefinition.objects.filter(archived_at=None)
    return fields + [(row.name, row.label) for row in rows]


def sample_people(email: MarketingEmail) -> list[Contact]:
    """A few who would get it, one without a first name among them if there is one."""
    people = contacts_of(email) if email.has_recipients else Contact.objects.all()
    people = people.filter(~Q(email="")).order_by("pk")
    nameless = list(people.filter(first_name="")[:1])
    return nameless + list(people.exclude(first_name="")[: SAMPLE - len(nameless)])


def in_the_inbox(
    email: Message | MarketingEmail, values: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Subject and preview text as somebody reads them of whom these `values` are
    known; None: nothing is."""
    known = values or {}
    return {
        "subject": fill(slotted(email.subject), known),
        "preview_text": fill(slotted(email.preview_text), known),
    }


def preview(
    email: MarketingEmail,
    *,
    contact_id: int | None,
    view: str = "",
    language: str | None = None,
) -> str:
    """A complete HTML document. `view`: "" (as it is), "dark" or "text"; `language`:
    none that it is in for that of the contact.

    Content that was sent is shown as it was sent.
    """
    content = email.message or email
    person = Contact.objects.filter(pk=contact_id).first() if contact_id else None
    shown, hers = _gets(email, person)
    tongue = hers if language not in languages(content) else language
    return _drawn(content, Reader(person, property_keys(), shown, tongue), view)


def example() -> Contact:
    """Nobody, with a value for everything that an author may put in."""
    rows = PropertyDefinition.objects.filter(archived_at=None)
    return Contact(**_EXAMPLE, properties={row.key: _example_of(row) for row in rows})


def _example_of(row: PropertyDefinition) -> Any:
    return _EXAMPLES.get(row.kind) or next(iter(row.choices), row.label)


def example_values() -> dict[str, str]:
    """What stands for each token in what people without an account see."""
    return values_of(example(), property_keys())


def preview_for_strangers(email: MarketingEmail, view: str, language: str) -> str:
    """The same for people without an account: nobody's values, every block."""
    reader = Reader(example(), property_keys(), None, language)
    return _drawn(email.message or email, reader, view)


def _drawn(content: Message | MarketingEmail, reader: Reader, view: str) -> str:
    if view == "text":
        return _PAGE.format(escape(preview_text(content, reader)))
    document = preview_html(content, reader)
    # what a mail program with a dark or a light theme would apply, whatever ours is
    return document.replace(
        "(prefers-color-scheme:dark)", "all" if view == "dark" else "not all"
    )


def _gets(email: MarketingEmail, person: Contact | None) -> tuple[int | None, str]:
    """The blocks that `person` got, or would get now, and in which language; nobody:
    all of them, in the email's own."""
    if person is None:
        return None, ""
    sent = Delivery.objects.filter(message=email.message_id, contact=person)
    if email.message and (mail := sent.first()):
        return mail.shown, mail.language
    return fit(person, email.message or email)
