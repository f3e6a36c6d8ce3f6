"""Whatever goes wrong is told in one form, and the API describes itself."""

import pytest
from django.test import Client

from api.models import Token
from contacts.models import Contact, PropertyDefinition
from contacts.properties import Kind
from tests.api.asking import V1, told

pytestmark = pytest.mark.django_db
# of a character that takes two in UTF-16; alone it is none
HALF = "\ud800"
BO = {"first_name": "Bo"}


@pytest.fixture
def schema(db):
    return Client().get(f"{V1}/openapi.json").json()


@pytest.mark.parametrize("path", ["/nothing", "/contacts/", "/contacts/1/x", "/"])
def test_an_address_that_is_none(program, path):
    assert told(program.get(path)) == (404, "")


def test_a_method_that_is_none(program):
    answer = program.client.delete(f"{V1}/contacts")
    assert told(answer) == (405, "")
    assert {*answer["Allow"].split(", ")} == {"GET", "POST"}


def test_an_accident_of_ours_tells_nothing(program, monkeypatch):
    monkeypatch.setattr(Token, "touch", lambda self: 1 / 0)
    program.client.raise_request_exception = False
    assert told(program.get("/contacts")) == (500, "")


def test_nothing_is_kept_by_a_cache(program):
    assert program.get("/contacts")["Cache-Control"] == "no-store"


def test_no_cookie_is_set(program):
    assert not program.get("/contacts").cookies


def test_a_body_that_is_too_large(program):
    assert told(program.post("/contacts", " " * 3_000_000)) == (400, "")


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/contacts", {"first_name": HALF}, "#/first_name"),
        ("/contacts", {"email": f"ada@{HALF}.example"}, "#/email"),
        ("/contacts", BO | {"properties": {"note": HALF}}, "#/properties/note"),
        ("/contacts", BO | {"properties": {"note": [HALF]}}, "#/properties/note/0"),
        ("/contacts", BO | {"properties": {f"a/{HALF}": 1}}, f"#/properties/a~1{HALF}"),
        ("/contacts/find", {"email": HALF}, "#/email"),
        ("/properties", {"label": HALF, "kind": "string"}, "#/label"),
        ("/suppressions/check", {"emails": ["a@b.example", HALF]}, "#/emails/1"),
    ],
)
def test_half_a_character_is_refused_with_its_place(program, path, body, pointer):
    common = {"name": "note", "label": "Note", "kind": Kind.STRING}
    PropertyDefinition.objects.create(**common)
    answer = program.post(path, body)
    assert told(answer) == (422, "invalid")
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_half_a_character_without_an_escape_is_refused(program):
    body = b'{"first_name": "\xed\xa0\x80"}'
    answer = program.client.post(f"{V1}/contacts", body, "application/json")
    assert told(answer) == (422, "invalid")


def test_two_halves_are_a_character(program):
    answer = program.post("/contacts", r'{"first_name": "\ud83d\ude42"}')
    assert Contact.objects.get(pk=answer.json()["id"]).first_name == "🙂"


def test_a_body_that_has_no_bottom(program):
    assert told(program.post("/contacts", "[" * 100_000)) == (400, "")


def test_a_page_of_the_console_is_left_alone(client):
    answer = client.get("/no-such-page/")
    assert answer["Content-Type"].startswith("text/html")


class TestTheDescription:
    def test_is_openapi_3_1(self, schema):
        assert schema["openapi"].startswith("3.1")

    def test_names_the_scope_of_every_call(self, schema):
        found = [
            told["security"][0]["Bearer"]
            for methods in schema["paths"].values()
            for told in methods.values()
        ]
        assert all(len(scopes) == 1 for scopes in found)

    def test_says_how_to_come_in(self, schema):
        assert schema["components"]["securitySchemes"] == {
            "Bearer": {"type": "http", "scheme": "bearer"}
        }

    def test_says_what_a_problem_looks_like(self, schema):
        answer = schema["components"]["responses"]["Problem"]
        assert [*answer["content"]] == ["application/problem+json"]
