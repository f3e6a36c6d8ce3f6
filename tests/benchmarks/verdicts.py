"""Judging clicks and opens whose window is over, with all their neighbours."""

from django.db import connection

from deliveries import settling
from deliveries.models import Delivery
from tests.benchmarks.frame import Result, timed
from tests.benchmarks.rollups import CONTACTS, PEOPLE
from tests.factories import LinkFactory, MessageFactory

SIZES = [20_000]

MAILS = """
INSERT INTO deliveries_delivery
    (message_id, address_id, contact_id, state, queued_at, delivered_at)
SELECT %s, address_id, id, 'delivered', now(), now() - interval '2 hours'
FROM contacts_contact
"""
# one open and one click each, from 500 addresses, all within ten minutes
EVENTS = """
INSERT INTO deliveries_event (at, kind, delivery_id, message_id, address_id, link_id,
    method, ip, user_agent, traits, verdict, signals)
SELECT now() - interval '1 hour' + (d.id %% 600) * interval '1 s', k.kind, d.id,
    d.message_id, d.address_id, CASE k.kind WHEN 'click' THEN %s END, 'GET',
    '203.0.113.0'::inet + (d.id %% 500), 'Mozilla/5.0 Chrome/156.0',
    '{"accept_language": "en"}', 'pending', '{}'
FROM deliveries_delivery d, (VALUES ('open'), ('click')) k(kind)
"""


def run(stack, size):
    message = MessageFactory()
    links = [LinkFactory(message=message, position=n) for n in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [size])
        cursor.execute(CONTACTS)
        cursor.execute(MAILS, [message.pk])
        cursor.execute(EVENTS, [links[0].pk])
        cursor.execute("VACUUM ANALYZE deliveries_delivery, deliveries_event")
    stack.stop("beat", "worker")
    with timed() as clock:
        judged = settling.settle_all()
    assert judged == 2 * size
    assert Delivery.objects.exclude(opened_at=None).count() > 0
    yield Result(
        "verdicts",
        f"judge {2 * size:,} events",
        judged / clock.seconds,
        "events/s",
        higher_is_better=True,
    )
