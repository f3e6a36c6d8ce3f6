"""The people of a report: who is in a group, and a sentence for each."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from accounts.races import once_more
from campaigns.models import EmailState, MarketingEmail
from campaigns.report import (
    STOPPED,
    Group,
    deliveries_of,
    reason_label,
    reason_sentence,
    with_reason,
)
from contacts.models import Contact
from deliveries import frequency
from deliveries.models import Delivery, DeliveryState
from segments.models import Segment, SegmentKind

OVER = {EmailState.SENT, EmailState.STOPPED}
_SENTENCES = {
    DeliveryState.QUEUED: gettext_lazy("Waits for its turn."),
    DeliveryState.STARTED: gettext_lazy("Is being handed over now."),
    DeliveryState.DELIVERED: gettext_lazy("The receiving server accepted it."),
    DeliveryState.EXPIRED: gettext_lazy(
        "The receiving server put it off until we gave up."
    ),
    DeliveryState.UNCERTAIN: gettext_lazy(
        "A crash hid the outcome. It is never sent again by itself."
    ),
}


def people(
    email: MarketingEmail, group: Group, reason: str, query: str
) -> models.QuerySet[Delivery]:
    """The deliveries of a group, narrowed by reason and by the start of an address."""
    rows = with_reason(deliveries_of(email).filter(group.where), group.key, reason)
    if query:
        rows = rows.filter(contact__in=Contact.objects.search(query))
    return rows.select_related("contact", "address")


def how_many(
    counts: dict[str, int],
    reasons: Iterable[tuple[str, int]],
    group: Group,
    reason: str,
) -> int:
    """How many are in a group, or in it for one reason."""
    if not reason:
        return counts[group.key]
    return dict(reasons).get("" if reason == "unjudged" else reason, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """One person on the recipients page."""

    delivery: Delivery
    name: str
    address: str
    state: str
    label: str
    sentence: str
    url: str
    at: dt.datetime | None


def row(delivery: Delivery) -> Row:
    person, address = delivery.contact, address_of(delivery)
    name = person.name if person else ""
    unsent = delivery.state in {DeliveryState.NOT_SENT, DeliveryState.CANCELLED}
    state = badge(delivery)
    return Row(
        delivery,
        name or address,
        address,
        state,
        reason_label(delivery.reason or STOPPED) if unsent else "",
        sentence(delivery),
        person.get_absolute_url() if person else "",
        _when(delivery),
    )


def address_of(delivery: Delivery) -> str:
    if delivery.address is None:
        return _("(no address)")
    return delivery.address.key or _("(erased)")


def _when(delivery: Delivery) -> dt.datetime | None:
    """The newest thing that happened to it."""
    moments = (
        delivery.settled_at,
        delivery.opened_at,
        delivery.clicked_at,
        delivery.confirmed_at,
        delivery.bounced_at,
        delivery.unsubscribed_at,
        delivery.complained_at,
    )
    known = [one for one in moments if one]
    return max(known) if known else delivery.started_at or delivery.queued_at


def sentence(delivery: Delivery) -> str:
    """What became of this mail, for whoever asks why."""
    words = _SENTENCES.get(DeliveryState(delivery.state))
    if delivery.bounced_at and delivery.state == DeliveryState.DELIVERED:
        return f"{_('Accepted, then it came back.')} {_answer(delivery)}".strip()
    if words:
        return str(words)
    if delivery.state == DeliveryState.CANCELLED:
        return reason_sentence(delivery.reason or STOPPED)
    if delivery.state == DeliveryState.NOT_SENT:
        return reason_sentence(delivery.reason)
    return f"{_('The receiving server said no.')} {_answer(delivery)}".strip()


def _answer(delivery: Delivery) -> str:
    """What the server said, with its codes (RFC 5321, RFC 3463)."""
    code = str(delivery.smtp_code or "")
    parts = (code, delivery.enhanced_code, delivery.reply[:200])
    return " ".join(part for part in parts if part)


# how a reason is drawn: a choice of the person is neutral, a fault of the address bad
LOOKS = {
    "complaint": "complained",
    "global_block": "hard_bounced",
    "dead_address": "hard_bounced",
    "bounced": "hard_bounced",
    "imported_bounce": "hard_bounced",
    "unengaged": "on_hold",
    frequency.CAP: "on_hold",
    frequency.PROMISE: "on_hold",
    frequency.WISH: "on_hold",
    "no_address": "no_address",
}


def badge(delivery: Delivery) -> str:
    """The key of the state, as the interface draws it."""
    if delivery.state == DeliveryState.NOT_SENT:
        return LOOKS.get(delivery.reason, "opted_out")
    if delivery.state == DeliveryState.REFUSED or delivery.bounced_at:
        return "bounced"
    for name in ("confirmed", "clicked", "opened"):
        if getattr(delivery, f"{name}_at"):
            return name
    return str(delivery.state)


# Who may get the same once more, of which group: whom no mail has reached, for reasons
# that may be over. Who was refused for good, or said no, is not asked again.
AGAIN = {
    "bounced": Q(state=DeliveryState.EXPIRED) | Q(bounce_kind="soft"),
    "not_sent": Q(state=DeliveryState.CANCELLED),
}


def for_another_try(email: MarketingEmail, group: Group) -> models.QuerySet[Delivery]:
    """Those of a group to whom a copy may go; campaigns choose theirs themselves."""
    where = AGAIN.get(group.key)
    if where is None or email.group or email.state not in OVER:
        return Delivery.objects.none()
    return deliveries_of(email).filter(group.where, where, contact__isnull=False)


@once_more
def send_again(email: MarketingEmail, group: Group, user: User) -> MarketingEmail:
    """A draft with the same words for these people, who are in a segment of their own.

    Who may be mailed is asked when it is sent, as always.
    """
    made = Segment(
        name=_free(f"{email.name[:120]}: to be sent again"), kind=SegmentKind.STATIC
    )
    made.save_rules(user)
    rows = for_another_try(email, group)
    made.add(Contact.objects.filter(pk__in=rows.values("contact_id")))
    copy = email.duplicate(user)
    copy.choose([made], [])
    return copy


@once_more
def make_segment(
    email: MarketingEmail, group: Group, reason: str, user: User
) -> Segment:
    """A static segment of these people, made in one statement."""
    made = Segment(name=_name(email, group, reason), kind=SegmentKind.STATIC)
    made.save_rules(user)
    rows = people(email, group, reason, "").order_by()
    made.add(Contact.objects.filter(pk__in=rows.values("contact_id")))
    return made


def _name(email: MarketingEmail, group: Group, reason: str) -> str:
    """In English, whoever presses: it is kept, and everybody reads it."""
    with override("en"):
        words = f"{email.name[:120]}: {group.label.lower()}"
        if reason:
            words = f"{words}, {reason_label(reason).lower()}"
    return _free(words)


def _free(words: str) -> str:
    """A name for a segment that none has."""
    alike = Segment.objects.current().filter(name__istartswith=words)
    taken = set(alike.values_list(Lower("name"), flat=True))
    names = itertools.chain([words], (f"{words} {n}" for n in itertools.count(2)))
    return next(name for name in names if name.lower() not in taken)
