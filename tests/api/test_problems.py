"""Whatever goes wrong is told in one form, and the API describes itself."""

import pytest
from django.test import Client

from api.models import Token
from tests.api.asking import V1, told

pytestmark = pytest.mark.django_db


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
