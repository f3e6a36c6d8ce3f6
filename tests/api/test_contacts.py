"""Contacts by the API: the rules of the console, in JSON."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from consent.models import Suppression
from consent.vocabulary import Actor, Mechanism, Reason
from contacts.models import Contact, PropertyDefinition
from contacts.properties import Kind
from tests.api.asking import V1, told
from tests.factories import ContactFactory, make_address, no_because

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db):
    return ContactFactory(email="Ada@People.example", first_name="Ada", city="Oslo")


@pytest.fixture
def score(db):
    return PropertyDefinition.objects.create(
        name="score", label="Score", kind=Kind.NUMBER
    )


@pytest.fixture
def plan(db):
    return PropertyDefinition.objects.create(
        name="plan", label="Plan", kind=Kind.CHOICE, choices=["Basic", "Pro"]
    )


class TestLookingUp:
    def test_one_by_its_id(self, program, ada):
        found = program.get(f"/contacts/{ada.pk}").json()
        assert (found["email"], found["city"]) == ("Ada@People.example", "Oslo")

    def test_its_properties_have_their_names(self, program, ada, score):
        Contact.objects.filter(pk=ada.pk).update(properties={score.key: 7})
        found = program.get(f"/contacts/{ada.pk}").json()
        assert found["properties"] == {"score": 7}

    def test_one_by_its_address_however_it_is_spelled(self, program, ada):
        found = program.post("/contacts/find", {"email": "ADA@people.EXAMPLE"})
        assert found.json()["id"] == ada.pk

    @pytest.mark.parametrize("email", ["bo@people.example", "no address", ""])
    def test_nobody_is_found_by_another_address(self, program, ada, email):
        assert told(program.post("/contacts/find", {"email": email}))[0] == 404

    @pytest.mark.parametrize("pk", ["9999999", str(2**63), "x", "-1"])
    def test_nobody_is_found_by_another_id(self, program, ada, pk):
        assert told(program.get(f"/contacts/{pk}"))[0] in {404, 422}


class TestTheList:
    def test_goes_on_where_the_page_before_ended(self, program):
        made = [one.pk for one in ContactFactory.create_batch(5)]
        found, after = [], None
        while True:
            asked = {"limit": 2} | ({"after": after} if after else {})
            page = program.get("/contacts", **asked).json()
            found += [one["id"] for one in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert found == made

    def test_costs_the_same_for_many(self, program, django_assert_num_queries):
        ContactFactory.create_batch(10)
        program.get("/contacts")
        with django_assert_num_queries(3):
            program.get("/contacts")

    def test_is_written_down_once_an_hour(self, program, alice):
        for _ in range(2):
            program.get("/contacts")
        entry = AuditEntry.objects.get(verb="read all contacts by the API")
        assert entry.actor == alice

    def test_skips_nothing_by_counting(self, program):
        ContactFactory.create_batch(3)
        with CaptureQueriesContext(connection) as asked:
            program.get("/contacts", after=1, limit=1)
        words = " ".join(one["sql"].upper() for one in asked)
        assert "OFFSET" not in words
        assert "COUNT(" not in words

    @pytest.mark.parametrize(
        "query", [{"limit": 0}, {"limit": 501}, {"limit": "x"}, {"after": 2**63}]
    )
    def test_a_page_that_cannot_be_is_refused(self, program, query):
        answer = program.get("/contacts", **query)
        assert told(answer) == (422, "invalid")
        assert answer.json()["errors"][0]["parameter"] in query


class TestCreating:
    def test_makes_a_contact_and_says_where(self, program):
        answer = program.post("/contacts", {"email": "bo@people.example"})
        assert answer.status_code == 201
        there = answer.json()["url"].removeprefix("http://testserver" + V1)
        assert program.get(there).json()["email"] == "bo@people.example"

    def test_takes_properties_of_every_kind(self, program, score, plan):
        given = {"score": 0, "plan": "Pro"}
        made = program.post("/contacts", {"first_name": "Bo", "properties": given})
        found = program.get(f"/contacts/{made.json()['id']}").json()
        assert found["properties"] == given

    def test_the_answer_names_nobody(self, program):
        answer = program.post("/contacts", {"email": "bo@people.example"})
        assert "bo@" not in answer.content.decode()

    def test_it_is_written_down_with_the_token(self, program, alice):
        program.post("/contacts", {"email": "bo@people.example"})
        entry = AuditEntry.objects.get(verb="created a contact")
        assert entry.actor == alice
        assert entry.detail == {"via": "API token “CRM sync”"}

    def test_an_address_that_said_no_goes_on_saying_no(self, program):
        address = make_address("bo@people.example")
        no = no_because(Reason.OWN_OPT_OUT)
        Suppression.objects.suppress([address.pk], Reason.OWN_OPT_OUT, no)
        made = program.post("/contacts", {"email": "bo@people.example"}).json()
        assert Contact.objects.get(pk=made["id"]).suppressions().count() == 1

    def test_the_same_address_twice_is_refused_and_says_who_has_it(self, program, ada):
        answer = program.post("/contacts", {"email": "ada@people.example"})
        assert told(answer) == (409, "contact_exists")
        assert answer.json()["contact"] == ada.pk

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "#/email"),
            ({"email": "nobody"}, "#/email"),
            ({"email": "a\0b@people.example"}, "#/email"),
            ({"email": "b@x.example", "first_name": "x" * 500}, "#/first_name"),
            ({"first_name": "Bo", "time_zone": "Mars/North"}, "#/time_zone"),
            ({"first_name": "Bo", "properties": {"plan": "Gold"}}, "#/properties/plan"),
            ({"first_name": "Bo", "properties": {"score": "x"}}, "#/properties/score"),
            (
                {"first_name": "Bo", "properties": {"no/such": 1}},
                "#/properties/no~1such",
            ),
            ({"first_name": "Bo", "owner": 1}, "#/owner"),
            ({"first_name": 5}, "#/first_name"),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_place(
        self, program, score, plan, body, pointer
    ):
        answer = program.post("/contacts", body)
        assert told(answer) == (422, "invalid")
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
        assert not Contact.objects.exists()

    @pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "null", "\xff"])
    def test_a_body_that_is_none_is_refused(self, program, body):
        assert told(program.post("/contacts", body))[0] in {400, 422}


class TestUpdating:
    def test_changes_what_is_given_and_nothing_else(self, program, ada):
        found = program.patch(f"/contacts/{ada.pk}", {"city": "Turku"}).json()
        assert (found["city"], found["first_name"]) == ("Turku", "Ada")

    def test_null_is_nothing(self, program, ada, score):
        Contact.objects.filter(pk=ada.pk).update(properties={score.key: 7})
        change = {"city": None, "properties": {"score": None}}
        found = program.patch(f"/contacts/{ada.pk}", change).json()
        assert (found["city"], found["properties"]) == ("", {})

    def test_other_properties_stay(self, program, ada, score, plan):
        kept = {score.key: 7, plan.key: "Pro"}
        Contact.objects.filter(pk=ada.pk).update(properties=kept)
        change = {"properties": {"plan": "Basic"}}
        found = program.patch(f"/contacts/{ada.pk}", change).json()
        assert found["properties"] == {"score": 7, "plan": "Basic"}

    def test_a_no_of_hers_goes_along_to_a_new_address(self, program, ada):
        no = no_because(Reason.OWN_OPT_OUT)
        Suppression.objects.suppress([ada.address_id], Reason.OWN_OPT_OUT, no)
        program.patch(f"/contacts/{ada.pk}", {"email": "ada@new.example"})
        there = Contact.objects.get(pk=ada.pk).suppressions()
        assert [one.reason for one in there] == [Reason.OWN_OPT_OUT]

    def test_that_it_went_along_was_the_act_of_the_program(self, program, ada, alice):
        no = no_because(Reason.OWN_OPT_OUT)
        Suppression.objects.suppress([ada.address_id], Reason.OWN_OPT_OUT, no)
        program.patch(f"/contacts/{ada.pk}", {"email": "ada@new.example"})
        record = Contact.objects.get(pk=ada.pk).suppressions().get().record
        assert (record.actor, record.mechanism) == (Actor.PROGRAM, Mechanism.API)
        assert (record.user, record.source["via"]) == (alice, "API token “CRM sync”")

    def test_the_address_of_another_is_refused(self, program, ada):
        bo = ContactFactory(email="bo@people.example")
        answer = program.patch(f"/contacts/{bo.pk}", {"email": "ada@people.example"})
        assert told(answer) == (409, "contact_exists")
