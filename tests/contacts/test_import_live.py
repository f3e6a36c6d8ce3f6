"""The import on the real processes: through the browser, and with its worker killed."""

import datetime as dt
import io

import pytest
from django.db.models import Count

from accounts.doorbell import ring
from accounts.models import Job, JobState
from consent.models import ConsentRecord, Grant, SubscriptionType, Suppression
from contacts import tasks
from contacts.importing import columns
from contacts.models import ConsentAnswer, Contact, ContactImport, ImportState

pytestmark = pytest.mark.live
PEOPLE = 60_000


def listed():
    rows = (
        f"p{n}@people.example,{'true' if n % 50 == 0 else ''}" for n in range(PEOPLE)
    )
    return "\n".join(["Email,Unsubscribed from all email", *rows]).encode()


def begin(stack):
    found = ContactImport.objects.receive("p.csv", io.BytesIO(listed()), stack.alice)
    mapping = columns.guess(found.headers, found.sample(), columns.FIXED)
    ring(tasks.run_import, found.match(mapping).pk)
    stack.wait_for(lambda: state_of(found.check_job) == JobState.DONE, "the check")
    ContactImport.objects.filter(pk=found.pk).update(
        consent=ConsentAnswer.AGREED,
        consent_source="Shop",
        consent_date=dt.date(2025, 3, 1),
        consent_wording="Yes",
    )
    found.refresh_from_db()
    found.subscription_types.set([SubscriptionType.objects.default()])
    found.start(stack.alice)
    ring(tasks.run_import, found.job.pk)
    return found


def state_of(job):
    return Job.objects.get(pk=job.pk).state


def position(found):
    return ContactImport.objects.values_list("position", flat=True).get(pk=found.pk)


@pytest.mark.kill
@pytest.mark.timeout(300)
def test_a_killed_worker_repeats_nothing_and_skips_nothing(live_stack):
    found = begin(live_stack)
    live_stack.wait_for(lambda: position(found), "the first piece")
    live_stack.kill("worker")
    assert position(found) < PEOPLE
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    Job.objects.filter(pk=found.job.pk).update(heartbeat_at=long_ago)
    live_stack.start("worker")
    live_stack.wait_for(
        lambda: state_of(found.job) == JobState.DONE, "the rest", seconds=200
    )
    found.refresh_from_db()
    assert found.counts["new"] == Contact.objects.count() == PEOPLE
    left = PEOPLE // 50
    assert Suppression.objects.count() == found.counts["opted_out"] == left
    assert Grant.objects.count() == found.counts["subscribed"] == PEOPLE - left
    twice = ConsentRecord.objects.values("address").annotate(n=Count("pk"))
    assert not twice.filter(n__gt=1).exists()


@pytest.mark.browser
def test_a_marketer_brings_a_file_in(live_stack, signed_in_page, axe, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("E-mail;Vorname\nada@people.example;Ada\nnobody;Bo\n")
    page = signed_in_page
    page.goto(f"{live_stack.base_url}/contacts/import/")
    page.get_by_label("File of contacts").set_input_files(file)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("“Vorname” is").select_option("first_name")
    assert axe(page) == []
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("They have not agreed, or nobody can show it").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Import 1 person").click()
    page.get_by_text("2 rows read").wait_for()
    assert axe(page) == []
    assert ContactImport.objects.get().state == ImportState.DONE
    page.get_by_role("link", name="See your contacts").click()
    page.get_by_role("link", name="Ada", exact=True).wait_for()
