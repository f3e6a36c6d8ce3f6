"""What an import finds out is kept without a language and said in the reader’s."""

import io

import pytest
from django.utils.translation import override

from consent import sheets
from consent.models import SubscriptionType
from consent.tables import BadTable, Row
from contacts.importing import columns, reviewing, told
from contacts.models import PropertyDefinition
from contacts.properties import Kind
from contacts.subscriptions import WHY
from tests.contacts.importing import receive
from tests.spreadsheets import workbook

OPEN = "Last marketing email open date"
FILE = f"Email,Age,{OPEN}\nada@people.example,x,03/04/2026\nada@people.example\nbad\n"


@pytest.fixture
def found(alice):
    PropertyDefinition.objects.create(name="age", label="Age", kind=Kind.NUMBER)
    return receive(FILE, alice)


def said(found):
    outcomes, besides = reviewing.outcomes(found)
    both = [*outcomes, *besides]
    return {one.name: [row.what for row in one.samples] for one in both}


@pytest.mark.parametrize(
    ("language", "remarked", "duplicates", "refused"),
    [
        (
            "en",
            "Age was left out: “x” is not a number.",
            "The address stands in row 2 already.",
            "“bad” has no @.",
        ),
        (
            "fi",
            "Jätettiin pois ”Age”: ”x” ei ole luku.",
            "Osoite on jo rivillä 2.",
            "”bad”: @-merkki puuttuu.",
        ),
    ],
)
def test_why_a_row_is_not_taken_as_it_stands(
    found, language, remarked, duplicates, refused
):
    with override(language):
        samples = said(found)
    assert samples["remarked"] == [remarked]
    assert samples["duplicates"] == [duplicates]
    assert samples["refused"] == [refused]


def test_why_a_column_stays_out(found):
    with override("nb"):
        [sentence] = reviewing.sentences(found)
    assert sentence.startswith(f"«{OPEN}» utelates: «03/04/2026» kan være")


def test_what_a_check_of_before_wrote_is_shown_as_it_is(found):
    found.checked["sentences"] = ["“Age” stays out."]
    assert reviewing.sentences(found) == ["“Age” stays out."]
    assert told.said("“x” is not a number.") == "“x” is not a number."


def test_a_row_with_nothing_to_say_says_nothing():
    assert told.said(told.together([])) == ""


@pytest.mark.parametrize("language", ["en", "fi"])
def test_headings_are_known_in_english_and_in_the_language_that_is_spoken(db, language):
    kind = SubscriptionType.objects.first()
    headings = ["First name", "Last name", f"Opted out of email: {kind.name}"]
    with override(language):
        spoken = [str(columns.PERSON[0].label)]
        targets = [*columns.FIXED, *columns.opt_outs_of([kind])]
        guessed = columns.guess([*spoken, *headings], [Row(2, ["", ""])], targets)
    assert guessed == ["email", "first_name", "last_name", f"type:{kind.pk}"]


def test_why_a_spreadsheet_cannot_be_read():
    content = workbook(One=[["Email"], ["a@people.example"]])
    at = content.index(b"xl/worksheets/sheet1.xml") + 40
    damaged = content[:at] + b"\xff" * 60 + content[at + 60 :]
    with override("fr"), pytest.raises(BadTable, match="est endommagée"):
        sheets.sheets(io.BytesIO(damaged))


@pytest.mark.parametrize("reason", WHY)
def test_why_staff_cannot_opt_somebody_in(reason):
    with override("pl"):
        sentence = WHY[reason] % {"name": "Ada"}
    assert sentence not in {WHY[reason] % {"name": "Ada"}, ""}
