"""One mail, step by step: what was asked about it, with which answer, what it met.

Read from what was written down at the time: the rules in their version, the reason,
every answer of the server, the events with the signs that their verdict was made of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Account
from consent.models import Suppression
from deliveries.clock import zone_of
from deliveries.models import Delivery, DeliveryState, Event
from deliveries.rulesets import QUIET_HOURS, spoken
from deliveries.verdicts import MEANINGS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Answers to one rule, as the interface draws them.
PASSED, KEPT_OUT, AS_WELL = "passed", "kept_out", "as_well"
NOT_ASKED, ASKED_LATER = "not_asked", "asked_later"
# what only delays is asked when a mail is about to start
LAST_MOMENT = frozenset({"on_hold", QUIET_HOURS})
YES = frozenset({"no_consent", "no_basis"})
MOST_EVENTS = 50


@dataclass(frozen=True, slots=True)
class Check:
    """One rule and its answer. `terms`: what it allows; `note`: what decided."""

    label: str
    answer: str
    terms: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer of the receiving server."""

    at: dt.datetime | None
    answer: str
    words: str


@dataclass(frozen=True, slots=True)
class Sign:
    """An open, a click or a press, and why it was judged so."""

    at: dt.datetime
    label: str
    link: str
    verdict: str
    reasons: tuple[StrOrPromise, ...]


def day(moment: dt.datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")


def allowed_by(mail: Delivery) -> str:
    """What it left on, in short words; '' where nothing was written down."""
    if mail.ledger_at is None:
        return ""
    said: dict[str, object] = {"rules": mail.rule_set_id, "record": mail.ledger_at}
    if mail.consent is None:
        return (
            _(
                "left without need of a yes, rules version %(rules)s, ledger record"
                " %(record)s"
            )
            % said
        )
    said["day"] = day(mail.consent.occurred_at)
    return (
        _(
            "left on the yes of %(day)s, rules version %(rules)s, ledger record"
            " %(record)s"
        )
        % said
    )


def asked_at(mail: Delivery) -> dt.datetime:
    """When the rules were asked for the last time."""
    if mail.state == DeliveryState.NOT_SENT:
        return mail.settled_at or mail.queued_at
    return mail.started_at or mail.claimed_at or mail.queued_at


def checks(mail: Delivery, label: Callable[[str], str]) -> list[Check]:
    """Each rule in its order; none for mails of before the rules were kept. `label`:
    the words for a reason that is no rule of the table, as that of one email."""
    if mail.rule_set is None:
        return []
    reason = mail.reason if mail.state == DeliveryState.NOT_SENT else ""
    noes = _noes(mail)
    found, is_open = [], True
    for rule in mail.rule_set.rules:
        key = rule["key"]
        answer = _answer(mail, key, reason) if is_open else _beside(key, noes)
        is_open = is_open and key != reason
        note = _note(mail, key, answer, noes)
        said, terms = spoken(mail.rule_set.channel, rule)
        found.append(Check(said, answer, terms, note))
    if reason and is_open:
        found.append(Check(label(reason), KEPT_OUT))
    return found


def _answer(mail: Delivery, key: str, reason: str) -> str:
    if key == reason:
        return KEPT_OUT
    if key in LAST_MOMENT and not _came_up(mail):
        return ASKED_LATER if mail.state == DeliveryState.QUEUED else NOT_ASKED
    return PASSED


def _came_up(mail: Delivery) -> bool:
    """It was its turn to start, if it did or not."""
    kept_out = mail.state == DeliveryState.NOT_SENT and mail.settled_at is not None
    return mail.claimed_at is not None or kept_out


def _beside(key: str, noes: dict[str, dt.datetime]) -> str:
    """One reason is enough; others that stood at that time are told."""
    return AS_WELL if key in noes else NOT_ASKED


def _noes(mail: Delivery) -> dict[str, dt.datetime]:
    """{reason: since when} of the suppressions that were in force when it was asked."""
    at = asked_at(mail)
    rows = Suppression.objects.filter(
        Q(lifted_at=None) | Q(lifted_at__gt=at),
        address=mail.address_id,
        created_at__lte=at,
    )
    covering = rows.covering(mail.message.subscription_type)
    return dict(covering.order_by("-occurred_at").values_list("reason", "occurred_at"))


def _note(mail: Delivery, key: str, answer: str, noes: dict[str, dt.datetime]) -> str:
    if answer in {KEPT_OUT, AS_WELL} and key in noes:
        return _("since %(day)s") % {"day": day(noes[key])}
    if answer == PASSED and key in YES and mail.consent:
        agreed = day(mail.consent.occurred_at)
        said = {"day": agreed, "record": mail.consent_id}
        return _("agreed on %(day)s, ledger record %(record)s") % said
    if answer == PASSED and key == QUIET_HOURS and mail.started_at:
        return _left_at(mail, mail.started_at)
    return ""


def _left_at(mail: Delivery, moment: dt.datetime) -> str:
    """By the clock of the reader."""
    zone = mail.contact.time_zone if mail.contact else ""
    there = zone_of(zone, Account.current().time_zone)
    said = {"place": there.key.replace("_", " ")}
    said["time"] = date_format(moment.astimezone(there), "TIME_FORMAT")
    return _("left at %(time)s in %(place)s") % said


# how the last answer of a server is drawn
_LAST = {
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.REFUSED: "bounced",
    DeliveryState.EXPIRED: "expired",
}


def attempts(mail: Delivery) -> list[Attempt]:
    """What the server said, in order."""
    found = [
        Attempt(dt.datetime.fromisoformat(one["at"]), "deferred", _words(one))
        for one in mail.put_off or ()
    ]
    last = _LAST.get(DeliveryState(mail.state))
    if last and mail.smtp_code:
        said = {
            "code": mail.smtp_code,
            "enhanced": mail.enhanced_code,
            "reply": mail.reply,
        }
        found.append(Attempt(mail.settled_at, last, _words(said)))
    return found


def _words(said: dict[str, object]) -> str:
    code, enhanced, reply = (str(said[key]) for key in ("code", "enhanced", "reply"))
    reply = reply.removeprefix(enhanced).strip() if enhanced else reply
    return " ".join(part for part in (code, enhanced, reply) if part)


def signs(mail: Delivery) -> Iterator[Sign]:
    """The newest opens, clicks and presses, the first of them first."""
    rows = Event.objects.filter(message=mail.message_id, delivery_id=mail.pk)
    newest = rows.select_related("link").order_by("-at", "-pk")[:MOST_EVENTS]
    for event in reversed(newest):
        yield Sign(
            event.at,
            event.get_kind_display(),
            str(event.link) if event.link else "",
            event.verdict,
            tuple(MEANINGS.get(name, name) for name in event.signals),
        )
