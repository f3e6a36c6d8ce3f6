"""A year of newsletters: what was sent, who read it, who left, whose mailbox died."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from bounces.judging import judge_refusals
from consent.models import SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from console.demo.people import Types
from deliveries.models import Message
from deliveries.rendering import compile_message

SUBJECTS = (
    "Spring is closer than it looks",
    "Five small things for a calm kitchen",
    "The garden list, shorter this year",
    "New in the workshop: slow tools",
    "A long weekend outdoors",
    "What we learnt from your returns",
    "Late summer, early offers",
    "Back to the kitchen table",
    "Wool, wood and warm light",
    "Gifts that are used every day",
    "Before the year ends",
    "A quiet start",
)

# One newsletter to everybody who had agreed by then. Chance comes from a hash of
# person and message, so that the same demo comes out each time.
SEND = """
INSERT INTO deliveries_delivery (message_id, address_id, contact_id, state, reason,
    provider, open_tracked, click_tracked, queued_at, due_at, started_at, settled_at,
    attempts, smtp_code, enhanced_code, reply, delivered_at, opened_at, last_opened_at,
    clicked_at, last_clicked_at)
SELECT %(message)s, address_id, contact_id,
    CASE WHEN refusal <> '' THEN 'not_sent' WHEN dead THEN 'refused'
         WHEN chance < 0.004 THEN 'expired' ELSE 'delivered' END,
    refusal, 'other', true, true, %(at)s, %(at)s,
    CASE WHEN refusal = '' THEN sent END, sent,
    CASE WHEN refusal = '' THEN 1 ELSE 0 END,
    CASE WHEN refusal <> '' THEN NULL WHEN dead THEN 550 WHEN chance < 0.004 THEN 451
         ELSE 250 END,
    CASE WHEN refusal <> '' THEN '' WHEN dead THEN '5.1.1'
         WHEN chance < 0.004 THEN '4.2.1' ELSE '2.0.0' END,
    CASE WHEN refusal <> '' THEN '' WHEN dead THEN '5.1.1 User unknown'
         WHEN chance < 0.004 THEN '4.2.1 Mailbox busy, try later' ELSE 'OK queued' END,
    CASE WHEN arrives THEN sent END,
    CASE WHEN opens THEN sent + read_after END,
    CASE WHEN opens THEN sent + read_after END,
    CASE WHEN clicks THEN sent + read_after + interval '40 seconds' END,
    CASE WHEN clicks THEN sent + read_after + interval '40 seconds' END
FROM (
    SELECT *, refusal = '' AND NOT dead AND chance >= 0.004 AS arrives,
        refusal = '' AND NOT dead AND chance >= 0.004 AND awake
            AND open_chance < open_rate AS opens,
        refusal = '' AND NOT dead AND chance >= 0.004 AND awake
            AND open_chance < least(open_rate, click_rate) AS clicks
    FROM (
        SELECT p.address_id, p.contact_id, p.opens AS open_rate,
            p.clicks AS click_rate,
            p.quiet_after IS NULL OR p.quiet_after > %(at)s AS awake,
            p.persona = 'dead' AND p.quiet_after < %(at)s AS dead,
            coalesce((SELECT s.reason FROM consent_suppression s
                      WHERE s.address_id = p.address_id AND s.lifted_at IS NULL
                      LIMIT 1), '') AS refusal,
            %(at)s::timestamptz + interval '1 second' * (p.n %% 900) AS sent,
            interval '1 minute' * (abs(hashint8extended(p.n, %(message)s)) %% 2900)
                AS read_after,
            (abs(hashint8extended(p.n, %(message)s + 1)) %% 100000) / 1e5 AS chance,
            (abs(hashint8extended(p.n, %(message)s + 2)) %% 100000) / 1e5
                AS open_chance
        FROM demo_person p
        JOIN consent_grant g ON g.address_id = p.address_id
            AND g.subscription_type_id = %(type)s AND g.grade <> 'stated'
            AND g.given_at < %(at)s
    ) AS drawn
) AS read
"""

# What the trackers saw: people, and about as many machines.
EVENTS = """
INSERT INTO deliveries_event (at, kind, delivery_id, message_id, address_id, method, ip,
    user_agent, traits, verdict, score, signals)
SELECT opened_at, 'open', id, message_id, address_id, 'GET',
    ('192.0.2.' || (id %% 250 + 1))::inet, 'Mozilla/5.0 (Macintosh)', '{}'::jsonb,
    'human', 0, '{}'::jsonb
