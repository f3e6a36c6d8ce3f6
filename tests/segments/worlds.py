"""Small worlds for the tests of segments: mails, and rules about them."""

import datetime as dt
from typing import Any

from django.utils import timezone

from consent.models import SubscriptionType
from contacts.models import Contact
from deliveries.models import Channel, Delivery, Message
from segments.models import Segment
from segments.rules import parse
from segments.vocabulary import Vocabulary
from tests.factories import ContactFactory

NOW = dt.datetime(2026, 11, 22, 9, 15, tzinfo=dt.UTC)


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def make_message(name: str = "News", group: str = "", **fields: Any) -> Message:
    kind = SubscriptionType.objects.default()
    values = {
        "channel": Channel.MARKETING,
        "brand": kind.brand,
        "subscription_type": kind,
        "from_name": "Example",
        "from_email": "news@brand.example",
        "subject": name,
    }
    return Message.objects.create(name=name, group=group, **values | fields)


def deliver(message: Message, contact: Contact, **fields: Any) -> Delivery:
    """A mail that was accepted, tracked, and nothing more."""
    values = {
        "state": "delivered",
        "delivered_at": ago(10),
        "open_tracked": True,
        "click_tracked": True,
    }
    return Delivery.objects.create(
        message=message,
        address_id=contact.address_id,
        contact=contact,
        **values | fields,
    )


def people(*names: str, **fields: Any) -> list[Contact]:
    return [
        ContactFactory(email=f"{name}@people.example", first_name=name, **fields)
        for name in names
    ]


def group(match: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"match": match, "rules": list(rules)}


def where(field: str, operator: str, **operand: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, **operand}


def names(segment: Segment) -> set[str]:
    """First names of whoever matches now."""
    return set(segment.matching().values_list("first_name", flat=True))


def matching(*rules: dict[str, Any], match: str = "all") -> set[str]:
    """First names of whoever matches these rules."""
    return names(Segment(rules=group(match, *rules)))


def parsed(data: dict[str, Any]) -> Any:
    return parse(data, Vocabulary())
