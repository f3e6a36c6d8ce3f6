"""What an event says. Made from the rows that tell what happened, at each attempt.

As little about a person as lets the receiver know whom it is about: the number of the
contact, and the address where the endpoint asks for it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from bounces.models import Bounce
from consent.models import Address, ConsentRecord
from contacts.models import Contact
from webhooks.models import Endpoint, Notice
from webhooks.vocabulary import EventType

# in the source of the record of an erasure: who it was, when the contact is gone
CONTACT = "contact"


def bodies(endpoint: Endpoint, notices: Sequence[Notice]) -> list[bytes]:
    """The body of each; a few questions to the database for all of them."""
    records = ConsentRecord.objects.in_bulk({one.record_id for one in notices} - {None})
    bounces = Bounce.objects.in_bulk({one.bounce_id for one in notices} - {None})
    people = _people(notices)
    made = []
    for one in notices:
        contact, email = people.get(one.address_id or 0, (None, None))
        said: dict[str, Any] = {}
        if one.address_id:
            said["contact"] = contact
        if one.address_id and endpoint.with_email:
            said["email"] = email
        at = one.at
        if record := records.get(one.record_id or 0):
            at = record.occurred_at
            said |= _of_record(record)
            said["contact"] = contact or record.source.get(CONTACT)
        if bounce := bounces.get(one.bounce_id or 0):
            at = bounce.at
            said |= _of_bounce(bounce)
        made.append(_encoded(one, at, said))
    return made


def _people(notices: Sequence[Notice]) -> dict[int, tuple[int | None, str | None]]:
    """{address: (contact, email)}; an erased address has neither."""
    asked = [one.address_id for one in notices if one.address_id]
    contacts = dict(
        Contact.objects.filter(address__in=asked).values_list("address_id", "pk")
    )
    keys = Address.objects.filter(pk__in=asked).values_list("pk", "key")
    return {pk: (contacts.get(pk), key) for pk, key in keys}


def _of_record(record: ConsentRecord) -> dict[str, Any]:
    """`record` grows with each act of one person: it tells what came later."""
    return {
        "record": record.pk,
        "action": record.action,
        "mechanism": record.mechanism,
        "actor": record.actor,
        "basis": record.basis,
        "subscription_type": record.subscription_type_id,
        "brand": record.brand_id,
    }


def _of_bounce(bounce: Bounce) -> dict[str, Any]:
    """Without the server's words: they may name people."""
    return {
        "bounce": bounce.pk,
        "kind": bounce.kind,
        "category": bounce.category,
        "code": bounce.code,
        "enhanced_code": bounce.enhanced_code,
        "message": bounce.message_id,
    }


def _encoded(notice: Notice, at: dt.datetime, said: dict[str, Any]) -> bytes:
    if notice.kind == EventType.TEST:
        said = {"words": "Somebody pressed “Send a test”."}
    moment = at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    body = {"type": notice.kind, "timestamp": moment, "data": said}
    return json.dumps(body, separators=(",", ":")).encode()
