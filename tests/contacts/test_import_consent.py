"""Who agreed, when and where, told by the file row by row."""

import datetime as dt

import pytest
from django.utils import timezone

from consent.models import Grant
from contacts.models import ContactImport
from tests.contacts.importing import bring_in, problems
from tests.contacts.test_import import agreed

pytestmark = pytest.mark.django_db


def yeses():
    """{address: (when, where) of its yes}."""
    rows = Grant.objects.select_related("address", "record")
    return {
        str(one.address): (f"{one.given_at:%Y-%m-%d}", one.record.explanation)
        for one in rows
    }


def test_each_person_agreed_when_and_where_the_row_says(alice):
    agreed(
        "Email,Consent date,Consent source\n"
        "ada@people.example,2024-05-06,Fair\nbo@people.example,,\n",
        alice,
    )
    usual = ContactImport.objects.get()
    assert yeses() == {
        "ada@people.example": ("2024-05-06", "Fair"),
        "bo@people.example": (str(usual.consent_date), usual.consent_source),
    }


@pytest.mark.parametrize(
    ("cell", "is_subscribed"),
    [("yes", True), ("Subscribed", True), ("no", False), ("", False), ("?", False)],
)
def test_only_who_plainly_agreed_is_subscribed(alice, cell, is_subscribed):
    found = agreed(f"Email,Opted in\nada@people.example,{cell}\n", alice)
    assert bool(yeses()) is is_subscribed
    assert found.counts["new"] == 1
    assert found.checked["not_agreed"] == (not is_subscribed)


def test_who_disagrees_in_any_row_has_not_agreed(alice):
    agreed("Email,Consent\nada@people.example,yes\nADA@people.example,no\n", alice)
    assert not yeses()


def test_a_yes_of_tomorrow_is_left_out_and_the_usual_day_counts(alice):
    tomorrow = timezone.now() + dt.timedelta(days=2)
    found = agreed(
        f"Email,Consent date\nada@people.example,{tomorrow:%Y-%m-%d}\n", alice
    )
    assert "has not come yet" in problems(found)[1]
    assert yeses()["ada@people.example"][0] == str(found.consent_date)


def test_without_an_answer_no_row_subscribes_anybody(alice):
    bring_in("Email,Consent,Consent date\nada@people.example,yes,2024-01-02\n", alice)
    assert not yeses()
