"""Which addresses a form takes, how often, and what to ask about. Pure; tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


def set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Nobody who reads these mails can agree for the others who read them, and scripts
# answer some of them (RFC 2142 names most): never written to.
MACHINE_ROLES = set_of(
    "abuse hostmaster listserv mailer-daemon majordomo no-reply noc noreply"
    " postmaster root security spam usenet webmaster"
)
# Read by several people: only with a confirmation by one of them.
SHARED_ROLES = set_of(
    "admin billing contact hello help hr info jobs kontakt mail marketing office"
    " press sales service support team"
)
# Mailboxes that are thrown away within the hour.
DISPOSABLE = set_of(
    "10minutemail.com 33mail.com dispostable.com emailondeck.com fakeinbox.com"
    " getairmail.com getnada.com guerrillamail.com guerrillamail.net"
    " guerrillamail.org maildrop.cc mailinator.com mailnesia.com mintemail.com"
    " mohmal.com mytemp.email sharklasers.com spamgourmet.com temp-mail.org"
    " tempail.com tempmail.dev tempr.email throwawaymail.com trashmail.com"
    " trashmail.de yopmail.com yopmail.fr"
)
# What hands type for what they mean. Asked about, never corrected: the mistyped
# domain may be somebody's.
WELL_KNOWN = (
    *("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "yahoo.com"),
    *("icloud.com", "live.com", "proton.me", "gmx.de", "gmx.net", "web.de"),
)
SISTERS = frozenset(
    {"ymail.com", "email.com", "mail.com", "gmx.com", "gmx.at", "me.de"}
)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` within `span`."""

    count: int
    span: dt.timedelta


# confirmation mails to one address, whatever form they were asked for with
MAILS = (Limit(1, dt.timedelta(minutes=10)), Limit(3, dt.timedelta(hours=24)))
# sign-ups from one place, and with one form
FROM_IP = (Limit(10, dt.timedelta(minutes=10)), Limit(40, dt.timedelta(hours=24)))
WITH_FORM = (Limit(600, dt.timedelta(minutes=10)),)


def local_part(key: str) -> str:
    """Of a match key, without what stands behind a plus."""
    return key.rpartition("@")[0].partition("+")[0]


def is_machine(key: str) -> bool:
    return local_part(key) in MACHINE_ROLES


def is_shared(key: str) -> bool:
    return local_part(key) in SHARED_ROLES


def is_disposable(domain: str) -> bool:
    labels = domain.split(".")
    parents = (".".join(labels[at:]) for at in range(len(labels) - 1))
    return any(parent in DISPOSABLE for parent in parents)


def meant(domain: str) -> str:
    """The well-known domain one slip of the hand away; empty when there is none."""
    if domain in WELL_KNOWN or domain in SISTERS:
        return ""
    near = (one for one in WELL_KNOWN if is_one_slip(domain, one))
    return next(near, "")


def is_one_slip(typed: str, right: str) -> bool:
    """One letter too many, too few, wrong, or two in each other's place."""
    if abs(len(typed) - len(right)) > 1:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(typed, right, strict=False)) if a != b),
        min(len(typed), len(right)),
    )
    a, b = typed[start:], right[start:]
    swapped = a[1::-1] == b[:2] and len(a) > 1 and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]
