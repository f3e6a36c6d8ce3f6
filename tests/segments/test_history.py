"""The people who are made for measuring are what the program would have made."""

import pytest
from django.db import connection
from django.db.models import Count, F

from consent.models import Address, address_hmac
from contacts.models import ENGAGEMENT_FIELDS, Contact
from deliveries import partitions, rollups
from deliveries.models import Delivery
from tests import history

SIZE = 200
INDEXES = """
SELECT substring(pg_get_indexdef(indexrelid), 'USING (.*?)(?: WHERE|$)'),
    indpred IS NULL, indisunique, indisprimary, conname IS NOT NULL
FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid
WHERE indrelid = %s::regclass ORDER BY 1
"""
SHAPE = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attstorage
FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attname
"""
CHECKS = """
SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('c', 'f') ORDER BY conname
"""


def asked(sql, table):
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return cursor.fetchall()


def sums():
    return list(Contact.objects.order_by("pk").values_list(*ENGAGEMENT_FIELDS))


@pytest.mark.django_db(transaction=True)
def test_the_people_for_measuring_are_as_the_program_would_have_made_them():
    indexes = asked(INDEXES, "contacts_contact"), asked(INDEXES, "consent_address")
    messages = history.make(SIZE)
    mails = Delivery.objects.filter(message__in=messages)

    for address in Address.objects.all():
        assert bytes(address.key_hmac) == address_hmac(address.key)
    assert Contact.objects.filter(address__key=F("email")).count() == SIZE
    assert mails.count() == sum(n % 41 for n in range(1, SIZE + 1))
    assert dict(mails.values_list("contact").annotate(Count("pk"))) == {
        n: n % 41 for n in range(1, SIZE + 1) if n % 41
    }
    for one in mails.select_related("contact")[:50]:
        one.validate_constraints()
        assert one.contact.address_id == one.address_id

    # nothing is left for the folder to say
    before = sums()
    rollups.rebuild()
    assert sums() == before
    assert any(row[2] for row in before)

    # the tables look as before, and the partition as one that the program made
    assert (asked(INDEXES, "contacts_contact"), asked(INDEXES, "consent_address")) == (
        indexes
    )
    made, usual = (partitions.table_of(pk) for pk in (messages[0].pk, 0))
    for question in (INDEXES, SHAPE, CHECKS):
        assert asked(question, made) == asked(question, usual)
    newest = max(mails.values_list("pk", flat=True))
    another = Delivery.objects.create(
        message=messages[0], address_id=41, contact_id=41, state="queued"
    )
    assert another.pk > newest
