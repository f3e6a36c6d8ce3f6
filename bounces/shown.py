"""How marketers call a category where an address is blocked for it."""

from __future__ import annotations

from bounces.categories import CATEGORIES, Kind
from contacts.models import HardBounceReason

# What marketers call it where an address is blocked for it; the rest is "other".
SHOWN: dict[str, HardBounceReason] = {
    "unknown_user": HardBounceReason.UNKNOWN_USER,
    "address_moved": HardBounceReason.UNKNOWN_USER,
    "domain_no_mail": HardBounceReason.UNKNOWN_USER,
    "dns_failure": HardBounceReason.UNKNOWN_USER,
    "mailbox_full": HardBounceReason.MAILBOX_FULL,
    "reputation": HardBounceReason.POLICY,
    "sender_rejected": HardBounceReason.POLICY,
    "auth": HardBounceReason.POLICY,
    "relay_denied": HardBounceReason.POLICY,
    "policy": HardBounceReason.POLICY,
    "sender_dns": HardBounceReason.POLICY,
    "filtered": HardBounceReason.SPAM,
    "spam": HardBounceReason.SPAM,
    "content": HardBounceReason.CONTENT,
    "virus": HardBounceReason.CONTENT,
}
# What the switch "strict" blocks as well: held against the sender, by what it says
STRICTLY_BLOCKED = frozenset(
    key for key, shown in SHOWN.items() if CATEGORIES[key].kind == Kind.BLOCK
)


def shown_as(category: str) -> HardBounceReason:
    return SHOWN.get(category, HardBounceReason.OTHER)
