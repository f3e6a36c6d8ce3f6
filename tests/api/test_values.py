"""Values of properties by the API: read as an import reads them."""

import json

import pytest

from contacts.models import Contact, PropertyDefinition
from contacts.properties import Kind
from tests.api.asking import told
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

CHOICES = ["Basic", "Pro"]


@pytest.fixture
def definitions(db):
    """One of each kind, by its name."""
    return {
        kind.value: PropertyDefinition.objects.create(
            name=kind.value, label=kind.label, kind=kind, choices=CHOICES
        )
        for kind in Kind
    }


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("string", " a ", "a"),
        ("string", 0, "0"),
        ("number", 1.5, 1.5),
        ("number", "1,234.5", 1234.5),
        ("boolean", False, False),
        ("boolean", "yes", True),
        ("boolean", "Nein", False),
        ("boolean", 1, True),
        ("date", "2026-11-22", "2026-11-22"),
        ("datetime", "2026-11-22T10:15:00+01:00", "2026-11-22T09:15:00+00:00"),
        ("choice", "pro", "Pro"),
        ("choices", "pro; Basic", ["Basic", "Pro"]),
        ("choices", ["pro"], ["Pro"]),
    ],
)
def test_a_value_is_read_by_its_kind(program, definitions, kind, given, value):
    body = {"first_name": "Bo", "properties": {kind: given}}
    made = program.post("/contacts", body).json()["id"]
    assert program.get(f"/contacts/{made}").json()["properties"] == {kind: value}


@pytest.mark.parametrize(
    ("kind", "nothing"),
    [
        *(("string", nothing) for nothing in (None, "", " ")),
        *(("choices", nothing) for nothing in (None, "", [], ["", " "])),
    ],
)
def test_nothing_makes_it_unknown(program, definitions, kind, nothing):
    known = {definitions[kind].key: "Pro"}
    ada = ContactFactory(properties=known)
    change = {"properties": {kind: nothing}}
    assert program.patch(f"/contacts/{ada.pk}", change).json()["properties"] == {}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        *((kind.value, ["Pro"]) for kind in Kind if kind != Kind.CHOICES),
        ("string", []),
        ("choices", ["Pro", "Gold"]),
        ("number", True),
        ("number", float("nan")),
        ("boolean", "perhaps"),
        ("boolean", 2),
        ("date", 1.5),
    ],
)
def test_what_is_no_value_is_refused_at_its_place(program, definitions, kind, given):
    body = {"first_name": "Bo", "properties": {kind: given}}
    answer = program.post("/contacts", body)
    assert told(answer) == (422, "invalid")
    assert [one["pointer"] for one in answer.json()["errors"]] == [
        f"#/properties/{kind}"
    ]


def test_all_that_is_wrong_is_told_at_once(program, definitions):
    given = {"number": "x", "no-such": 1}
    answer = program.post("/contacts", {"email": "nobody", "properties": given})
    assert {one["pointer"] for one in answer.json()["errors"]} == {
        "#/email",
        "#/properties/number",
        "#/properties/no-such",
    }


def test_a_value_that_is_no_choice_any_more_stays_with_whom_has_it(
    program, definitions
):
    ada = ContactFactory(properties={definitions["choice"].key: "Gold"})
    answer = program.patch(f"/contacts/{ada.pk}", {"city": "Turku"})
    assert answer.status_code == 200
    assert answer.json()["properties"] == {"choice": "Gold"}


def test_what_no_text_can_have_is_in_no_value(program, definitions):
    body = json.dumps({"first_name": "Bo", "properties": {"string": "a\0b"}})
    assert told(program.post("/contacts", body)) == (422, "invalid")
    assert not Contact.objects.exists()
