"""Properties by the API."""

import pytest
from django.utils import timezone

from accounts.roles import Role
from contacts.models import PropertyDefinition
from contacts.properties import Kind
from tests.api.asking import Program, told
from tests.factories import UserFactory
from tests.threads import halfway

pytestmark = pytest.mark.django_db

PLAN = {"label": "Plan", "kind": "choice", "choices": ["Basic", "Pro"]}


def test_the_list_is_without_the_archived(program):
    common = {"kind": Kind.NUMBER, "label": "Score"}
    PropertyDefinition.objects.create(name="score", **common)
    PropertyDefinition.objects.create(name="old", archived_at=timezone.now(), **common)
    found = program.get("/properties").json()
    assert [(one["name"], one["kind"]) for one in found] == [("score", "number")]


def test_a_new_one_can_be_set_on_a_contact(program):
    answer = program.post("/properties", PLAN)
    assert (answer.status_code, answer.json()) == (201, {"name": "plan"})
    made = program.post(
        "/contacts", {"first_name": "Bo", "properties": {"plan": "Pro"}}
    )
    assert made.status_code == 201


def test_twice_with_a_key_is_one(program):
    answers = [
        program.post("/properties", PLAN, **{"Idempotency-Key": "a"}).json()
        for _ in range(2)
    ]
    assert answers == [{"name": "plan"}] * 2


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"label": ""}, "#/label"),
        ({"label": "計画"}, "#/label"),
        ({"label": "x" * 200}, "#/label"),
        ({"kind": "colour"}, "#/kind"),
        ({"choices": []}, "#/choices"),
        ({"choices": ["a;b"]}, "#/choices"),
        ({"choices": ["a\nb"]}, "#/choices/0"),
        ({"name": "plan"}, "#/name"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(program, change, pointer):
    answer = program.post("/properties", PLAN | change)
    assert told(answer) == (422, "invalid")
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_the_same_label_twice_is_refused(program):
    program.post("/properties", PLAN)
    assert told(program.post("/properties", PLAN)) == (422, "invalid")


@pytest.mark.django_db(transaction=True)
def test_the_same_label_twice_at_one_moment_is_refused():
    program = Program(UserFactory(role=Role.ADMIN))
    answer = halfway(
        lambda: PropertyDefinition.objects.create(
            name="plan", label="Plan", kind=Kind.STRING
        ),
        lambda: program.post("/properties", PLAN),
    )
    assert told(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == "#/label"
