"""What was sent to whom, and what became of it."""

from deliveries.models.caught import UNSUBSCRIBE_PREFIX, CaughtMail, CaughtMailQuerySet
from deliveries.models.days import Day
from deliveries.models.delivery import (
    Delivery,
    DeliveryQuerySet,
    DeliveryState,
    Verdict,
)
from deliveries.models.domains import (
    DomainState,
    KeyState,
    SendingDomain,
    SigningKey,
)
from deliveries.models.events import Event, EventKind, Forgotten
from deliveries.models.holds import Hold, HoldCause, HoldKind, HoldQuerySet
from deliveries.models.journals import Journal
from deliveries.models.late import Late
from deliveries.models.messages import Bound, Channel, Link, LinkKind, Message
from deliveries.models.months import Month
from deliveries.models.references import ProviderMail
from deliveries.models.relays import ProviderLimit, Relay, Security, Spent
from deliveries.models.rulesets import RuleSet
from deliveries.models.seen import LastSeen
from deliveries.models.touched import Touched
from deliveries.models.waves import Pace, Wave

__all__ = [
    "UNSUBSCRIBE_PREFIX",
    "Bound",
    "CaughtMail",
    "CaughtMailQuerySet",
    "Channel",
    "Day",
    "Delivery",
    "DeliveryQuerySet",
    "DeliveryState",
    "DomainState",
    "Event",
    "EventKind",
    "Forgotten",
    "Hold",
    "HoldCause",
    "HoldKind",
    "HoldQuerySet",
    "Journal",
    "KeyState",
    "LastSeen",
    "Late",
    "Link",
    "LinkKind",
    "Message",
    "Month",
    "Pace",
    "ProviderLimit",
    "ProviderMail",
    "Relay",
    "RuleSet",
    "Security",
    "SendingDomain",
    "SigningKey",
    "Spent",
    "Touched",
    "Verdict",
    "Wave",
]
