"""A report comes in: keep it, find out whom it is about, act once.

Who it is about is said by a signed token of ours alone (bounces/who.py). Anybody can
send a bounce or a complaint about anybody else: without a valid token a report changes
nothing and waits for a person. What becomes of a mail does not depend on the order in
which reports about it come: the gravest counts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from bounces import acting, judging
from bounces.categories import COMPLAINT, Doing, Kind
from bounces.classify import judged
from bounces.codes import REPLY, Judgement
from bounces.models import Outcome, Report, Source
from bounces.neighbours import weighed
from bounces.parse import parse
from bounces.parsed import Kind as Said
from bounces.parsed import Parsed
from bounces.policy import Policy
from bounces.who import deliveries_of, token_of
from bounces.work import Work, storable
from consent.models import Address
from consent.vocabulary import Act, Action, Actor, Mechanism
from deliveries.models import Delivery
from deliveries.redaction import redacted, redacted_text
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
    return record_many([Incoming(raw, source, envelope_to)])[0]


@transaction.atomic
def record_many(coming: Iterable[Incoming]) -> list[Report]:
    """The same for many, with one commit; in the order in which they come."""
    ones = list(coming)
    known = {
        bytes(report.digest): report
        for report in Report.objects.filter(digest__in=[one.digest for one in ones])
    }
    for report in known.values():
        report.was_known = True
    new: dict[bytes, Read] = {}
    for one in ones:
        if one.digest not in known and one.digest not in new:
            new[one.digest] = Read.of(one)
    _make_all(list(new.values()))
    made = {digest: read.report for digest, read in new.items()}
    return [known.get(one.digest) or made[one.digest] for one in ones]


def rejudge(report: Report) -> bool:
    """Read a report that waits once more, by the rules of today; whether it is settled
    now. Those from webhooks have proved who they are only once: they stay."""
    if report.outcome != Outcome.REVIEW or report.source == Source.WEBHOOK:
        return False
    parsed = parse(bytes(report.raw))
    report.kind = parsed.kind.value
    read = Read.about(report, parsed, token_of(parsed, report.envelope_to))
    with transaction.atomic():
        _make_all([read])
    return report.outcome != Outcome.REVIEW


@dataclass(frozen=True, slots=True)
class Read:
    """A report with what it says, whom it is about, and how it is kept once something
    was made of it: written before any address is locked, as it takes a while."""

    report: Report
    parsed: Parsed
    token: Token | None
    kept: bytes

    @classmethod
    def about(cls, report: Report, parsed: Parsed, token: Token | None) -> Read:
        waits = token is None and parsed.kind not in NOTHING_TO_DO
        raw = bytes(report.raw)
        return cls(report, parsed, token, raw if waits else redacted(raw))

    @classmethod
    def of(cls, coming: Incoming) -> Read:
        parsed = coming.read()
        report = Report(
            source=coming.source,
            digest=coming.digest,
            envelope_to=coming.envelope_to[:320],
            raw=coming.raw,
            kind=parsed.kind.value,
            outcome=Outcome.REVIEW,
        )
        token = coming.token or token_of(parsed, coming.envelope_to)
        return cls.about(report, parsed, token)


def _make_all(reads: Sequence[Read]) -> None:
    """Addresses are locked in the order of their numbers, so that two workers never
    wait for each other in a circle; what is done to them is done for all at once."""
    tokens = [read.token for read in reads if read.token]
    moved = _moved(reads).values()
    Address.objects.lock({token.address_id for token in tokens} | set(moved))
    deliveries = deliveries_of(tokens)
    work = Work.about(deliveries.values(), Policy.current())
    work.moved = _moved(reads)  # asked again: somebody may have moved meanwhile
    for read in reads:
        delivery = deliveries.get(read.token) if read.token else None
        outcome, read.report.explanation = _make_of(read, delivery, work)
        read.report.settle(outcome, read.kept)
    _store([read.report for read in reads])
    work.write()
    if work.judged:
        judging.act(work.judged, work.policy)


def _moved(reads: Sequence[Read]) -> dict[int, int]:
    """The addresses that who complains has by now: a complaint counts there too."""
    tokens = {
        read.token
        for read in reads
        if read.token and read.parsed.kind == Said.COMPLAINT
    }
    if not tokens:
        return {}
    mails = [one.pk for one in deliveries_of(tokens).values()]
    messages = {token.message_id for token in tokens}
    return Delivery.objects.filter(message__in=messages, pk__in=mails).moved()


def _store(reports: Sequence[Report]) -> None:
    """New ones, and what became of those on file."""
    for report in (one for one in reports if one.pk):
        report.save(
            update_fields=["kind", "outcome", "explanation", "raw", "envelope_to"]
        )
    Report.objects.bulk_create([one for one in reports if one.pk is None])


def _make_of(read: Read, delivery: Delivery | None, work: Work) -> Made:
    said = read.parsed.kind
    if said in NOTHING_TO_DO:
        return Outcome.IGNORED, NOTHING_TO_DO[said]
    if said == Said.UNKNOWN:
        return Outcome.REVIEW, "No report in a format that we can read."
    if read.token is None:
        return Outcome.REVIEW, "It carries no valid token of ours."
    if delivery is None:
        return Outcome.REVIEW, "The mail it is about is no longer on file."
    sent = delivery.started_at or delivery.queued_at
    if read.report.received_at - sent > LATEST[said]:
        return Outcome.REVIEW, "It comes too late to be believed unseen."
    if said == Said.COMPLAINT:
        return _complaint(delivery, read.report, work)
    return _failure(delivery, read, work)


def _complaint(delivery: Delivery, report: Report, work: Work) -> Made:
    found = Judgement(COMPLAINT, Kind.COMPLAINT, Doing.COMPLAINED)
    if not work.keep(judging.bounce_of(delivery, found), report):
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
    acting.complain(judging.addresses_of([delivery]) | work.moved_to(delivery), act)
    return Outcome.DONE, "No more marketing to this address."


def _failure(delivery: Delivery, read: Read, work: Work) -> Made:
    """A bounce overturns "delivered", unless somebody has read the mail."""
    if delivery.opened_at or delivery.clicked_at:
        return Outcome.REVIEW, "The mail was read: another mailbox bounced, it seems."
    failure = read.parsed.chosen
    found = work.policy.correct(judged(failure, read.parsed), None)
    found = weighed(found, delivery.address_id, read.report.received_at)
    bounce = judging.bounce_of(delivery, found)
    reply = REPLY.search(f"{failure.text} ")
    bounce.code = int(reply[1]) if reply else None
    words = storable((failure.text or read.parsed.notice)[:4_000])
    bounce.words = redacted_text(words)[:2_000]
    bounce.enhanced_code = (found.status or failure.status)[:12]
    is_new = work.keep(bounce, read.report)
    if not _is_graver(found, delivery):
        return Outcome.KNOWN, "This bounce was known, or a graver one."
    if not is_new:
        work.correct(bounce)
    work.refuse(delivery, bounce)
    work.judged.append((delivery, found))
    return Outcome.DONE, str(Doing(found.doing).label)


def _is_graver(found: Judgement, delivery: Delivery) -> bool:
    """Than what is known of this mail. Of two of the same kind the one that comes
    first in the alphabet counts: any order will do as long as it is one."""
    known = GRAVITY.get(Kind(delivery.bounce_kind), 0) if delivery.bounce_kind else 0
    new = GRAVITY[Kind(found.kind)]
    return new > known or (new == known and found.category < delivery.bounce_category)


def waiting() -> Iterable[Report]:
    """Reports that nothing could be made of yet, oldest first."""
    return Report.objects.filter(outcome=Outcome.REVIEW).order_by("pk").iterator(100)
