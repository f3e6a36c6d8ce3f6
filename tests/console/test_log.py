"""The audit log: who did what, found again and taken along."""

import csv
import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LOG, EXPORT = reverse("console:log"), reverse("console:log_export")
NIGHT = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)


@pytest.fixture
def bo(db):
    return UserFactory(email="bo@console.example", first_name="Bo")


@pytest.fixture(autouse=True)
def entries(alice, bo):
    AuditEntry.objects.record(alice, "saved brand", subject="Northwind")
    AuditEntry.objects.record(bo, "deleted a contact", subject="Ana Bell")
    AuditEntry.objects.record(None, "released mailboxes", detail={"count": 3})
    AuditEntry.objects.create(actor=bo, verb="was up late", at=NIGHT)


def verbs(client, **asked):
    return [entry.verb for entry, _ in client.get(LOG, asked).context["rows"]]


def test_the_newest_stands_first_with_its_details(client):
    assert verbs(client)[1:3] == ["released mailboxes", "deleted a contact"]
    assert "count: 3" in client.get(LOG).content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "BRAND"}, ["saved brand"]),
        ({"q": "ana b"}, ["deleted a contact"]),
        ({"since": "2026-03-01", "until": "2026-03-01"}, ["was up late"]),
        ({"until": "2026-02-28"}, []),
        ({"q": "brand", "since": "2200-01-01"}, []),
        ({"q": "late", "until": "9999-12-31"}, ["was up late"]),
    ],
)
def test_filters_narrow_it(client, asked, found):
    assert verbs(client, **asked) == found


def test_one_person_s_doings_are_found(client, bo):
    assert verbs(client, who=bo.pk) == ["was up late", "deleted a contact"]


def test_a_day_is_a_day_where_the_person_is(client, alice):
    User.objects.filter(pk=alice.pk).update(time_zone="Pacific/Auckland")
    assert verbs(client, until="2026-03-01") == []
    assert verbs(client, since="2026-03-02", until="2026-03-02") == ["was up late"]


def test_a_day_that_is_none_gets_a_sentence(client):
    answer = client.get(LOG, {"since": "soon", "q": "brand"})
    assert answer.status_code == 422
    assert "Enter a valid date" in answer.content.decode()
    assert 'value="brand"' in answer.content.decode()


def test_pages_lead_on_with_the_filters(client, alice):
    for _ in range(51):
        AuditEntry.objects.record(alice, "counted")
    page = client.get(LOG, {"q": "counted"}).context["page"]
    assert len(page.rows) == 50
    rest = client.get(LOG + page.next).context["page"]
    assert [one.verb for one in rest.rows] == ["counted"]


def test_the_file_holds_what_the_filters_show(client):
    answer = client.get(EXPORT, {"q": "contact"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    rows = list(csv.reader(lines))
    assert [row[1:4] for row in rows[1:]] == [
        ["bo@console.example", "deleted a contact", "Ana Bell"]
    ]


def test_whoever_takes_the_file_stands_in_the_log(client, alice):
    client.get(EXPORT, {"q": "contact"})
    entry = AuditEntry.objects.get(verb="exported the audit log")
    assert (entry.actor, entry.detail) == (alice, {"q": "contact"})


def test_many_entries_cost_no_more(client, alice, bo, django_assert_num_queries):
    for who in [alice, bo, None] * 10:
        AuditEntry.objects.record(who, "counted")
    client.get(LOG)
    with django_assert_num_queries(4):  # session, person, users to choose, entries
        client.get(LOG)
