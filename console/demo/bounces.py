"""What came back in the last weeks: of every kind, so that the audit has something
to show, and some whom an earlier tool had given up on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.models import User
from accounts.saved_views import Page, SavedView
from bounces import global_blocks, rejudging, unbouncing
from bounces.judging import judge_refusals
from bounces.models import Bounce, Change, Source
from bounces.policy import Policy
from bounces.recording import Incoming, record_many
from consent.addresses import parse
from consent.models import Suppression
from consent.vocabulary import BOUNCE_REASON, Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact, HardBounceReason
from deliveries.models import Message
from deliveries.rendering import verp
from deliveries.tokens import Stamp


@dataclass(frozen=True, slots=True)
class Answer:
    """What servers said to some of the people; `per_1000` of those who had not read."""

    per_1000: int
    code: int
    enhanced: str
    words: str
    # only at this domain: one that cannot be found holds the mail to all its people
    domain: str = ""


ANSWERS = (
    Answer(4, 550, "5.7.1", "5.7.1 Message refused: poor reputation of your domain"),
    Answer(3, 550, "5.7.26", "5.7.26 Unauthenticated email is not accepted (DMARC)"),
    Answer(3, 554, "5.7.1", "5.7.1 Message looks like spam, score 8.1"),
    Answer(2, 552, "5.2.2", "5.2.2 The mailbox is full"),
    Answer(3, 550, "5.1.1", "5.1.1 No such user here"),
    Answer(2, 451, "4.4.1", "4.4.1 Connection timed out"),
    Answer(40, 550, "5.1.2", "5.1.2 Domain not found", "ateliers.example"),
    Answer(1, 550, "5.1.0", "5.1.0 Recipient address is on the suppression list"),
)
# what some had really said whom a rule of yesterday took for unknown users
MISREAD = "550 5.7.1 Rejected by our policy, ask your postmaster"
REPORT = """\
From: Feedback loop <staff@post.example>
Subject: Complaint about a message
Message-ID: <complaint-{}@post.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain

This is an email abuse report for a message from you.

--part
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Post.example/1.0
Version: 1

--part--
"""
REFUSE = """
UPDATE deliveries_delivery SET state = 'refused', delivered_at = NULL,
    smtp_code = %(code)s, enhanced_code = %(enhanced)s, reply = %(words)s
WHERE message_id = %(message)s AND state = 'delivered' AND opened_at IS NULL
  AND unsubscribed_at IS NULL AND complained_at IS NULL
  AND %(domain)s IN ('', (SELECT domain FROM consent_address WHERE id = address_id))
  AND abs(hashint8extended(address_id, %(message)s + 9)) %% 1000
      BETWEEN %(start)s AND %(end)s - 1
"""
# reason, how many, whether they were seen since
GIVEN_UP = (
    (HardBounceReason.POLICY, 14, True),
    (HardBounceReason.SPAM, 9, True),
    (HardBounceReason.CONTENT, 6, True),
    (HardBounceReason.POLICY, 12, False),
    (HardBounceReason.OTHER, 8, False),
    (HardBounceReason.MAILBOX_FULL, 15, False),
)


def come_back(messages: list[Message]) -> None:
    """The answers of servers to the newest mailings."""
    for message in messages[-2:]:
        start = 0
        for answer in ANSWERS:
            values: dict[str, Any] = {
                "message": message.pk,
                "code": answer.code,
                "enhanced": answer.enhanced,
                "words": answer.words,
                "domain": answer.domain,
                "start": start,
                "end": start + answer.per_1000,
            }
            with connection.cursor() as cursor:
                cursor.execute(REFUSE, values)
            start += answer.per_1000
        _complain(message)
    judge_refusals()


def _complain(message: Message, count: int = 2) -> None:
    """What the feedback loop of a provider tells of some who had not read it."""
    rows = message.delivery_set.filter(state="delivered", opened_at=None)
    rows = rows.filter(unsubscribed_at=None, complained_at=None)
    record_many(
        Incoming(
            REPORT.format(row.pk).encode(),
            Source.MAILBOX,
            verp(Stamp(row.message_id, row.pk, row.address_id or 0)),
        )
        for row in rows.order_by("-pk")[:count]
    )


def give_up(now: dt.datetime, user: User) -> None:
    """Those whom the tool before had blocked; one of them was given back."""
    free = Contact.objects.filter(hard_bounce_reason="", address__isnull=False)
    blocked = Suppression.objects.active().values("address")
    free = free.exclude(address__in=blocked)
    seen = list(free.filter(last_clicked_at__isnull=False).order_by("-pk")[:29])
    unseen = list(free.filter(last_opened_at=None).order_by("-pk")[:35])
    for reason, count, is_seen in GIVEN_UP:
        people = seen if is_seen else unseen
        chosen = [people.pop() for _ in range(min(count, len(people)))]
        _block(chosen, reason, now)
    back = Contact.objects.filter(hard_bounce_reason=HardBounceReason.POLICY).first()
    if back and not unbouncing.obstacles(back, user):
        note = "Ticket 48213, allowed since yesterday"
        unbouncing.unbounce(back, user, Change.ALLOWED, note)
    _misread()
    addresses = [parse("press@rival.example"), parse("abuse@mail.example")]
    global_blocks.add(addresses, user, "Their lawyer asked for it")
    SavedView.objects.create(
        name="Policy at mail.example",
        query="tab=policy&domain=mail.example",
        page=Page.BOUNCES,
        owner=user,
        is_shared=True,
    )


def _misread(count: int = 9) -> None:
    """Some who would not be blocked by the rules of today."""
    rows = list(Bounce.objects.filter(category="unknown_user").order_by("pk")[:count])
    Bounce.objects.filter(pk__in=[row.pk for row in rows]).update(
        words=MISREAD, enhanced_code="5.7.1"
    )
    rejudging.piece(rows, Policy())


def _block(people: list[Contact], reason: HardBounceReason, now: dt.datetime) -> None:
    for number, contact in enumerate(people):
        at = now - dt.timedelta(days=24 - number)
        if contact.last_clicked_at:
            at = min(at, contact.last_clicked_at - dt.timedelta(days=2))
        act = Act(
            action=Action.SUPPRESSED,
            mechanism=Mechanism.IMPORT,
            actor=Actor.IMPORT,
            occurred_at=at,
            explanation="Blocked in the tool before.",
            source={"file": "contacts.csv", BOUNCE_REASON: reason.value},
        )
        Suppression.objects.suppress(
            [contact.address_id or 0], Reason.IMPORTED_BOUNCE, act
        )
    ids = [contact.pk for contact in people]
    Contact.objects.filter(pk__in=ids).update(hard_bounce_reason=reason)
