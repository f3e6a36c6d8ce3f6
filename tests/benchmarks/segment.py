"""Segments against the best SQL a person would write for the same question.

The people: 0 to 30 mails delivered, 40 % never opened one; three mailings went to
everybody, opened by every third and clicked by every tenth.
"""

import datetime as dt
import statistics

from django.db import connection
from django.db.models import Q

from contacts.models import Contact
from deliveries.models import Message
from deliveries.room import roomy
from segments.compile import compile_rules
from segments.models import Segment, current_clock
from segments.recipes import BY_KEY
from segments.rules import parse
from segments.vocabulary import Vocabulary
from tests.benchmarks.frame import Result, timed
from tests.factories import MessageFactory

SIZES = [1_000_000]
TIMES = 7
BAR = 1.5

# the triggers that note who was touched are not what is measured here
QUIET = "SET session_replication_role = replica"
PEOPLE = """
INSERT INTO consent_address (key, key_hmac, ledger_head)
SELECT 'p' || n || '@people.example', sha256(n::text::bytea), ''
FROM generate_series(1, %s) n
"""
CONTACTS = """
INSERT INTO contacts_contact (address_id, email, delivered, last_opened_at, properties)
SELECT id, key, id %% 31,
    CASE WHEN id %% 5 > 1 THEN now() - (id %% 900) * interval '1 day' END,
    jsonb_build_object('1', id %% 7)
FROM consent_address
"""
MAILS = """
INSERT INTO deliveries_delivery (message_id, address_id, contact_id, state, queued_at,
    delivered_at, opened_at, clicked_at, open_tracked, click_tracked)
SELECT %s, c.address_id, c.id, 'delivered', now(), now(),
    CASE WHEN (c.id + %s) %% 3 = 0 THEN now() END,
    CASE WHEN (c.id + %s) %% 10 = 0 THEN now() END, true, true
FROM contacts_contact c
"""
CLEAN = "VACUUM ANALYZE {}"
TABLES = ["consent_address", "contacts_contact", "deliveries_delivery"]

SILENT = """
SELECT count(*) FROM contacts_contact WHERE delivered > 11 AND last_opened_at IS NULL
"""
CAMPAIGN = """
SELECT count(*) FROM contacts_contact c JOIN deliveries_delivery d
    ON d.address_id = c.address_id AND d.message_id = %s
WHERE d.delivered_at IS NOT NULL
    AND (d.bounced_at IS NULL OR d.bounced_at < d.delivered_at)
    AND d.opened_at IS NULL AND d.clicked_at IS NULL AND d.open_tracked
    AND (c.last_opened_at IS NULL OR c.last_opened_at < %s)
"""
NOT_CLICKED = """
SELECT count(*) FROM contacts_contact c JOIN deliveries_delivery d
    ON d.address_id = c.address_id AND d.message_id = %s
WHERE d.delivered_at IS NOT NULL
    AND (d.bounced_at IS NULL OR d.bounced_at < d.delivered_at)
    AND NOT EXISTS (SELECT FROM segments_segmentmember m
        WHERE m.contact_id = c.id AND m.segment_id = %s AND m.left_at IS NULL)
"""
FILL = """
INSERT INTO segments_segmentmember (segment_id, contact_id, joined_at)
SELECT 0, id, now() FROM contacts_contact
WHERE delivered > 11 AND last_opened_at IS NULL
"""


def every(*rules):
    return {"match": "all", "rules": list(rules)}


def where(field, operator, **operand):
    return {"field": field, "operator": operator, **operand}


def people(size):
    messages = MessageFactory.create_batch(3)
    Message.objects.filter(pk=messages[1].pk).update(group="email:1")
    with connection.cursor() as cursor:
        cursor.execute(QUIET)
        cursor.execute(PEOPLE, [size])
        cursor.execute(CONTACTS, [])
        for one in messages:
            cursor.execute(MAILS, [one.pk] * 3)
        cursor.execute("RESET session_replication_role")
        for table in TABLES:
            cursor.execute(CLEAN.format(table))
    return messages[1]


def by_hand(sql, params=()):
    with roomy(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def by_rules(rules):
    condition: Q = compile_rules(parse(rules, Vocabulary()), current_clock())
    with roomy():
        return Contact.objects.filter(condition).count()


def compared(work, rules, sql, params=()):
    """Both in turn, so that whatever else the machine does meets both."""
    ours, theirs = [], []
    for _ in range(TIMES):
        with timed() as clock:
            found = by_rules(rules)
        ours.append(clock.seconds)
        with timed() as clock:
            assert by_hand(sql, params) == found
        theirs.append(clock.seconds)
    value, baseline = statistics.median(ours), statistics.median(theirs)
    return Result("segment", work, value, "s", baseline, BAR)


def campaign():
    unopened = where("email_event", "received_but_not_opened", group="email:1")
    lapsed = where("last_opened_at", "more_than_ago", value=52, unit="weeks")
    never = where("last_opened_at", "unknown")
    branches = [every(unopened, lapsed), every(unopened, never)]
    return {"match": "any", "rules": branches}


def filled(name, rules):
    segment = Segment.objects.create(name=name, rules=rules)
    with timed() as clock:
        segment.refresh()
    return segment, clock.seconds


def fill_by_hand():
    with timed() as clock, roomy(), connection.cursor() as cursor:
        cursor.execute(FILL)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM segments_segmentmember WHERE segment_id = 0")
        cursor.execute(CLEAN.format("segments_segmentmember"))
    return clock.seconds


def filling(silent):
    baseline = statistics.median(fill_by_hand() for _ in range(3))
    times = [filled(f"Silent {n}", silent) for n in range(3)]
    segment = times[-1][0]
    first = statistics.median(seconds for _, seconds in times)
    work = f"first fill, {segment.size:,} members"
    yield Result("segment", work, first, "s", baseline, BAR)
    with connection.cursor() as cursor:
        cursor.execute(CLEAN.format("segments_segmentmember"))
    with timed() as clock:
        segment.refresh()
    yield Result("segment", "refresh, nothing changed", clock.seconds, "s")
    Contact.objects.filter(pk__in=range(1, 10_000)).update(delivered=0)
    with timed() as clock:
        segment.refresh()
    yield Result("segment", "refresh, 1 % changed", clock.seconds, "s")


def run(stack, size):
    message = people(size)
    silent = BY_KEY["never-opened"].rules
    asked = f"over {size:,} contacts"
    yield compared(f"walk-through 1 {asked}", silent, SILENT)
    clock = current_clock()
    boundary = clock.start(clock.today - dt.timedelta(weeks=52))
    yield compared(
        f"(A and B) or (A and C) {asked}", campaign(), CAMPAIGN, [message.pk, boundary]
    )
    clicked = every(where("email_event", "link_clicked", group="email:1"))
    clickers, seconds = filled("Clickers", clicked)
    yield Result("segment", f"fill with {clickers.size:,} clickers", seconds, "s")
    with connection.cursor() as cursor:
        cursor.execute(CLEAN.format("segments_segmentmember"))
    left = every(
        where("email_event", "received", group="email:1"),
        where("segment", "not_member", values=[str(clickers.pk)]),
    )
    work = f"received and not clicked {asked}"
    yield compared(work, left, NOT_CLICKED, [message.pk, clickers.pk])
    yield from filling(silent)
