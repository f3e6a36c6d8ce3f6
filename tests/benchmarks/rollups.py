"""Summing up the engagement of everybody anew, twelve deliveries each."""

from django.db import connection

from contacts.models import Contact
from deliveries import rollups
from tests.benchmarks.frame import Result, timed
from tests.factories import MessageFactory

SIZES = [100_000]
DELIVERIES = 12

PEOPLE = """
INSERT INTO consent_address (key, key_hmac, ledger_head)
SELECT 'p' || n || '@people.example', sha256(n::text::bytea), '' FROM
generate_series(1, %s) n
"""
CONTACTS = """
INSERT INTO contacts_contact (address_id, email) SELECT id, key FROM consent_address
"""
MAILS = """
INSERT INTO deliveries_delivery
    (message_id, address_id, contact_id, state, queued_at, delivered_at, opened_at)
SELECT m.id, c.address_id, c.id, 'delivered', now(), now() - m.id * interval '1 day',
    CASE WHEN c.id % 3 = 0 THEN now() - m.id * interval '1 day' END
FROM deliveries_message m CROSS JOIN contacts_contact c
"""


def run(stack, size):
    MessageFactory.create_batch(DELIVERIES)
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [size])
        cursor.execute(CONTACTS)
        cursor.execute(MAILS)
        cursor.execute("VACUUM ANALYZE deliveries_delivery, contacts_contact")
        cursor.execute("TRUNCATE deliveries_touched")
    with timed() as clock:
        rollups.rebuild()
    assert Contact.objects.filter(delivered=DELIVERIES).count() == size
    yield Result("rollups", f"rebuild {size:,} contacts", clock.seconds, "s")
