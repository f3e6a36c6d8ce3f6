"""What each kind of marketing-email activity means on a delivery. One table.

Only human opens and clicks are on a delivery: machines count for nothing here. "But did
not" is asked of mails whose opens (or clicks) are tracked: with tracking off nobody can
know, so those people are left out and counted apart. With several emails, "but did not"
means in none of them: whoever clicked in the second email of a campaign is not one who
did not click.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet, Value

from deliveries.models import Channel, Delivery, DeliveryState, Message
from segments.operands import Emails

SENT = ~Q(
    state__in=[
        DeliveryState.NOT_SENT,
        DeliveryState.QUEUED,
        DeliveryState.CANCELLED,
    ]
)
# accepted by the receiving server, and not returned afterwards
RECEIVED = Q(delivered_at__isnull=False) & (
    Q(bounced_at=None) | Q(bounced_at__lt=F("delivered_at"))
)
# whoever clicked a link has opened the mail, pictures or not
OPENED = Q(opened_at__isnull=False) | Q(clicked_at__isnull=False)
NOT_OPENED = Q(opened_at=None, clicked_at=None)
CLICKED = Q(clicked_at__isnull=False)
REPLIED = Q(replied_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Activity:
    """Did `did`; and, where given, never `missing`, which only `tracked` mails tell."""

    did: Q
    missing: Q | None = None
    absent: Q | None = None
    tracked: str = ""


def _unopened(did: Q) -> Activity:
    return Activity(did, OPENED, NOT_OPENED, "open_tracked")


def _unclicked(did: Q) -> Activity:
    return Activity(did, CLICKED, Q(clicked_at=None), "click_tracked")


ACTIVITIES: dict[str, Activity] = {
    "sent": Activity(SENT),
    "received": Activity(RECEIVED),
    "opened": Activity(OPENED),
    "link_clicked": Activity(CLICKED),
    "confirmed": Activity(Q(confirmed_at__isnull=False)),
    "replied": Activity(REPLIED),
    "bounced": Activity(Q(bounced_at__isnull=False)),
    "unsubscribed": Activity(Q(unsubscribed_at__isnull=False)),
    "marked_spam": Activity(Q(complained_at__isnull=False)),
    "received_but_not_opened": _unopened(RECEIVED),
    "received_but_not_clicked": _unclicked(RECEIVED),
    "opened_but_not_clicked": _unclicked(OPENED),
    "opened_but_not_replied": Activity(OPENED, REPLIED, Q(replied_at=None)),
    "sent_but_not_clicked": _unclicked(SENT),
    "sent_but_not_received": Activity(SENT, RECEIVED, ~RECEIVED),
}


def message_ids(emails: Emails) -> list[int]:
    """The marketing messages that `emails` names; not for "any"."""
    chosen = Q(group__in=emails.groups) | Q(pk__in=emails.messages)
    rows = Message.objects.filter(chosen, channel=Channel.MARKETING)
    return list(rows.order_by("pk").values_list("pk", flat=True))


class Mails:
    """The deliveries of some emails to the address of an outer contact."""

    def __init__(self, emails: Emails) -> None:
        self.ids = [] if emails.any else message_ids(emails)
        self.nothing = not emails.any and not self.ids

    @property
    def is_one(self) -> bool:
        """One message goes to an address once, so one row answers."""
        return len(self.ids) == 1

    def rows(self) -> QuerySet[Delivery]:
        mails = Delivery.objects.filter(address_id=OuterRef("address_id"))
        if self.is_one:
            return mails.filter(message_id=self.ids[0])
        if self.ids:
            return mails.filter(message_id__in=self.ids)
        every = Message.objects.filter(channel=Channel.MARKETING)
        return mails.filter(message_id__in=every.values("pk"))

    def some(self, condition: Q) -> Exists:
        return Exists(self.rows().filter(condition))


def matches(operator: str, emails: Emails) -> Any:
    """The condition on Contact for one kind of activity; never null."""
    mails, activity = Mails(emails), ACTIVITIES[operator]
    if mails.nothing:
        return Value(False, BooleanField())
    if activity.missing is None or activity.absent is None:
        return mails.some(activity.did)
    known = Q((activity.tracked, True)) if activity.tracked else Q()
    if mails.is_one:
        return mails.some(activity.did & activity.absent & known)
    contrary = activity.missing
    if activity.tracked:
        contrary |= activity.did & Q((activity.tracked, False))
    return Q(mails.some(activity.did)) & ~mails.some(contrary)


def unknowable(operator: str, emails: Emails) -> Any | None:
    """Those of whom tracking was off, so that nobody can know; None: all is known."""
    mails, activity = Mails(emails), ACTIVITIES[operator]
    if mails.nothing or not activity.tracked or activity.missing is None:
        return None
    blind = mails.some(activity.did & Q((activity.tracked, False)))
    return Q(blind) & ~mails.some(activity.missing)
