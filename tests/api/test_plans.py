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
INSERT INTO consent_consentrecord (address_id, occurred_at, recorded_at, action,
    mechanism, actor, basis, explanation, source, evidence_hash, prev_hash, hash)
SELECT id, now(), now(), 'withdrawn', 'one_click', 'contact', 'none', '', '{}',
    '', '', ''
FROM consent_address WHERE id % 10 = 0;
"""
# as if each had its own transaction, long ago; every hundredth an import
TOLD = """
DELETE FROM consent_consentchange;
INSERT INTO consent_consentchange (records, database, transaction)
SELECT array(
        SELECT id FROM consent_consentrecord ORDER BY id
        LIMIT CASE n % 100 WHEN 0 THEN 2500 ELSE 1 END
    ), (SELECT system_identifier FROM pg_control_system()), n::text::xid8
FROM generate_series(1, 5000) n;
ANALYZE;
"""
TABLES = (
    *("contacts_contact", "consent_address", "consent_suppression"),
    *("segments_segmentmember", "consent_consentrecord", "consent_consentchange"),
)


@pytest.fixture
def segment():
    segment = SegmentFactory(kind="static", rules=None)
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE)
        cursor.execute(BLOCKED)
        cursor.execute(TOLD)
    return segment


def plans(ask):
    """Of all that this call reads."""
    with CaptureQueriesContext(connection) as run:
        assert ask().status_code == 200
    asked = [one["sql"].strip() for one in run]
    return "\n".join(plan(sql) for sql in asked if sql.startswith("SELECT"))


def read_whole(ask):
    """The tables that some query of this call reads from end to end."""
    told = plans(ask)
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


def changes(program, **asked):
    return program.get("/suppressions/changes", limit=50, **asked)


def test_following_reads_no_table_whole(program, segment):
    after = changes(program).json()["next"]
    assert read_whole(lambda: changes(program)) == []
    assert read_whole(lambda: changes(program, after=after)) == []


def test_following_sorts_no_more_than_one_change_at_a_time(program, segment):
    after = changes(program).json()["next"]
    told = plans(lambda: changes(program, after=after))
    assert "Index Scan using consent_change_by_transaction" in told
    assert "Presorted Key: c.transaction, c.id" in told
