"""A report comes in: keep it, find out whom it is about, act once.

Who it is about is said by the signed token of the return path alone. Anybody can send
a bounce or a complaint about anybody else: without a valid token a report changes
nothing and waits for a person.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.utils import timezone

from bounces import acting, judging
from bounces.categories import COMPLAINT, Doing, Kind
from bounces.classify import judged
from bounces.codes import REPLY, Judgement
from bounces.models import Bounce, Outcome, Report, Source
from bounces.parse import parse
from bounces.parsed import Kind as Said
from bounces.parsed import Parsed
from consent.models import Address
from consent.vocabulary import Act, Action, Actor, Mechanism
from deliveries.models import Delivery, DeliveryState
from deliveries.tokens import BadToken, Purpose, Token, read

# A report that comes later than this is looked at by a person.
LATEST = {Said.FAILED: dt.timedelta(days=14), Said.COMPLAINT: dt.timedelta(days=365)}

Made = tuple[Outcome, str]
NOTHING_TO_DO = {
    Said.DELAYED: "A notice of delay: the other server goes on trying.",
    Said.DELIVERED: "A notice of success.",
    Said.NO_COMPLAINT: "A report that is no complaint.",
    Said.AUTO_REPLY: "An automatic reply.",
    Said.AUTH_REPORT: "A report that a mail in our name could not prove who sent it.",
    Said.CHALLENGE: "A filter that asks whether a person sent the mail.",
}


@transaction.atomic
def record(raw: bytes, *, envelope_to: str = "", source: Source) -> Report:
    """Keep a report and act on it. The same one again changes nothing."""
    digest = hashlib.sha256(envelope_to.encode() + b"\n" + raw).digest()
    known = Report.objects.filter(digest=digest).first()
    if known:
        return known
    parsed = parse(raw)
    report = Report(
        source=source,
        digest=digest,
        envelope_to=envelope_to[:320],
        raw=raw,
        kind=parsed.kind.value,
        outcome=Outcome.REVIEW,
    )
    report.save()
    report.outcome, report.explanation = _make_of(parsed, report)
    report.save(update_fields=["outcome", "explanation"])
    return report


def token_of(parsed: Parsed, envelope_to: str) -> Token | None:
    for text in parsed.tokens(envelope_to):
        try:
            return read(text, Purpose.RETURN_PATH)
        except BadToken:
            continue
    return None


def _make_of(parsed: Parsed, report: Report) -> Made:
    if parsed.kind in NOTHING_TO_DO:
        return Outcome.IGNORED, NOTHING_TO_DO[parsed.kind]
    if parsed.kind == Said.UNKNOWN:
        return Outcome.REVIEW, "No report in a format that we can read."
    token = token_of(parsed, report.envelope_to)
    if token is None:
        return Outcome.REVIEW, "It carries no valid token of ours."
    Address.objects.lock([token.address_id])
    delivery = Delivery.objects.filter(
        message_id=token.message_id, pk=token.delivery_id, address_id=token.address_id
    ).first()
    if delivery is None:
        return Outcome.REVIEW, "The mail it is about is no longer on file."
    sent = delivery.started_at or delivery.queued_at
    if timezone.now() - sent > LATEST[parsed.kind]:
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
    reply = REPLY.search(f"{parsed.diagnostic} ")
    code = int(reply[1]) if reply else None
    found = judged(parsed.chosen, parsed)
    bounce = judging.bounce_of(delivery, found)
    bounce.code, bounce.words = code, parsed.diagnostic
    bounce.enhanced_code = parsed.status[:12]
    if not _keep(bounce, report) or delivery.bounce_category:
        return Outcome.KNOWN, "This bounce was known."
    Delivery.objects.filter(message_id=delivery.message_id, pk=delivery.pk).update(
        state=DeliveryState.REFUSED,
        delivered_at=None,
        bounced_at=report.received_at,
        bounce_kind=found.kind,
        bounce_category=found.category,
        smtp_code=code,
        enhanced_code=parsed.status[:12],
        reply=parsed.diagnostic,
    )
    judging.act([(delivery, found)])
    return Outcome.DONE, str(found.doing.label)


def _keep(bounce: Bounce, report: Report) -> bool:
    """Whether this delivery came back with this kind for the first time."""
    if Bounce.objects.filter(delivery_id=bounce.delivery_id, kind=bounce.kind).exists():
        return False
    bounce.report, bounce.at = report, report.received_at
    bounce.save()
    return True