FROM deliveries_delivery WHERE message_id = %(message)s AND opened_at IS NOT NULL
UNION ALL
SELECT clicked_at, 'click', id, message_id, address_id, 'GET',
    ('192.0.2.' || (id %% 250 + 1))::inet, 'Mozilla/5.0 (Macintosh)', '{}'::jsonb,
    'human', 0, '{}'::jsonb
FROM deliveries_delivery WHERE message_id = %(message)s AND clicked_at IS NOT NULL
UNION ALL
SELECT delivered_at + interval '20 seconds', 'open', id, message_id, address_id, 'GET',
    ('198.51.100.' || (id %% 250 + 1))::inet, 'Mozilla/5.0', '{}'::jsonb, 'machine', 5,
    '{"known_prefetch": 5}'::jsonb
FROM deliveries_delivery
WHERE message_id = %(message)s AND delivered_at IS NOT NULL AND address_id %% 9 = 0
"""

LEAVERS = """
SELECT address_id FROM deliveries_delivery
WHERE message_id = %(message)s AND delivered_at IS NOT NULL
  AND abs(hashint8extended(address_id, %(message)s + 3)) %% 10000 < %(per_10000)s
ORDER BY address_id
"""


def year(types: Types, now: dt.datetime) -> list[Message]:
    """Twelve monthly newsletters and six offers, oldest first."""
    first = now - dt.timedelta(days=355)
    sent = []
    for month, subject in enumerate(SUBJECTS):
        at = _morning(first + dt.timedelta(days=30 * month))
        sent.append(send(f"Newsletter {at:%B %Y}", subject, types.news, at))
        if month % 2:
            later = at + dt.timedelta(days=12)
            sent.append(send(f"Offers {later:%B %Y}", OFFER, types.general, later))
    with connection.cursor() as cursor:  # what follows is planned by true numbers
        cursor.execute("ANALYZE deliveries_delivery, deliveries_event, consent_grant")
    return sent


OFFER = "Three offers for people who like us"


def _morning(day: dt.datetime) -> dt.datetime:
    return day.replace(hour=7, minute=30, second=0, microsecond=0)


def send(
    name: str, subject: str, subscription_type: SubscriptionType, at: dt.datetime
) -> Message:
    """One mailing as it happened at `at`, with what came back."""
    message = write(name, subject, subscription_type, at)
    values: dict[str, Any] = {"message": message.pk, "at": at}
    values["type"] = subscription_type.pk
    with connection.cursor() as cursor:
        cursor.execute(SEND, values)
        cursor.execute(EVENTS, values)
    judge_refusals()
    _leave(message, at, Reason.OWN_OPT_OUT, 25)
    _leave(message, at, Reason.COMPLAINT, 1)
    return message


def write(
    name: str, subject: str, subscription_type: SubscriptionType, at: dt.datetime
) -> Message:
    brand = subscription_type.brand
    message = Message.objects.create(
        name=name,
        brand=brand,
        subscription_type=subscription_type,
        from_name=brand.from_name,
        from_email=brand.from_email,
        reply_to=brand.reply_to,
        subject=subject,
        blocks=BLOCKS,
        created_at=at,
    )
    compile_message(message)
    message.frozen_at = at
    message.save()
    return message


BLOCKS = [
    {
        "id": "a",
        "kind": "heading",
        "level": 1,
        "text": "Hello {{ first_name | there }}",
    },
    {
        "id": "b",
        "kind": "text",
        "html": "<p>Here is what is new in the shop this month.</p>",
    },
    {
        "id": "c",
        "kind": "button",
        "label": "See what is new",
        "url": "https://hallin-kauppa.example/new",
    },
]

LEAVING = {
    Reason.OWN_OPT_OUT: (Action.WITHDRAWN, Mechanism.UNSUBSCRIBE_PAGE, Actor.CONTACT),
    Reason.COMPLAINT: (
        Action.WITHDRAWN,
        Mechanism.FEEDBACK_LOOP,
        Actor.MAILBOX_PROVIDER,
    ),
}


def _leave(message: Message, at: dt.datetime, reason: Reason, per_10000: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LEAVERS, {"message": message.pk, "per_10000": per_10000})
        ids = [row[0] for row in cursor.fetchall()]
    action, mechanism, actor = LEAVING[reason]
    act = Act(
        action=action,
        mechanism=mechanism,
        actor=actor,
        occurred_at=at + dt.timedelta(hours=9),
        source={"message": message.pk},
    )
    Suppression.objects.suppress(ids, reason, act)
    column = "unsubscribed_at" if reason == Reason.OWN_OPT_OUT else "complained_at"
    message.delivery_set.filter(address__in=ids).update(**{column: act.occurred_at})
