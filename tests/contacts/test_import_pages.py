"""The pages of the import, from the file to the result."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job
from consent.models import Grant, SubscriptionType
from contacts.importing import staging
from contacts.models import ContactImport, ImportState, PropertyDefinition
from tests.contacts.importing import receive, work
from tests.factories import ContactFactory
from tests.spreadsheets import workbook

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"contacts:{name}", args=args)


def upload(client, content, name="people.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(url("import"), {"file": file})


def test_the_wizard_goes_from_file_to_result(client):
    content = b"Email,First name\nada@people.example,Ada\nbad,Bo\n"
    page = upload(client, content)
    found = ContactImport.objects.get()
    assert page.url == url("import_columns", found.pk)
    answers = {"policy": "fill", "column_0": "email", "column_1": "first_name"}
    assert client.get(page.url).status_code == 200
    client.post(page.url, answers)
    found.refresh_from_db()
    waiting = client.get(url("import_review", found.pk))
    assert waiting.url == url("import_consent", found.pk)
    work(found.check_job)
    client.post(
        url("import_consent", found.pk),
        {
            "consent": "agreed",
            "subscription_types": [SubscriptionType.objects.default().pk],
            "consent_source": "Shop",
            "consent_date": "2025-03-01",
            "consent_wording": "Yes please",
        },
    )
    review = client.get(url("import_review", found.pk)).content.decode()
    assert "Import 1 person" in review
    assert "“bad” has no @." in review
    client.post(url("import_start", found.pk))
    found.refresh_from_db()
    assert "Stop" in client.get(url("import_detail", found.pk)).content.decode()
    work(found.job)
    result = client.get(url("import_detail", found.pk)).content.decode()
    assert "2 rows read" in result
    problems = b"".join(client.get(url("import_problems", found.pk)).streaming_content)
    assert "“bad” has no @.".encode() in problems
    assert Grant.objects.count() == 1


def test_the_first_heading_of_pasted_rows_may_be_empty(client):
    client.post(url("import"), {"pasted": "\tEmail\n1\tada@people.example"})
    assert ContactImport.objects.get().headers[1] == "Email"


def test_pasted_addresses_need_no_heading(client):
    client.post(url("import"), {"pasted": "ada@people.example\nbo@people.example"})
    assert ContactImport.objects.get().headers == ["Column 1"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04", "spreadsheet or an archive"),
        (b"Email\n", "headings but no rows"),
        (b"", "empty"),
        (b"\xff\xfe\x00\x01\x02", "not a text file"),
    ],
)
def test_a_bad_file_gets_a_sentence_and_makes_nothing(client, content, sentence):
    answer = upload(client, content)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ContactImport.objects.exists()


def test_a_spreadsheet_with_one_sheet_goes_on_to_its_columns(client):
    upload(client, workbook(A=[["Email", "N"], ["ada@people.example", 41]]), "p.xlsx")
    found = ContactImport.objects.get()
    assert (found.sheet, found.headers) == ("A", ["Email", "N"])
    assert found.sample()[0].cells == ["ada@people.example", "41"]


def named(name):
    """A workbook whose sheet has a name that Excel would not allow."""
    out, plain = io.BytesIO(), workbook(A=[["Email"], ["ada@people.example"]])
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            new.writestr(one, old.read(one).replace(b'name="A"', b'name="%s"' % name))
    return out.getvalue()


def test_a_sheet_may_have_a_longer_name_than_excel_allows(client):
    upload(client, named(b"n" * 255), "p.xlsx")
    assert len(ContactImport.objects.get().sheet) == 255


def test_a_sheet_with_a_name_longer_than_we_keep_gets_a_sentence(client):
    answer = upload(client, named(b"n" * 256), "p.xlsx")
    assert answer.status_code == 422
    assert "Give it a shorter one" in answer.content.decode()
    assert not ContactImport.objects.exists()


def test_of_several_sheets_one_is_chosen(client):
    content = workbook(A=[["x"], ["y"]], B=[["Email"], ["bo@people.example"]])
    page = client.get(upload(client, content, "p.xlsx").url)
    found = ContactImport.objects.get()
    assert page.url == url("import_sheet", found.pk)
    assert "B (2 rows)" in client.get(page.url).content.decode()
    client.post(page.url, {"sheet": "B"})
    found.refresh_from_db()
    assert (found.sheet, found.headers) == ("B", ["Email"])


def test_another_sheet_can_be_chosen_after_all(client):
    content = workbook(A=[["x"], ["y"]], B=[["Email"], ["bo@people.example"]])
    upload(client, content, "p.xlsx")
    found = ContactImport.objects.get()
    for sheet in ("B", "A"):
        client.post(url("import_sheet", found.pk), {"sheet": sheet})
    found.refresh_from_db()
    assert found.headers == ["x"]


def test_a_sheet_of_headings_alone_gets_a_sentence(client):
    content = workbook(A=[["Email"]], B=[["Email"], ["bo@people.example"]])
    upload(client, content, "p.xlsx")
    found = ContactImport.objects.get()
    answer = client.post(url("import_sheet", found.pk), {"sheet": "A"})
    assert answer.status_code == 422
    assert "headings but no rows" in answer.content.decode()


def test_a_file_of_rows_has_no_sheets_to_choose_from(client):
    upload(client, b"Email\nada@people.example\n")
    found = ContactImport.objects.get()
    answer = client.get(url("import_sheet", found.pk))
    assert answer.url == url("import_columns", found.pk)


def test_a_file_that_is_too_big_gets_a_sentence(client, monkeypatch):
    monkeypatch.setattr("consent.tables.MAX_BYTES", 10)
    assert "Split it" in upload(client, b"Email\nada@people.example\n").content.decode()


def test_a_file_without_an_email_column_stops_at_the_columns(client, alice):
    upload(client, b"Name,City\nAda,Turku\n")
    found = ContactImport.objects.get()
    answer = client.post(
        url("import_columns", found.pk), {"column_0": "first_name", "column_1": "city"}
    )
    assert answer.status_code == 422
    assert "Choose the column with the email address" in answer.content.decode()


def test_a_target_is_chosen_once(client, alice):
    upload(client, b"Email,Other\na@people.example,b@people.example\n")
    found = ContactImport.objects.get()
    answer = client.post(
        url("import_columns", found.pk), {"column_0": "email", "column_1": "email"}
    )
    assert "is that already" in answer.content.decode()


def test_a_column_can_become_a_new_property(client, alice):
    upload(client, b"Email,Shoe size\nada@people.example,38\n")
    found = ContactImport.objects.get()
    client.post(
        url("import_columns", found.pk),
        {"policy": "fill", "column_0": "email", "column_1": "new:number"},
    )
    found.refresh_from_db()
    made = PropertyDefinition.objects.get()
    assert (made.name, made.kind) == ("shoe_size", "number")
    assert found.mapping == ["email", f"property:{made.pk}"]


@pytest.mark.parametrize(
    ("there", "says"),
    [
        ({"kind": "string"}, "it is “Text”"),
        ({"kind": "number", "archived_at": timezone.now()}, "it is archived"),
    ],
)
def test_a_column_does_not_become_a_property_that_is_another(client, there, says):
    PropertyDefinition.objects.create(name="shoe_size", label="Size", **there)
    upload(client, b"Email,Shoe size\nada@people.example,38\n")
    answer = client.post(
        url("import_columns", ContactImport.objects.get().pk),
        {"policy": "fill", "column_0": "email", "column_1": "new:number"},
    )
    assert says in answer.content.decode()


def test_two_columns_do_not_become_the_same_property(client):
    upload(client, b"Email,Shoe size,Shoe-Size\nada@people.example,38,39\n")
    answer = client.post(
        url("import_columns", ContactImport.objects.get().pk),
        {
            "policy": "fill",
            "column_0": "email",
            "column_1": "new:number",
            "column_2": "new:string",
        },
    )
    assert "“Shoe size” becomes that property already" in answer.content.decode()
    assert not PropertyDefinition.objects.exists()


def test_a_column_can_have_a_policy_of_its_own(client, alice):
    upload(client, b"Email,City\nada@people.example,Oulu\n")
    found = ContactImport.objects.get()
    answers = {"column_0": "email", "column_1": "city", "policy_1": "keep"}
    client.post(url("import_columns", found.pk), {"policy": "fill"} | answers)
    found.refresh_from_db()
    assert found.policy_of("city") == "keep"
    assert found.policy_of("email") == "fill"


def test_the_review_shows_what_would_change_from_what_to_what(client, alice):
    ContactFactory(email="ada@people.example", city="Turku")
    found = receive("Email,City\nada@people.example,Oulu\n", alice)
    page = client.get(url("import_review", found.pk)).content.decode()
    assert "City: Turku → Oulu" in page


def test_the_review_does_without_its_samples_when_the_staged_rows_are_lost(
    client, alice
):
    found = receive("Email\nada@people.example\n", alice)
    staging.drop(found)
    page = client.get(url("import_review", found.pk)).content.decode()
    assert "ada@people.example" not in page
    assert "Import 1 person" in page


def test_saying_that_they_agreed_asks_for_everything_that_shows_it(client, alice):
    found = receive("Email\nada@people.example\n", alice)
    answer = client.post(url("import_consent", found.pk), {"consent": "agreed"})
    text = answer.content.decode()
    for sentence in ("Say where", "Say when", "Give the words", "Choose at least one"):
        assert sentence in text


def test_a_day_on_which_nobody_agreed_to_anything_is_refused(client, alice):
    found = receive("Email\nada@people.example\n", alice)
    said = {"consent": "agreed", "consent_date": "0024-03-01"}
    answer = client.post(url("import_consent", found.pk), said)
    assert "That day is before 1970." in answer.content.decode()


def test_saying_nothing_asks_for_the_answer_alone(client, alice):
    found = receive("Email\nada@people.example\n", alice)
    text = client.post(
        url("import_consent", found.pk), {"consent": ""}
    ).content.decode()
    assert "Choose one of the three answers" in text
    assert "Or say that they have not agreed" not in text


def test_the_consent_page_does_not_undo_the_check(client, alice):
    found = receive("Email\nada@people.example\n", alice)
    client.post(url("import_consent", found.pk), {"consent": "none"})
    found.refresh_from_db()
    assert found.checked["rows"] == 1


def test_two_people_starting_at_once_start_one_import(client, alice):
    found = receive("Email\nada@people.example\n", alice)
    client.post(url("import_start", found.pk))
    client.post(url("import_start", found.pk))
    assert Job.objects.filter(kind="contact_import").count() == 1


def test_a_started_import_cannot_be_matched_again(client, alice):
    found = receive("Email\nada@people.example\n", alice)
    found.start(alice)
    assert client.get(url("import_columns", found.pk)).status_code == 404
    assert client.get(url("import_review", found.pk)).url == found.get_absolute_url()


def test_no_problems_no_file(client, alice):
    found = receive("Email\nada@people.example\n", alice)
    found.start(alice)
    work(found.job)
    assert client.get(url("import_problems", found.pk)).status_code == 404
    assert ContactImport.objects.get().state == ImportState.DONE
