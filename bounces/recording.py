"""A report comes in: keep it, find out whom it is about, act once.

Who it is about is said by a signed token of ours alone (bounces/who.py). Anybody can
send a bounce or a complaint about anybody else: without a valid token a report changes
nothing and waits for a person. What becomes of a mail does not depend on the order in
which reports about it come: the gravest counts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from bounces import acting, judging
from bounces.categories import COMPLAINT, Doing, Kind
from bounces.classify import judged
from bounces.codes import REPLY, Judgement
from bounces.models import Bounce, Outcome, Report, Source
from bounces.parse import parse
from bounces.parsed import Kind as Said
from bounces.parsed import Parsed
from bounces.who import delivery_of, token_of
from consent.models import Address
from consent.vocabulary import Act, Action, Actor, Mechanism
from deliveries.models import Delivery, DeliveryState
from deliveries.tokens import Token

# A report that comes later than this is looked at by a person.
LATEST = {Said.FAILED: dt.timedelta(days=14), Said.COMPLAINT: dt.timedelta(days=365)}
GRAVITY = {Kind.SOFT: 1, Kind.BLOCK: 2, Kind.HARD: 3}

Made = tuple[Outcome, str]
NOTHING_TO_DO = {
    Said.DELAYED: "A notice of delay: the other server goes on trying.",
    Said.DELIVERED: "A notice of success.",
    Said.NO_COMPLAINT: "A report that is no complaint.",
    Said.AUTO_REPLY: "An automatic reply.",
    Said.AUTH_REPORT: "A report that a mail in our name could not prove who sent it.",
    Said.CHALLENGE: "A filter that asks whether a person sent the mail.",
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that came in. `said` and `token` are given when it is no mail: what
    it says, and whom a sender that proved itself says it is about."""

    raw: bytes
    source: Source
    envelope_to: str = ""
    said: Parsed | None = None
    token: Token | None = None

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.envelope_to.encode() + b"\n" + self.raw).digest()

    def read(self) -> Parsed:
        return self.said or parse(self.raw)


def record(raw: bytes, *, envelope_to: str = "", source: Source) -> Report:
    """Keep a report and act on it. The same one again changes nothing."""
    return take(Incoming(raw, source, envelope_to))


@transaction.atomic
def record_many(coming: Iterable[Incoming]) -> list[Report]:
    """The same for many, with one commit. Addresses are locked in the order of their
    numbers, so that two workers never wait for each other in a circle."""
    read = [(one, one.read()) for one in coming]
    tokens = [one.token or token_of(parsed, one.envelope_to) for one, parsed in read]
    Address.objects.lock({token.address_id for token in tokens if token})
    return [
        _take(one, parsed, token)
        for (one, parsed), token in zip(read, tokens, strict=True)
    ]


@transaction.atomic
def take(coming: Incoming) -> Report:
    parsed = coming.read()
    return _take(coming, parsed, coming.token or token_of(parsed, coming.envelope_to))


def _take(coming: Incoming, parsed: Parsed, token: Token | None) -> Report:
    known = Report.objects.filter(digest=coming.digest).first()
    if known:
        return known
    report = Report(
        source=coming.source,
        digest=coming.digest,
        envelope_to=coming.envelope_to[:320],
        raw=coming.raw,
        kind=parsed.kind.value,
        outcome=Outcome.REVIEW,
    )
    report.save()
    report.outcome, report.explanation = _make_of(parsed, report, token)
    report.save(update_fields=["outcome", "explanation"])
    return report


def rejudge(report: Report) -> bool:
    """Read a report that waits once more, by the rules of today; whether it is settled
    now. Those from webhooks have proved who they are only once: they stay."""
    if report.outcome != Outcome.REVIEW or report.source == Source.WEBHOOK:
        return False
    with transaction.atomic():
        parsed = parse(bytes(report.raw))
        token = token_of(parsed, report.envelope_to)
        report.kind = parsed.kind.value
        report.outcome, report.explanation = _make_of(parsed, report, token)
        report.save(update_fields=["kind", "outcome", "explanation"])
    return report.outcome != Outcome.REVIEW


