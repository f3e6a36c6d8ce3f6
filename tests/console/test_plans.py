"""The list of contacts walks indexes, however many people there are."""

import pytest
from django.db import connection
from django.http import QueryDict

from consent.models import SubscriptionType
from console.people import PAGE, Query
from contacts.models import Contact
from deliveries.models import Delivery, Event
from segments.members import SegmentMember
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

PEOPLE = """
INSERT INTO consent_address (key, key_hmac, ledger_head)
SELECT 'p' || n || '@people' || n % 100 || '.example', sha256(n::text::bytea), ''
FROM generate_series(1, 30000) n;
INSERT INTO contacts_contact (address_id, email, first_name, last_name)
SELECT id, key, 'Ada' || id % 900, 'Person' || id FROM consent_address;
ANALYZE;
"""


@pytest.fixture
def many():
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE)


def plan(queryset):
    return queryset.explain()


def asked(text):
    types = list(SubscriptionType.objects.all())
    return Query.of(QueryDict(text), types).contacts().order_by("-pk")[: PAGE + 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "q=p2999",
        "q=ada77",
        "q=person2999",
        "q=%40people42.ex",
        "answer=no",
        "answer=no&q=ada77",
    ],
)
def test_no_page_of_the_list_reads_the_whole_table(many, text):
    assert "Seq Scan on contacts_contact" not in plan(asked(text))


@pytest.mark.parametrize(
    "text", ["q=p2999", "q=ada77", "q=person2999", "answer=no&q=ada77"]
)
def test_a_search_uses_an_index(many, text):
    assert "_prefix" in plan(asked(text)) or "contacts_contact_pkey" in plan(
        asked(text)
    )


def test_later_pages_start_where_the_earlier_ended(many):
    page = Contact.objects.filter(pk__lt=Contact.objects.order_by("pk")[9_000].pk)
    found = plan(page.order_by("-pk")[:PAGE])
    assert "Index Cond: (id <" in found


def test_the_record_finds_its_rows_by_index(many):
    ada = ContactFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    mails = Delivery.objects.filter(address_id=ada.address_id).order_by("-id")[:50]
    events = Event.objects.filter(address_id=ada.address_id).order_by("-at")[:50]
    stays = SegmentMember.objects.current().filter(contact=ada)
    for rows in (mails, events, stays):
        assert "Index" in plan(rows)
        assert "Seq Scan" not in plan(rows)
