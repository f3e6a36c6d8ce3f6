"""The yes of the thank-you page: how matters stand for one reader, and committing it.

Committed under the lock of the address, with its evidence on the ledger. What the
person said before decides how far a yes can reach: a late one ends the opt-out of a
re-engagement campaign and no other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy

from consent.models import Address, ConsentText, Grant, Suppression
from consent.vocabulary import (
    OPT_OUT_REASONS,
    Act,
    Action,
    Actor,
    Evidence,
    Grade,
    LegalBasis,
    LiftedBy,
    Mechanism,
    Reason,
)
from deliveries.eventlog import Hit
from deliveries.models import (
    Channel,
    Delivery,
    Event,
    EventKind,
    Link,
    LinkKind,
    Message,
    Verdict,
)
from deliveries.tokens import Token
from deliveries.verdicts import Judgement

# what the button says; part of the evidence
WORDS = gettext_lazy("Yes, keep me subscribed")
# the trait of a press that says which one the page spoke
LANGUAGE = "language"
CHANNELS = (Channel.MARKETING, Channel.SEQUENCE)


class Standing(Enum):
    """What the page has to say."""

    ASK = "ask"  # one more step
    NOTED = "noted"  # pressed, and not judged yet
    CONFIRMED = "confirmed"
    LATE = "late"  # opted out for staying silent: the button brings her back
    LEFT = "left"  # opted out by herself or by a list: this link cannot undo it
    TRIAL = "trial"  # a test send, or a mail that is long gone


@dataclass(frozen=True, slots=True)
class Yes:
    """One press of the button, or click on a confirm link with a page of its own."""

    event_id: int
    at: dt.datetime
    message_id: int
    delivery_id: int
    address_id: int
    ip: str | None
    user_agent: str
    traits: dict[str, Any]
    words: str = ""  # what stood on what was pressed; "": our own button


@dataclass(frozen=True, slots=True)
class Question:
    """What the page shows. `since` belongs to LEFT and LATE."""

    message: Message
    standing: Standing
    reason: Reason | None = None
    since: dt.datetime | None = None


def ask(token: Token) -> Question | None:
    """How matters stand for the reader of `token`; None when there is no such mail."""
    message = (
        Message.objects.filter(pk=token.message_id)
        .select_related("brand", "subscription_type")
        .first()
    )
    if message is None:
        return None
    delivery = mail_of(token.message_id, token.delivery_id, token.address_id)
    if delivery is None or message.channel not in CHANNELS:
        return Question(message, Standing.TRIAL)
    said = opt_outs(message, token.address_id).order_by("occurred_at")
    own = said.exclude(reason=Reason.SUNSET).last()
    if own:
        return Question(message, Standing.LEFT, Reason(own.reason), own.occurred_at)
    if is_noted(delivery):
        return Question(message, Standing.NOTED)
    sunset = said.last()
    if sunset:
        since = sunset.occurred_at
        return Question(message, Standing.LATE, Reason.SUNSET, since)
    confirmed = delivery.confirmed_at is not None
    return Question(message, Standing.CONFIRMED if confirmed else Standing.ASK)


def mail_of(message_id: int, delivery_id: int, address_id: int) -> Delivery | None:
    return Delivery.objects.filter(
        message_id=message_id, pk=delivery_id, address_id=address_id
    ).first()


def opt_outs(message: Message, address_id: int) -> Any:
    """The active ones that forbid the mails of this message's type."""
    return (
        Suppression.objects.active()
        .filter(address_id=address_id, reason__in=OPT_OUT_REASONS)
        .covering(message.subscription_type)
    )


def is_noted(delivery: Delivery) -> bool:
    """Pressed, and the verdict on it is still to come."""
    presses = Event.objects.filter(delivery_id=delivery.pk, kind=EventKind.CONFIRM)
    return presses.awaited().exists()


def store_press(hit: Hit, evidence: dict[str, Any]) -> Event:
    """One press as it reached us, with what the page's script saw of it."""
    link = Link.objects.filter(message=hit.message_id, kind=LinkKind.CONFIRM).first()
    return Event.objects.create(
        at=hit.at,
        kind=EventKind.CONFIRM,
        message_id=hit.message_id,
        delivery_id=hit.delivery_id,
        address_id=hit.address_id,
        link=link,
        method=hit.method,
        ip=hit.ip,
        user_agent=hit.user_agent,
        traits=hit.traits | evidence,
    )


@transaction.atomic
def commit(yes: Yes, judgement: Judgement) -> bool:
    """Write the yes of a person; False where it was none, or an opt-out stands
    against it. Safe to repeat: the same mail confirms once.
    """
    if judgement.verdict != Verdict.HUMAN:
        return False
    Address.objects.lock([yes.address_id])
    message = (
        Message.objects.select_related("subscription_type")
        .filter(pk=yes.message_id, channel__in=CHANNELS)
        .first()
    )
    if message is None:
        return False
    said = opt_outs(message, yes.address_id)
    if said.exclude(reason=Reason.SUNSET).exists():
        return False
    sunset = said.filter(reason=Reason.SUNSET)
    if not _claim(yes) and not sunset.exists():
        return True
    act = act_of(yes, message, judgement)
    sunset.lift(LiftedBy.LATE_CONFIRMATION, replace(act, action=Action.LATE_CONFIRMED))
    Grant.objects.give(
        [yes.address_id], message.subscription_type, act, Grade.RECONFIRMED
    )
    return True


def _claim(yes: Yes) -> bool:
    """Whether this is the first yes to this mail."""
    mail = Delivery.objects.filter(message_id=yes.message_id, pk=yes.delivery_id)
    return mail.filter(confirmed_at=None).update(confirmed_at=yes.at) == 1


def act_of(yes: Yes, message: Message, judgement: Judgement) -> Act:
    return Act(
        action=Action.RENEWED,
        mechanism=Mechanism.PERMISSION_PASS,
        actor=Actor.CONTACT,
        basis=LegalBasis.CONSENT,
        occurred_at=yes.at,
        explanation=f"Confirmed from the email “{message.name}”.",
        text_id=_words_shown(yes, message).pk,
        source={
            "message": yes.message_id,
            "delivery": yes.delivery_id,
            "event": yes.event_id,
        },
        evidence=Evidence(
            ip=yes.ip,
            user_agent=yes.user_agent,
            detail={
                "verdict": judgement.verdict.value,
                "score": judgement.score,
                "signals": judgement.signals,
                **yes.traits,
            },
        ),
    )


def _words_shown(yes: Yes, message: Message) -> ConsentText:
    """As they stood there, in the language in which they stood there."""
    language = yes.traits.get(LANGUAGE, "en")
    with translation.override(language):
        kind = message.subscription_type.words
        words = f"{yes.words or WORDS}: {kind.name}, {message.brand.name}"
    return ConsentText.of(words, language)
