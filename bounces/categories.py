"""Why mail came back, and what is done about it: the policy, as tables.

Two things are kept apart: what is reported (kind and category) and what is done to
the address. Only a mailbox that is not there ends an address at once. What a server
holds against the sender (policy, reputation, content, authentication) never touches
the address: it says nothing about whether somebody reads there.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class Kind(models.TextChoices):
    """What is reported."""

    HARD = "hard", "Hard bounce"
    SOFT = "soft", "Soft bounce"
    BLOCK = "block", "Blocked"
    COMPLAINT = "complaint", "Spam complaint"


class Doing(models.TextChoices):
    """What is done to the address."""

    DEAD = "dead", "Blocked for good at once"
    COUNT = "count", "Counted; blocked when it goes on"
    COUNT_FULL = "count_full", "Counted as full; blocked when it goes on"
    NOTHING = "nothing", "Nothing"
    COMPLAINED = "complained", "No more marketing"


@dataclass(frozen=True, slots=True)
class Category:
    kind: Kind
    doing: Doing
    meaning: str


# Classes A to H of common practice: A dead, B domain, C full, D passing, E blocked,
# F our own fault, H unknown. The first column is stored: never change a key.
CATEGORIES: dict[str, Category] = {
    # A
    "unknown_user": Category(Kind.HARD, Doing.DEAD, "There is no such mailbox."),
    "address_moved": Category(
        Kind.HARD, Doing.DEAD, "The mailbox moved or changed its owner."
    ),
    "domain_no_mail": Category(Kind.HARD, Doing.DEAD, "The domain takes no mail."),
    # B: the domain may be back tomorrow
    "dns_failure": Category(
        Kind.HARD, Doing.COUNT, "The domain could not be found in the DNS."
    ),
    # C
    "mailbox_full": Category(Kind.SOFT, Doing.COUNT_FULL, "The mailbox is full."),
    # D
    "mailbox_disabled": Category(
        Kind.SOFT, Doing.COUNT, "The mailbox is switched off at the moment."
    ),
    "timeout": Category(Kind.SOFT, Doing.COUNT, "The server did not answer in time."),
    "network_error": Category(
        Kind.SOFT, Doing.COUNT, "The server could not be reached."
    ),
    "tls_failure": Category(
        Kind.SOFT, Doing.COUNT, "No encrypted connection could be made."
    ),
    "server_error": Category(
        Kind.SOFT, Doing.COUNT, "The receiving server has a problem of its own."
    ),
    "throttled": Category(
        Kind.SOFT, Doing.NOTHING, "The server wants our mail more slowly."
    ),
    "greylisted": Category(
        Kind.SOFT, Doing.NOTHING, "The server asked us to try again later."
    ),
    # E
    "reputation": Category(
        Kind.BLOCK, Doing.NOTHING, "The server does not trust our network or domain."
    ),
    "sender_rejected": Category(
        Kind.BLOCK, Doing.NOTHING, "The server refuses our sender address."
    ),
    "auth": Category(
        Kind.BLOCK, Doing.NOTHING, "SPF, DKIM or DMARC of our mail did not pass."
    ),
    "relay_denied": Category(
        Kind.BLOCK, Doing.NOTHING, "The server does not feel responsible for it."
    ),
    "policy": Category(
        Kind.BLOCK, Doing.NOTHING, "The server refuses our mail by a rule of its own."
    ),
    "filtered": Category(
        Kind.BLOCK, Doing.NOTHING, "A filter of the receiver stopped our mail."
    ),
    "spam": Category(Kind.BLOCK, Doing.NOTHING, "Our mail was taken for spam."),
    "content": Category(
        Kind.BLOCK, Doing.NOTHING, "Something in our mail was not accepted."
    ),
    "virus": Category(Kind.BLOCK, Doing.NOTHING, "Our mail was taken for a virus."),
    "suppressed": Category(
        Kind.BLOCK, Doing.NOTHING, "The provider keeps the address on a list."
    ),
    # F
    "sender_dns": Category(
        Kind.BLOCK, Doing.NOTHING, "Our own domain is not set up completely."
    ),
    "too_large": Category(Kind.SOFT, Doing.NOTHING, "Our mail was too large."),
    "protocol_error": Category(
        Kind.SOFT, Doing.NOTHING, "Our mail server and theirs misunderstood each other."
    ),
    # H
    "other": Category(Kind.SOFT, Doing.COUNT, "The server gave no reason we know."),
}
COMPLAINT = "complaint"
