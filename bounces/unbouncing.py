"""Giving an address back that was blocked by a bounce.

A person may do so once per address ever, a limited number of times a month, and never
for a mailbox that is not there. The row of the account is the lock of the quota: of
two people who ask for the last one, one gets it and the other a sentence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Account, AuditEntry, User
from accounts.roles import Right
from bounces.domains import Found, ask_soon
from bounces.locks import GLOBAL, LOCKED
from bounces.models import Bounce, Change, Release, Way
from bounces.shown import shown_as
from consent.models import Address, Brand, Suppression
from consent.models.suppression import SuppressionQuerySet
from consent.vocabulary import (
    BOUNCE_REASONS,
    Act,
    Action,
    Actor,
    LiftedBy,
    Mechanism,
    Reason,
)
from contacts.models import Contact, HardBounceReason
from deliveries import domains

LEAST, MOST, SHARE = 10, 1_000, 50  # one of 50: two per cent


class NotUnbounced(ValueError):
    """It was not done; the message says why and what else can be done."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many unbounces people may do in this month of the account, all together."""

    limit: int
    used: int
    month: dt.date

    @classmethod
    def of(cls, account: Account) -> Quota:
        first = account.today().replace(day=1)
        begin = dt.datetime.combine(first, dt.time(), account.zone)
        contacts, _ = Contact.objects.total()
        used = Release.objects.by_people_since(begin).count()
        return cls(min(MOST, max(LEAST, contacts // SHARE)), used, first)

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def renews_on(self) -> dt.date:
        return (self.month + dt.timedelta(days=32)).replace(day=1)

    @property
    def words(self) -> str:
        return f"{self.left:,} of {self.limit:,} unbounces left in {self.month:%B}"

    @property
    def used_up(self) -> str:
        return (
            f"All {self.limit:,} unbounces of {self.month:%B} are used. New ones are"
            f" there on {self.renews_on:%-d %B}; ask the person to sign up again with"
            " a form, or change the address on the contact."
        )


def obstacles(contact: Contact, user: User) -> list[str]:
    """Why this contact cannot be unbounced now, as sentences; none when it can."""
    return [*_of_the_user(user), *_of_the_address(contact)]


def _of_the_user(user: User) -> list[str]:
    found = []
    if not user.may(Right.UNBOUNCE):
        found.append(
            "You may not unbounce contacts. An administrator can do it, or give you"
            " a role that may."
        )
    if not is_domain_connected():
        found.append(
            "No email sending domain is connected. Set the sender address of a brand in"
            " the settings, and connect its domain under Settings, Sending domains."
        )
    return found


def is_domain_connected() -> bool:
    """Some brand sends from a domain that may send."""
    senders = Brand.objects.exclude(from_email="").values_list("from_email", flat=True)
    names = {domains.domain_of(one) for one in senders}
    return any(domains.is_connected(name) for name in names)


def _of_the_address(contact: Contact) -> list[str]:
    reasons = set(_blocks(contact).values_list("reason", flat=True))
    if not reasons:
        return ["No bounce keeps this contact from being mailed."]
    if Reason.GLOBAL_BLOCK in reasons:
        return [GLOBAL]
    locks = [LOCKED[one] for one in LOCKED if one in what_is_known(contact, reasons)]
    if locks:
        return locks[:1]
    if unbounced_before(contact):
        return [
            "This address was unbounced once already, and that works only once. Ask"
            " the person for another address, or to sign up again with a form."
        ]
    return []


def no_mail_at(domain: str, found: Found) -> str:
    """Why nobody at `domain` can be unbounced today."""
    return (
        f"{domain} {found.value}, so the mail would come back again. Ask the person for"
        " another address and change it on the contact."
    )


def mail_at(contacts: Iterable[Contact]) -> dict[str, Found]:
    """What the DNS says now of the domains of these; seconds at most."""
    names = (one.address.domain for one in contacts if one.address)
    return ask_soon(name for name in names if name)


def unbounced_before(contact: Contact) -> bool:
    rows = Release.objects.filter(way=Way.PERSON, address=contact.address_id)
    return rows.exists()


def what_is_known(contact: Contact, reasons: set[str]) -> set[str]:
    """Every reason on file for which this address is blocked, as marketers call it."""
    known = {contact.hard_bounce_reason}
    if Reason.DEAD_ADDRESS in reasons:
        known.add(HardBounceReason.UNKNOWN_USER)
    since = Release.objects.filter(address=contact.address_id).order_by("-at").first()
    blocking = Bounce.objects.filter(address=contact.address_id, kind="hard")
    if since:
        blocking = blocking.filter(at__gt=since.at)
    categories = blocking.values_list("category", flat=True)
    return known | {shown_as(category) for category in categories}


def _blocks(contact: Contact) -> SuppressionQuerySet:
    return Suppression.objects.active().filter(
        address=contact.address_id or 0, reason__in=BOUNCE_REASONS
    )


def words_of(contact: Contact) -> str:
    """What the server said last; empty when that came from elsewhere."""
    rows = Bounce.objects.filter(address=contact.address_id or 0).exclude(words="")
    return rows.order_by("-at").values_list("words", flat=True).first() or ""


def unbounce(contact: Contact, user: User, change: Change, note: str) -> Release:
    """Give this contact back by hand. NotUnbounced says why it was not done. The DNS
    is asked before anything is locked."""
    for domain, found in mail_at([contact]).items():
        if found.is_gone:
            raise NotUnbounced(no_mail_at(domain, found))
    return _give_back(contact, user, change, note)


@transaction.atomic
def _give_back(contact: Contact, user: User, change: Change, note: str) -> Release:
    account = Account.objects.select_for_update(no_key=True).get(id=1)
    quota = Quota.of(account)
    Address.objects.lock([contact.address_id or 0])
    contact.refresh_from_db()
    if found := obstacles(contact, user):
        raise NotUnbounced(found[0])
    if not quota.left:
        raise NotUnbounced(quota.used_up)
    release = Release.objects.create(
        address_id=contact.address_id or 0,  # without one there was an obstacle
        way=Way.PERSON,
        user=user,
        was=contact.hard_bounce_reason or HardBounceReason.OTHER,
        words=words_of(contact),
        change=change,
        note=note,
    )
    lift(
        [release.address_id],
        Act(
            action=Action.RELEASED,
            mechanism=Mechanism.STAFF,
            actor=Actor.STAFF,
            user_id=user.pk,
            explanation=f"Unbounced. {change.label}: {note}",
            source={"release": release.pk},
        ),
    )
    AuditEntry.objects.record(
        user,
        "unbounced a contact",
        subject=str(contact),
        url=contact.get_absolute_url(),
        detail={"change": change.value, "note": note},
    )
    return release


def lift(
    address_ids: list[int], act: Act, *, way: LiftedBy = LiftedBy.UNBOUNCE
) -> set[int]:
    """End what a bounce blocked as far as that may end; the addresses it did for."""
    rows = Suppression.objects.filter(address_id__in=address_ids)
    lifted = rows.lift(way, act)
    still = Suppression.objects.active().filter(
        address_id__in=lifted, reason__in=BOUNCE_REASONS
    )
    free = lifted - set(still.values_list("address_id", flat=True))
    Contact.objects.filter(address_id__in=free).update(
        hard_bounce_reason="", updated_at=timezone.now()
    )
    return free


def blocked_otherwise() -> Exists:
    """Whether anything but our own count of bounces blocks the address of a block: what
    gives back many at once leaves that to a person."""
    others = set(BOUNCE_REASONS) - {Reason.BOUNCED}
    rows = Suppression.objects.active().filter(address=OuterRef("address"))
    return Exists(rows.filter(reason__in=others))


def sorted_out(
    chosen: list[Contact], user: User
) -> tuple[list[Contact], list[tuple[Contact, str]]]:
    """Those that can be unbounced now, and the others with the reason."""
    can: list[Contact] = []
    cannot: list[tuple[Contact, str]] = []
    said = mail_at(chosen)
    for contact in chosen:
        found = obstacles(contact, user)
        domain = contact.address.domain if contact.address else None
        if domain and said.get(domain, Found.UNKNOWN).is_gone:
            found.append(no_mail_at(domain, said[domain]))
        if found:
            cannot.append((contact, found[0]))
        else:
            can.append(contact)
    return can, cannot


def unbounce_all(
    contacts: list[Contact], user: User, change: Change, note: str
) -> tuple[list[Contact], dict[str, int]]:
    """Give back as many of these as may be: (those, how many were refused why). What
    the DNS says of their domains is asked by `sorted_out`, before."""
    done: list[Contact] = []
    refused: dict[str, int] = {}
    for contact in contacts:
        try:
            _give_back(contact, user, change, note)
        except NotUnbounced as problem:
            refused[str(problem)] = refused.get(str(problem), 0) + 1
        else:
            done.append(contact)
    return done, refused
