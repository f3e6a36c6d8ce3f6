"""A form was sent: take it at once, or ask the owner of the address first.

What is done never shows: the answer to the sender is the same for an address that is
new, known, blocked or asked too often. Everything happens under the lock of the
address, so that two sign-ups at once count as two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import translation

from accounts.languages import known
from accounts.models import Account, AuditEntry, User
from consent.addresses import Parsed
from consent.models import Address, ConsentText, Grant, SubscriptionType, Suppression
from consent.vocabulary import OPT_OUT_REASONS, Grade, Mechanism, Reason
from contacts.models import Contact
from signups import policy
from signups.agreeing import agree
from signups.asking import ask
from signups.models import Form, State, Submission, Version

PROVED = (Grade.DOUBLE_OPT_IN, Grade.RECONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who sent it, as far as the request tells. `gesture`: a hand was on the button."""

    ip: str | None = None
    user_agent: str = ""
    page: str = ""
    gesture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody filled in. `types`: what she ticked, or what the button says."""

    version: Version
    parsed: Parsed
    email: str
    types: Sequence[SubscriptionType]
    answers: dict[str, Any] = field(default_factory=dict)
    tracking: bool = False
    visitor: Visitor = field(default_factory=Visitor)


@transaction.atomic
def take(entry: Entry) -> Submission:
    """Keep the sign-up and do what its state says. TooMany changes nothing."""
    form = entry.version.form
    Submission.objects.check_crowd(form, entry.visitor.ip)
    pk = Address.objects.hold([entry.parsed])[entry.parsed.key]
    address = Address.objects.get(pk=pk)
    state = state_of(form, address, entry)
    submission = _keep(entry, address)
    if state is State.TAKEN:
        agree(submission, Mechanism.FORM, Grade.EVIDENCED)
    if state is not State.PENDING:
        submission.settle(state, among=[State.PENDING])
    else:
        ask(submission, address)
    return submission


def _keep(entry: Entry, address: Address) -> Submission:
    submission = Submission.objects.create(
        form=entry.version.form,
        text=entry.version.text,
        address=address,
        email=entry.email,
        answers=entry.answers,
        tracking=entry.tracking,
        ip=entry.visitor.ip,
        user_agent=entry.visitor.user_agent,
        page=entry.visitor.page,
    )
    submission.types.set(entry.types)
    return submission


def state_of(form: Form, address: Address, entry: Entry) -> State:
    """What becomes of a sign-up; the address is locked."""
    noes = noes_to(address, entry.types)
    if not noes and has_confirmed(address, entry.types):
        return State.KNOWN
    shared = policy.is_shared(entry.parsed.key)
    if not form.double_opt_in and not noes and not shared:
        return State.TAKEN
    if may_ask(address, noes, by_hand=entry.visitor.gesture):
        return State.PENDING
    return State.CAPPED


def noes_to(address: Address, types: Sequence[SubscriptionType]) -> list[Suppression]:
    """What this person, or somebody for her, said no to; of all these kinds."""
    said = Suppression.objects.active().filter(
        address=address, reason__in=OPT_OUT_REASONS
    )
    return [no for no in said if any(no.covers(kind) for kind in types)]


def has_confirmed(address: Address, types: Sequence[SubscriptionType]) -> bool:
    proved = Grant.objects.filter(
        address=address, subscription_type__in=types, grade__in=PROVED
    )
    return proved.count() == len(types)


def may_ask(address: Address, noes: Sequence[Suppression], *, by_hand: bool) -> bool:
    """Whether one more mail may go: not too often, not to who said it wasn't her, and
    to who reported us as spam only when a hand, not a script, asks for it."""
    hers = Submission.objects.filter(address=address)
    complained = any(no.reason == Reason.COMPLAINT for no in noes)
    if hers.disowned().exists() or (complained and not by_hand):
        return False
    return not hers.mailed().exceeds(policy.MAILS)


@transaction.atomic
def invite(contact: Contact, kind: SubscriptionType, user: User) -> bool:
    """Staff send her the link with which she can subscribe (again) herself; False
    when she got as many as may be, or said that it wasn't her."""
    if contact.address is None:
        return False
    Address.objects.lock([contact.address.pk])
    if not may_ask(contact.address, [], by_hand=True):
        return False
    language = known(contact.language) or Account.current().language
    with translation.override(language):
        words = f"{kind.words.name}, {kind.brand}"
    submission = Submission.objects.create(
        invited_by=user,
        text=ConsentText.of(words, language),
        address=contact.address,
        email=contact.email,
    )
    submission.types.set([kind])
    ask(submission, contact.address)
    AuditEntry.objects.record(
        user,
        f"sent a link to subscribe to {kind}",
        subject=str(contact),
        url=contact.get_absolute_url(),
    )
    return True
