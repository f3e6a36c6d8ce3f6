"""The page of complaints walks indexes, however much mail there ever was."""

import pytest
from django.db import connection
from django.utils import timezone

from bounces import complaints
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db

PEOPLE = """
INSERT INTO consent_address (key, key_hmac, ledger_head)
SELECT 'p' || n || '@people' || n % 1000 || '.example', sha256(n::text::bytea), ''
FROM generate_series(1, 20000) n
"""
MAIL = """
INSERT INTO deliveries_delivery (message_id, address_id, state, provider)
SELECT %s, id, 'delivered', 'other' FROM consent_address ORDER BY id LIMIT %s
"""
CAME_BACK = """
INSERT INTO bounces_bounce (at, delivery_id, message_id, address_id, kind, category,
    doing, enhanced_code, words)
SELECT now(), d.id, message_id, address_id, kind, category, doing, '', ''
FROM (SELECT * FROM deliveries_delivery ORDER BY id LIMIT 20000) d
CROSS JOIN LATERAL (VALUES
    (CASE WHEN d.address_id % 400 = 0 THEN 'complaint' ELSE 'soft' END,
     CASE WHEN d.address_id % 400 = 0 THEN 'complaint' ELSE 'throttled' END,
     CASE WHEN d.address_id % 400 = 0 THEN 'complained' ELSE 'count' END)
) AS said(kind, category, doing)
"""


@pytest.fixture
def mail():
    """A lot of old mail that came back, and a little of today."""
    old, new = MessageFactory(), MessageFactory(frozen_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE)
        cursor.execute(MAIL, [old.pk, 20_000])
        cursor.execute(MAIL, [new.pk, 100])
        cursor.execute(CAME_BACK)
        cursor.execute("ANALYZE")


def test_mail_that_is_older_is_not_read(mail):
    plan = complaints.recent().explain()
    assert "Seq Scan on deliveries" not in plan
    assert "Index" in plan


def test_of_what_came_back_only_complaints_are_read(mail):
    assert "bounce_that_complains" in complaints.telling().explain()
