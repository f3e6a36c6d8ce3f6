"""Contacts: one, by id or by address; all of them; created and changed.

Addresses stand in bodies only: what stands in an address of ours stands in logs.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Query, Router, Schema

from accounts.models import User
from api.entering import Asked, Bearer, note_export
from api.once import OnceKey, once
from api.paging import Asking, Key, Page, page
from api.problems import Invalid, Refused
from api.scopes import TokenScope
from api.texts import Email
from api.values import Value, written_over
from consent.models import Address
from contacts.forms import HAS_SAID_NO, PERSON, ContactForm
from contacts.models import (
    AddressTaken,
    Contact,
    HasSaidNo,
    Outdated,
    PropertyDefinition,
)

router = Router(tags=["Contacts"])

# what the form of the console calls otherwise
PLACES = {"address_as_typed": "/email", "__all__": ""}


class ContactOut(Schema):
    """One person; `properties` are those that are known, by name."""

    id: int
    email: str
    first_name: str
    last_name: str
    company: str
    phone: str
    city: str
    country: str
    language: str
    time_zone: str
    properties: dict[str, Value]
    created_at: dt.datetime
    updated_at: dt.datetime


class ContactIn(Schema):
    """What is to change; what is left out stays as it is, and null is nothing.

    Values of properties may be texts, which are read as those of an import are.
    """

    model_config = {"extra": "forbid"}

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    phone: str | None = None
    city: str | None = None
    country: str | None = None
    language: str | None = None
    time_zone: str | None = None
    properties: dict[str, Value | None] = Field(default_factory=dict)


class Created(Schema):
    """Where the new contact is."""

    id: int
    url: str


class Find(Schema):
    email: Email


@router.get(
    "/contacts", response=Page[ContactOut], auth=Bearer(TokenScope.CONTACTS_EXPORT)
)
def list_contacts(request: Asked, asking: Query[Asking]) -> Any:
    """All contacts, the oldest first."""
    note_export(request, "all contacts")
    return page(Contact.objects.all(), asking, drawn)


@router.post(
    "/contacts", response={201: Created}, auth=Bearer(TokenScope.CONTACTS_WRITE)
)
def create_contact(request: Asked, given: ContactIn, key: OnceKey = None) -> Any:
    """Create a contact. It may be mailed once it agreed to something.

    An address that said no before goes on saying no.
    """

    def act() -> dict[str, Any]:
        contact = Contact()
        _write(contact, given, request.user)
        return {"id": contact.pk}

    pk = once(request, key, act)["id"]
    place = reverse("api:get_contact", args=[pk])
    return {"id": pk, "url": request.build_absolute_uri(place)}


@router.post(
    "/contacts/find", response=ContactOut, auth=Bearer(TokenScope.CONTACTS_READ)
)
def find_contact(request: Asked, given: Find) -> Any:
    """The contact with this address, however it is spelled."""
    address = Address.objects.find(given.email)
    contact = get_object_or_404(Contact, address=address.pk if address else 0)
    return drawn([contact])[0]


@router.get(
    "/contacts/{int:pk}", response=ContactOut, auth=Bearer(TokenScope.CONTACTS_READ)
)
def get_contact(request: Asked, pk: Key) -> Any:
    """One contact."""
    return drawn([get_object_or_404(Contact, pk=pk)])[0]


@router.patch(
    "/contacts/{int:pk}", response=ContactOut, auth=Bearer(TokenScope.CONTACTS_WRITE)
)
def update_contact(request: Asked, pk: Key, given: ContactIn) -> Any:
    """Change what is given.

    With a new address go along what the person said no to, and nothing else.
    """
    contact = get_object_or_404(Contact, pk=pk)
    _write(contact, given, request.user)
    return drawn([contact])[0]


def drawn(contacts: list[Contact]) -> list[dict[str, Any]]:
    """As they are told; one query for all."""
    live = PropertyDefinition.objects.filter(archived_at=None)
    names = {one.key: one.name for one in live} if contacts else {}
    shown = ("id", "email", *PERSON, "created_at", "updated_at")
    return [
        {name: getattr(one, name) for name in shown}
        | {"properties": {names[k]: v for k, v in one.properties.items() if k in names}}
        for one in contacts
    ]


def _write(contact: Contact, given: ContactIn, user: User) -> None:
    """By the form of the console, so that both take and refuse the same."""
    contact.properties, wrong = written_over(contact.properties, given.properties)
    form = ContactForm(_filled(contact, given), instance=contact, asked=())
    if not form.is_valid() or wrong:
        raise Invalid(_places(form) | wrong)
    try:
        contact.keep(
            form.cleaned_data["address_as_typed"],
            user,
            fields=[*PERSON, "properties"],
            seen=form.cleaned_data["seen"],
        )
    except AddressTaken as taken:
        raise Refused(
            409,
            "contact_exists",
            "Another contact has this address.",
            contact=taken.contact.pk,
        ) from None
    except HasSaidNo:
        raise Refused(409, "has_said_no", str(HAS_SAID_NO)) from None
    except Outdated:
        raise Refused(
            409, "changed", "Somebody changed this contact just now. Ask again."
        ) from None


def _filled(contact: Contact, given: ContactIn) -> dict[str, Any]:
    """The form as it was drawn, with what is given written over it."""
    person = {"email": contact.email, **{one: getattr(contact, one) for one in PERSON}}
    person |= given.model_dump(exclude_unset=True, exclude={"properties"})
    data: dict[str, Any] = {name: value or "" for name, value in person.items()}
    data["address_as_typed"] = data.pop("email")
    data["seen"] = contact.updated_at.isoformat() if contact.pk else ""
    return data


def _places(form: ContactForm) -> dict[str, str]:
    """{place in the body: what is wrong there}."""
    return {
        PLACES.get(field, f"/{field}"): " ".join(one["message"] for one in errors)
        for field, errors in form.errors.get_json_data().items()
    }
