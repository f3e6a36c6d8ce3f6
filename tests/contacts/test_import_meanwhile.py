"""What somebody does to an import while somebody else has one of its pages open."""

import io

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.models import Job
from contacts import tasks
from contacts.import_consent_form import ConsentForm
from contacts.import_forms import BEGUN, ColumnsForm
from contacts.models import ContactImport, ImportState
from tests.contacts.importing import checked, receive, work
from tests.spreadsheets import workbook

pytestmark = pytest.mark.django_db
TWO_SHEETS = {"A": [["Email"], ["ada@people.example"]], "B": [["E"], ["bo@b.example"]]}


@pytest.fixture
def of_sheet_a(alice):
    """A checked draft of the first of two sheets."""
    content = io.BytesIO(workbook(**TWO_SHEETS))
    found = ContactImport.objects.receive("p.xlsx", content, alice)
    assert found.choose_sheet("A")
    return checked(found)


def drawn(found):
    """The import as the page that is open knows it."""
    return ContactImport.objects.get(pk=found.pk)


def test_a_sheet_that_was_read_while_the_import_began_changes_nothing(
    alice, of_sheet_a
):
    late = drawn(of_sheet_a)
    of_sheet_a.start(alice)
    assert not late.choose_sheet("B")
    now = drawn(of_sheet_a)
    assert (now.state, now.sheet) == (ImportState.RUNNING, "A")
    assert default_storage.exists(now.file.name)
    assert not default_storage.exists(late.file.name)


def test_another_sheet_ends_the_check_and_forgets_what_it_found(alice, of_sheet_a):
    job = of_sheet_a.match(["email"])
    assert drawn(of_sheet_a).choose_sheet("B")
    now = drawn(of_sheet_a)
    assert work(job).state == "cancelled"
    assert (now.mapping, now.checked, now.check_job) == ([], {}, None)


def test_the_numbers_of_another_sheet_are_not_kept(of_sheet_a):
    job = of_sheet_a.match(["email"])
    late = drawn(of_sheet_a)
    of_sheet_a.choose_sheet("B")
    assert not late.keep_check(job, {"rows": 1})


def test_an_import_whose_columns_were_forgotten_does_not_start(alice, of_sheet_a):
    ContactImport.objects.update(mapping=[])
    assert not of_sheet_a.start(alice)


def test_a_review_without_columns_leads_back_to_them(client, of_sheet_a):
    of_sheet_a.choose_sheet("B")
    page = client.get(reverse("contacts:import_review", args=[of_sheet_a.pk]))
    assert page.url == reverse("contacts:import_consent", args=[of_sheet_a.pk])
    assert client.get(page.url).url == reverse(
        "contacts:import_columns", args=[of_sheet_a.pk]
    )


def test_columns_of_another_sheet_are_refused(of_sheet_a):
    asked = {"policy": "fill", "column_0": "email"}
    form = ColumnsForm(drawn(of_sheet_a), asked, types=[])
    of_sheet_a.choose_sheet("B")
    assert form.is_valid()
    assert form.save() is None
    assert form.non_field_errors() == [BEGUN]


@pytest.mark.parametrize("state", ["cancelled", "failed"])
def test_an_import_that_no_worker_ends_is_over_at_the_next_turn(alice, state):
    found = receive("Email\nada@people.example\n", alice)
    found.start(alice)
    Job.objects.filter(pk=found.job_id).update(state=state)
    tasks.run_open_imports()
    now = drawn(found)
    assert (now.state, now.can_undo) == (ImportState.CANCELLED, True)
    assert now.finished_at


def test_an_answer_that_comes_after_the_start_is_refused(alice):
    found = receive("Email\nada@people.example\n", alice)
    late = drawn(found)
    found.start(alice)
    form = ConsentForm({"consent": "none"}, instance=late)
    assert form.is_valid()
    assert not form.keep()
    assert form.non_field_errors() == [BEGUN]
