"""The list of contacts walks indexes, however many people there are."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import urlencode

from accounts.paging import keyset
from consent.models import SubscriptionType
from console.people import PAGE, Query
from console.timeline import timeline
from contacts.models import Contact
from contacts.sorting import SORTS
from segments.members import SegmentMember
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

PEOPLE = """
INSERT INTO consent_address (key, key_hmac, ledger_head)
SELECT 'p' || n || '@people' || n % 1000 || '.example', sha256(n::text::bytea), ''
FROM generate_series(1, 30000) n;
INSERT INTO contacts_contact (address_id, email, first_name, last_name)
SELECT id, key, 'Ada' || id % 900, 'Person' || id FROM consent_address;
ANALYZE;
"""


@pytest.fixture
def many():
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE)


def plan(rows):
    """Of a query, or of a statement."""
    if not isinstance(rows, str):
        return rows.explain()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {rows}")
        return "\n".join(line for (line,) in cursor.fetchall())


def asked(text):
    """The statement that a page of the list runs."""
    words = QueryDict(text)
    query = Query.of(words, list(SubscriptionType.objects.all()))
    with CaptureQueriesContext(connection) as run:
        keyset(query.contacts(), words, PAGE, query.order)
    return run[0]["sql"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "q=p2999",
        "q=ada77",
        "q=person2999",
        "q=%40people421.ex",
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
    found = plan(asked(text))
    assert "_prefix" in found or "using contact_by_creation" in found


@pytest.mark.parametrize("falling", ["", "-"])
@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("name", "contact_by_title"),
        ("email", "contact_by_email"),
        ("created", "contact_by_creation"),
        ("engaged", "contact_by_engagement"),
    ],
)
def test_later_pages_start_where_the_earlier_ended(many, sort, index, falling):
    one = Contact.objects.annotate(by=SORTS[sort].by).order_by("pk")[9_000]
    value = one.by if isinstance(one.by, str) else one.by.isoformat()
    place = urlencode({"sort": falling + sort, "after": f"{one.pk}.{value}"})
    found = plan(asked(place))
    assert f"using {index} on contacts_contact" in found.splitlines()[1]
    assert "Index Cond: (ROW(" in found.splitlines()[2]


def test_the_record_finds_its_rows_by_index(many):
    ada = ContactFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as run:
        timeline(ada, before=timezone.now())
    stays = SegmentMember.objects.current().filter(contact=ada)
    for asked_for in (*(one["sql"] for one in run), stays):
        assert "Seq Scan on deliveries" not in plan(asked_for)
        assert "Seq Scan on consent_consentrecord" not in plan(asked_for)
        assert "Seq Scan on segments" not in plan(asked_for)
