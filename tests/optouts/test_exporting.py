"""Everybody who unsubscribed, bounced or complained, as a file."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Job, JobState
from consent.models import Address, SubscriptionType, Suppression
from consent.vocabulary import BOUNCE_REASON, Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from optouts import exporting
from optouts.tasks import export, pick_up
from tests.factories import ContactFactory, make_address
from tests.optouts.test_lookup import said, suppress

pytestmark = pytest.mark.django_db
PAGE = reverse("optouts:export")
GROUPS = [one.value for one in exporting.Group if one != "global"]
EVERYBODY = {"group": GROUPS, "include_global": "on"}


def exported(client, **asked):
    """The file as the browser gets it."""
    page = client.post(PAGE, asked or EVERYBODY)
    job = Job.objects.latest("pk")
    export(job.pk)
    assert "is ready" in client.get(page.url).content.decode()
    answer = client.get(reverse("optouts:download", args=[job.pk]))
    assert 'filename="opted-out-and-bounced.csv"' in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def table(client, **asked):
    content = exported(client, **asked).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_each_blocked_address_is_one_row(client, ana, kind):
    suppress(ana, Reason.COMPLAINT)
    suppress(ana, Reason.OWN_OPT_OUT, subscription_type=kind)
    suppress(make_address("ben@people.example"), Reason.DEAD_ADDRESS)
    suppress(make_address("eva@people.example"), Reason.GLOBAL_BLOCK)
    make_address("free@people.example")

    first, second, third = (list(row.values()) for row in table(client))
    assert first[:5] == ["ana@people.example", "", "FALSE", "TRUE", "FALSE"]
    assert second[:4] == ["ben@people.example", "UNKNOWN_USER", "FALSE", "FALSE"]
    assert third[:5] == ["eva@people.example", "", "FALSE", "FALSE", "TRUE"]


def test_its_columns_are_fixed_and_one_for_each_subscription(client, ana, kind):
    suppress(ana, Reason.OWN_OPT_OUT, subscription_type=kind)
    [row] = table(client)
    assert list(row)[:5] == [
        "Email",
        "Portal Bounce",
        "Portal Unsubscribe",
        "Portal Spam Report",
        "Global Bounce",
    ]
    assert len(row) == 5 + SubscriptionType.objects.count()
    said = {name: value for name, value in row.items() if str(kind) in name}
    assert set(said.values()) == {"TRUE"}
    others = [v for n, v in list(row.items())[5:] if n not in said]
    assert set(others) <= {"FALSE"}


def test_a_no_to_everything_stands_in_every_column(client, ana):
    suppress(ana, Reason.IMPORTED_OPT_OUT)
    [row] = table(client)
    assert row["Portal Unsubscribe"] == "TRUE"
    assert set(list(row.values())[5:]) == {"TRUE"}


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("unsubscribed", {"ana"}),
        ("bounced", {"ben"}),
        ("spam", {"eva"}),
    ],
)
def test_it_holds_the_groups_that_were_chosen(client, ana, group, names):
    suppress(ana, Reason.IMPORTED_OPT_OUT)
    suppress(make_address("ben@people.example"), Reason.BOUNCED)
    suppress(make_address("eva@people.example"), Reason.COMPLAINT)
    suppress(make_address("pia@people.example"), Reason.GLOBAL_BLOCK)
    rows = table(client, group=group)
    assert {row["Email"].partition("@")[0] for row in rows} == names
    rows = table(client, group=group, include_global="on")
    assert {row["Email"].partition("@")[0] for row in rows} == {*names, "pia"}


def test_a_deleted_contact_keeps_the_reason(client, alice):
    contact = ContactFactory(email="ben@people.example")
    bounce = Act(
        action=Action.SUPPRESSED,
        mechanism=Mechanism.IMPORT,
        actor=Actor.IMPORT,
        source={BOUNCE_REASON: "POLICY"},
    )
    Suppression.objects.suppress([contact.address_id], Reason.IMPORTED_BOUNCE, bounce)
    contact.forget(alice)
    assert table(client)[0]["Portal Bounce"] == "POLICY"


def test_deleted_contacts_and_imported_opt_outs_are_in_it(client, alice, imported):
    contact = ContactFactory(email="ben@people.example")
    suppress(contact.address, Reason.OWN_OPT_OUT)
    contact.forget(alice)
    imported("Email\neva@people.example\n", column=0)
    assert not Contact.objects.exists()
    found = {row["Email"]: row["Portal Unsubscribe"] for row in table(client)}
    assert found == {"ben@people.example": "TRUE", "eva@people.example": "TRUE"}


def test_erased_addresses_are_not(client, ana):
    suppress(ana, Reason.COMPLAINT)
    Address.objects.filter(pk=ana.pk).update(key=None)
    assert table(client) == []


def test_it_asks_what_shall_be_in_it(client):
    assert "Reported spam" in said(client.get(PAGE))
    answer = client.post(PAGE, {"include_global": "on"})
    assert answer.status_code == 422
    assert "Choose at least one group" in said(answer)
    assert not Job.objects.exists()


def test_no_spreadsheet_runs_it(client):
    suppress(make_address("=cmd@x.example"), Reason.COMPLAINT)
    assert table(client)[0]["Email"] == "'=cmd@x.example"


def test_it_is_written_down_who_took_it(client, alice):
    client.post(PAGE, {"group": ["spam"]})
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.detail) == (alice, {"groups": ["spam"]})


def test_it_takes_as_many_queries_for_many_rows(client, django_assert_max_num_queries):
    for number in range(20):
        suppress(make_address(f"p{number}@x.example"), Reason.COMPLAINT)
    with django_assert_max_num_queries(6):
        assert len(list(exporting.table())) == 21


def test_its_page_shows_how_far_it_is(client):
    page = client.post(PAGE, EVERYBODY).url
    assert "waiting for a worker" in said(client.get(page))


def test_what_nobody_rang_for_is_written_by_the_timetable(client, ana):
    suppress(ana, Reason.COMPLAINT)
    client.post(PAGE, EVERYBODY)
    pick_up()
    job = Job.objects.get()
    assert (job.state, job.result["rows"]) == (JobState.DONE, 1)


def test_one_that_was_stopped_leaves_no_file(client, ana, tmp_path):
    suppress(ana, Reason.COMPLAINT)
    client.post(PAGE, EVERYBODY)
    job = Job.objects.claim(Job.objects.get().pk)
    Job.objects.get().cancel()
    exporting.write(job)
    assert list(tmp_path.rglob("*.csv")) == []
    answer = client.get(reverse("optouts:download", args=[job.pk]))
    assert answer.status_code == 404


def test_the_file_is_gone_after_a_day(client, ana):
    suppress(ana, Reason.COMPLAINT)
    exported(client)
    job = Job.objects.get()
    Job.objects.update(finished_at=job.finished_at - dt.timedelta(hours=25))
    assert "The file is gone" in said(client.get(job.url))
    file = client.get(reverse("optouts:download", args=[job.pk]))
    assert file.status_code == 404
