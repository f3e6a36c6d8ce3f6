"""However many people there are, a page of the API walks an index."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from tests.console.test_plans import PEOPLE, plan
from tests.factories import SegmentFactory

pytestmark = pytest.mark.django_db

BLOCKED = """
INSERT INTO consent_suppression
    (address_id, scope, reason, record_id, occurred_at, lifted_by)
SELECT id, 'everything', 'own_opt_out', id, now(), ''
FROM consent_address WHERE id % 3 = 0;
INSERT INTO segments_segmentmember (segment_id, contact_id, joined_at)
SELECT (SELECT max(id) FROM segments_segment), id, now()
FROM contacts_contact WHERE id % 3 = 0;
ANALYZE;
"""
TABLES = (
    *("contacts_contact", "consent_address", "consent_suppression"),
    "segments_segmentmember",
)


@pytest.fixture
def segment():
    segment = SegmentFactory(kind="static", rules=None)
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE)
        cursor.execute(BLOCKED)
    return segment


def read_whole(ask):
    """The tables that some query of this call reads from end to end."""
    with CaptureQueriesContext(connection) as run:
        assert ask().status_code == 200
    told = "\n".join(plan(one["sql"]) for one in run if one["sql"].startswith("SELECT"))
    return [table for table in TABLES if f"Seq Scan on {table}" in told]


@pytest.mark.parametrize(
    "path", ["/contacts", "/suppressions", "/segments/{pk}/members"]
)
def test_later_pages_read_no_table_whole(program, segment, path):
    after = Contact.objects.order_by("pk")[9_000].pk
    there = path.format(pk=segment.pk)
    assert read_whole(lambda: program.get(there, after=after, limit=50)) == []


@pytest.mark.parametrize("what", ["", "/subscriptions", "/consent-history"])
def test_one_contact_reads_no_table_whole(program, segment, what):
    one = Contact.objects.order_by("pk")[9_000]
    assert read_whole(lambda: program.get(f"/contacts/{one.pk}{what}")) == []


def test_looking_up_addresses_reads_no_table_whole(program, segment):
    emails = [one.email for one in Contact.objects.order_by("pk")[:10]]
    body = {"emails": emails}
    assert read_whole(lambda: program.post("/suppressions/check", body)) == []
