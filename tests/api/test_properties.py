"""Properties by the API."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
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


@pytest.fixture
def plan(program):
    program.post("/properties", PLAN)
    return PropertyDefinition.objects.get()


def test_what_is_given_is_changed_and_nothing_else(program, plan):
    answer = program.patch("/properties/plan", {"choices": ["Basic", "Gold"]})
    assert answer.json() == PLAN | {
        "name": "plan",
        "description": "",
        "choices": ["Basic", "Gold"],
    }
    program.patch("/properties/plan", {"label": "Tariff"})
    plan.refresh_from_db()
    assert (plan.name, plan.label, plan.choices) == (
        "plan",
        "Tariff",
        ["Basic", "Gold"],
    )


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"label": ""}, "#/label"),
        ({"choices": []}, "#/choices"),
        ({"kind": "number"}, "#/kind"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_place(
    program, plan, change, pointer
):
    answer = program.patch("/properties/plan", change)
    assert told(answer) == (422, "invalid")
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_an_archived_one_is_out_of_the_list_and_comes_back(program, plan):
    answer = program.post("/properties/plan/archive", {})
    assert answer.json() == {"name": "plan", "archived": True}
    assert program.get("/properties").json() == []
    assert told(program.patch("/properties/plan", {"label": "X"}))[0] == 404
    program.post("/properties/plan/restore", {})
    assert len(program.get("/properties").json()) == 1


def test_archived_twice_it_is_archived_and_written_down_once(program, plan):
    for _ in range(2):
        program.post("/properties/plan/archive", {})
    plan.refresh_from_db()
    assert plan.archived_at
    entry = AuditEntry.objects.get(verb="archived a property")
    assert (entry.subject, entry.detail) == ("Plan", {"via": "API token “CRM sync”"})


@pytest.mark.parametrize("what", ["", "/archive", "/restore"])
def test_one_that_is_none_is_not_found(program, what):
    ask = program.post if what else program.patch
    assert told(ask(f"/properties/nothing{what}", {}))[0] == 404