def _make_of(parsed: Parsed, report: Report, token: Token | None) -> Made:
    if parsed.kind in NOTHING_TO_DO:
        return Outcome.IGNORED, NOTHING_TO_DO[parsed.kind]
    if parsed.kind == Said.UNKNOWN:
        return Outcome.REVIEW, "No report in a format that we can read."
    if token is None:
        return Outcome.REVIEW, "It carries no valid token of ours."
    Address.objects.lock([token.address_id])
    delivery = delivery_of(token)
    if delivery is None:
        return Outcome.REVIEW, "The mail it is about is no longer on file."
    sent = delivery.started_at or delivery.queued_at
    if report.received_at - sent > LATEST[parsed.kind]:
        return Outcome.REVIEW, "It comes too late to be believed unseen."
    if parsed.kind == Said.COMPLAINT:
        return _complaint(delivery, report)
    return _failure(delivery, parsed, report)


def _complaint(delivery: Delivery, report: Report) -> Made:
    found = Judgement(COMPLAINT, Kind.COMPLAINT, Doing.COMPLAINED)
    if not _keep(judging.bounce_of(delivery, found), report):
        return Outcome.KNOWN, "This complaint was known."
    mail = Delivery.objects.filter(message_id=delivery.message_id, pk=delivery.pk)
    mail.filter(complained_at=None).update(complained_at=report.received_at)
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.FEEDBACK_LOOP,
        actor=Actor.MAILBOX_PROVIDER,
        occurred_at=report.received_at,
        explanation="Her mailbox provider reported our mail as spam.",
        source={"message": delivery.message_id, "delivery": delivery.pk},
    )
    acting.complain(judging.addresses_of([delivery]), act)
    return Outcome.DONE, "No more marketing to this address."


def _failure(delivery: Delivery, parsed: Parsed, report: Report) -> Made:
    """A bounce overturns "delivered", unless somebody has read the mail."""
    if delivery.opened_at or delivery.clicked_at:
        return Outcome.REVIEW, "The mail was read: another mailbox bounced, it seems."
    failure = parsed.chosen
    found = judged(failure, parsed)
    bounce = judging.bounce_of(delivery, found)
    reply = REPLY.search(f"{failure.text} ")
    bounce.code = int(reply[1]) if reply else None
    bounce.words = failure.text or parsed.notice[:2_000]
    bounce.enhanced_code = (found.status or failure.status)[:12]
    _keep(bounce, report)
    if not _is_graver(found, delivery):
        return Outcome.KNOWN, "This bounce was known, or a graver one."
    _write(delivery, bounce, report)
    judging.act([(delivery, found)])
    return Outcome.DONE, str(Doing(found.doing).label)


def _is_graver(found: Judgement, delivery: Delivery) -> bool:
    """Than what is known of this mail. Of two of the same kind the one that comes
    first in the alphabet counts: any order will do as long as it is one."""
    known = GRAVITY.get(Kind(delivery.bounce_kind), 0) if delivery.bounce_kind else 0
    new = GRAVITY[Kind(found.kind)]
    return new > known or (new == known and found.category < delivery.bounce_category)


def _write(delivery: Delivery, bounce: Bounce, report: Report) -> None:
    Delivery.objects.filter(message_id=delivery.message_id, pk=delivery.pk).update(
        state=DeliveryState.REFUSED,
        delivered_at=None,
        bounced_at=delivery.bounced_at or report.received_at,
        bounce_kind=bounce.kind,
        bounce_category=bounce.category,
        smtp_code=bounce.code,
        enhanced_code=bounce.enhanced_code,
        reply=bounce.words,
    )
    Bounce.objects.filter(delivery_id=delivery.pk, kind=bounce.kind).update(
        category=bounce.category, doing=bounce.doing, words=bounce.words
    )


def _keep(bounce: Bounce, report: Report) -> bool:
    """Whether this delivery came back with this kind for the first time."""
    if Bounce.objects.filter(delivery_id=bounce.delivery_id, kind=bounce.kind).exists():
        return False
    bounce.report, bounce.at = report, report.received_at
    bounce.save()
    return True


def waiting() -> Iterable[Report]:
    """Reports that nothing could be made of yet, oldest first."""
    return Report.objects.filter(outcome=Outcome.REVIEW).order_by("pk").iterator(100)
