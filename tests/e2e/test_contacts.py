"""Files of contacts as they are: long, ugly, and holding who was erased."""

import re

import pytest

from consent.models import SubscriptionType
from contacts.models import Contact, PropertyDefinition
from deliveries.refusals import mailable
from tests.e2e.marketer import Marketer
from tests.spreadsheets import workbook

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(900)]

ROWS = 100_000
PROBLEMS = 40  # of each kind


def long_list():
    """100,000 people; a few without an address, twice there, or with odd points."""
    people = [[f"p{n}@people.example", f"Person {n}", n % 500] for n in range(ROWS)]
    for n in range(PROBLEMS):
        people[n * 1_000][0] = "nobody at all"
        people[n * 1_000 + 1][2] = "plenty"
        people[n * 1_000 + 2][0] = "P3@people.example"
    return workbook(People=[["Email", "First name", "Points"], *people])


@pytest.fixture
def marketer(live_stack, signed_in_page):
    return Marketer(live_stack, signed_in_page)


def begin(marketer, file):
    marketer.go("/contacts/import/")
    marketer.page.get_by_label("File of contacts").set_input_files(file)
    marketer.press("Continue")


@pytest.fixture
def checked(marketer, axe, tmp_path):
    """The page that says what would become of the long list."""
    PropertyDefinition.objects.create(name="points", label="Points", kind="number")
    file = tmp_path / "people.xlsx"
    file.write_bytes(long_list())
    page = marketer.page
    page.set_default_timeout(300_000)
    begin(marketer, file)
    page.get_by_label("“Points” is").wait_for()
    assert axe(page) == []
    marketer.press("Continue")
    page.get_by_label("They have not agreed, or nobody can show it").check()
    marketer.press("Continue")
    page.get_by_role("button", name="Import 99,920 people").wait_for()
    assert axe(page) == []
    return page


def test_a_workbook_of_100_000_rows_with_faults(marketer, checked):
    marketer.press("Import 99,920 people")
    marketer.sees("100,000 rows read")
    said = checked.get_by_role("main").inner_text()
    assert re.search(r"Refused: not an address\s+40", said)
    assert re.search(r"The same address again\s+40", said)
    assert re.search(r"Came in without a value that could not be read\s+40", said)
    assert Contact.objects.count() == ROWS - 2 * PROBLEMS
    with checked.expect_download() as download:
        checked.get_by_role("link", name="Rows with problems").click()
    problems = download.value.path().read_text()
    assert problems.count(",nobody at all,") == PROBLEMS
    assert problems.count(",plenty\n") == PROBLEMS


def test_who_was_erased_stays_unmailed_when_a_file_brings_her_again(
    live_stack, marketer, tmp_path
):
    file = tmp_path / "customers.csv"
    file.write_text("Email,First Name\nana@people.example,Ana\nbo@people.example,Bo\n")
    marketer.set_brand()
    marketer.import_contacts(file, rows=2)
    kind = SubscriptionType.objects.default()
    assert mailable(Contact.objects.all(), kind).count() == 2
    ana = Contact.objects.get(email="ana@people.example")

    marketer.go(f"/people/{ana.address_id}/erase/")
    marketer.page.get_by_role("textbox").last.fill("ana@people.example")
    marketer.press("Erase for good")
    live_stack.wait_for(lambda: not Contact.objects.filter(pk=ana.pk), "the erasure")

    marketer.import_contacts(file, rows=2)
    marketer.sees("Are on the do-not-mail list and stay there")
    left = mailable(Contact.objects.all(), kind)
    assert [one.email for one in left] == ["bo@people.example"]
