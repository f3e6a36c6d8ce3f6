"""The best guess of what a column is."""

from consent import tables
from contacts.importing import columns


def guess(headings, *rows):
    sample = [tables.Row(number, list(row)) for number, row in enumerate(rows, 2)]
    return columns.guess(headings, sample, columns.FIXED)


def test_the_headings_of_an_export_are_known_by_label_and_internal_name():
    headings = [
        "Record ID",
        "First Name",
        "Email",
        "Country/Region",
        "Marketing emails delivered",
        "hs_email_last_open_date",
        "Sends Since Last Engagement",
        "Unsubscribed from all email",
        "Email hard bounce reason",
    ]
    assert guess(headings) == [
        "",
        "first_name",
        "email",
        "country",
        "delivered",
        "last_opened_at",
        "sends_since_engagement",
        "opted_out",
        "bounce_reason",
    ]


def test_without_a_telling_heading_the_addresses_are_found_by_content():
    guessed = guess(["A", "B"], ["1", "ada@people.example"], ["2", "bo@people.example"])
    assert guessed == ["", "email"]


def test_a_target_is_guessed_once():
    assert guess(["Email", "E-mail"]).count("email") == 1
