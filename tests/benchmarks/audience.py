"""Who gets an email, and why the others do not, beside SQL written for the purpose.

A million people in one segment, nineteen of twenty with a yes, one of ten with a no.
The count answers what the review of an email shows; fixing writes a row for everybody.
"""

import datetime as dt
import statistics

from django.db import connection, transaction
from django.utils import timezone

from campaigns.audience import contacts_of, funnel
from consent.vocabulary import MAILABLE_GRADES, LegalBasis, Reason
from deliveries import audience, partitions
from deliveries.models import Delivery
from deliveries.room import roomy
from tests import million
from tests.benchmarks.frame import Result, timed
from tests.factories import MarketingEmailFactory

SIZES = [1_000_000]
TIMES = 3
BAR = 1.5

COUNT = """
SELECT coalesce(s.reason, CASE WHEN a.key IS NULL THEN 'no_address'
        WHEN g.id IS NULL THEN 'no_consent' ELSE '' END) AS why, count(*)
FROM segments_segmentmember m
JOIN contacts_contact c ON c.id = m.contact_id
LEFT JOIN consent_address a ON a.id = c.address_id
LEFT JOIN (
    SELECT DISTINCT ON (address_id) address_id, reason FROM consent_suppression
    WHERE lifted_at IS NULL AND (scope = 'everything'
        OR scope = 'brand' AND brand_id = %(brand)s
        OR scope = 'type' AND subscription_type_id = %(kind)s)
    ORDER BY address_id, array_position(%(reasons)s::text[], reason::text)
) s ON s.address_id = c.address_id
LEFT JOIN consent_grant g ON g.address_id = c.address_id
    AND g.subscription_type_id = %(kind)s AND g.grade = ANY(%(grades)s)
    AND g.basis = ANY(%(bases)s)
WHERE m.segment_id = %(segment)s AND m.left_at IS NULL
GROUP BY why
"""
BARE = """
INSERT INTO deliveries_delivery (message_id, contact_id, address_id, state, provider,
    open_tracked, click_tracked, due_at)
SELECT %s, id, address_id, 'queued', 'other', true, true, now() FROM contacts_contact
"""


def counted_by_hand(email, segment):
    kind = email.subscription_type
    values = {
        "kind": kind.pk,
        "brand": kind.brand_id,
        "segment": segment.pk,
        "reasons": [reason.value for reason in Reason],
        "grades": [grade.value for grade in MAILABLE_GRADES],
        "bases": [one.value for one in LegalBasis if one.allows_marketing],
    }
    with roomy(), connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        return dict(cursor.fetchall())


def counting(email, segment):
    ours, theirs = [], []
    for _ in range(TIMES):
        with timed() as clock:
            found = audience.preview(contacts_of(email), email.subscription_type)
        ours.append(clock.seconds)
        with timed() as clock:
            assert counted_by_hand(email, segment) == found
        theirs.append(clock.seconds)
    work = f"reasons of {segment.size:,} people counted"
    value, baseline = statistics.median(ours), statistics.median(theirs)
    yield Result("audience", work, value, "s", baseline, BAR)
    with timed() as clock:
        assert funnel(email).will_get == found[""]
    yield Result("audience", "the same as the review page asks it", clock.seconds, "s")


def fresh_message(email):
    message = email.written("marketing")
    message.save()
    partitions.ensure_for(message.pk)
    return message


def forgotten(message):
    """As if the audience had never been fixed, so that the next one meets the same."""
    million.execute("SET session_replication_role = replica")
    Delivery.objects.filter(message=message).delete()
    million.execute("RESET session_replication_role")
    million.execute("VACUUM deliveries_delivery")


def fixed(email):
    message = fresh_message(email)
    later = timezone.now() + dt.timedelta(days=300)
    with timed() as clock, transaction.atomic():
        audience.fix(message, contacts_of(email), due_at=later)
    forgotten(message)
    return clock.seconds


def written_by_hand(email):
    message = fresh_message(email)
    with timed() as clock, transaction.atomic():
        million.execute(BARE, [message.pk])
    forgotten(message)
    return clock.seconds


def run(stack, size):
    stack.stop("worker", "beat")
    kind = million.make_people(size)
    segment = million.make_segment("Everybody")
    email = MarketingEmailFactory(subscription_type=kind)
    email.include.add(segment)
    million.vacuum()
    yield from counting(email, segment)
    pairs = [(fixed(email), written_by_hand(email)) for _ in range(TIMES)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    work = f"{size:,} people fixed with their reasons; baseline: rows without any"
    yield Result("audience", work, ours, "s", theirs, BAR)
