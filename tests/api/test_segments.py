"""Segments by the API, and who is in them."""

import pytest

from accounts.models import AuditEntry
from tests.api.asking import told
from tests.factories import ContactFactory, SegmentFactory, make_segment

pytestmark = pytest.mark.django_db


def test_the_list_names_those_in_use(program):
    one, gone = SegmentFactory(), SegmentFactory()
    gone.archive()
    found = program.get("/segments").json()
    assert [row["id"] for row in found["items"]] == [one.pk]


def test_one_has_its_size(program):
    segment = make_segment(ContactFactory(), ContactFactory())
    found = program.get(f"/segments/{segment.pk}").json()
    assert (found["kind"], found["size"]) == ("static", 2)


def test_members_go_on_where_the_page_before_ended(program):
    people = ContactFactory.create_batch(3)
    ContactFactory()
    segment = make_segment(*people)
    first = program.get(f"/segments/{segment.pk}/members", limit=2).json()
    second = program.get(
        f"/segments/{segment.pk}/members", limit=2, after=first["next"]
    ).json()
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert (ids, second["next"]) == ([one.pk for one in people], None)


def test_members_cost_the_same_for_many(program, django_assert_num_queries):
    segment = make_segment(*ContactFactory.create_batch(10))
    program.get(f"/segments/{segment.pk}/members")
    with django_assert_num_queries(4):
        program.get(f"/segments/{segment.pk}/members")


@pytest.mark.parametrize("what", ["", "/members"])
def test_of_none_there_is_nothing(program, what):
    assert told(program.get(f"/segments/1000000{what}"))[0] == 404


@pytest.fixture
def people():
    return ContactFactory.create_batch(3)


def ids(people):
    return {"contacts": [one.pk for one in people]}


def test_people_join_a_static_segment(program, people):
    segment = make_segment(people[0])
    given = ids(people) | {"contacts": [*ids(people)["contacts"], 10**9]}
    answer = program.post(f"/segments/{segment.pk}/members", given)
    assert answer.json() == {"changed": 2, "unchanged": 1, "unknown": [10**9]}
    assert {*segment.members()} == {*people}


def test_people_leave_a_static_segment(program, people):
    segment = make_segment(*people[:2])
    answer = program.post(f"/segments/{segment.pk}/members/remove", ids(people[1:]))
    assert answer.json() == {"changed": 1, "unchanged": 1, "unknown": []}
    assert [*segment.members()] == people[:1]


def test_who_comes_and_goes_is_written_down(program, people):
    segment = make_segment()
    for what in ("", "", "/remove"):
        program.post(f"/segments/{segment.pk}/members{what}", ids(people))
    told = AuditEntry.objects.filter(url=segment.get_absolute_url()).order_by("pk")
    assert [(one.verb, one.detail["contacts"]) for one in told] == [
        ("put people into a segment", 3),
        ("took people out of a segment", 3),
    ]
    assert told[0].detail["via"] == "API token “CRM sync”"


def test_twice_with_a_key_is_once(program, people):
    place = f"/segments/{make_segment().pk}/members"
    answers = [
        program.post(place, ids(people), **{"Idempotency-Key": "a"}).json()
        for _ in range(2)
    ]
    assert [one["changed"] for one in answers] == [3, 3]


@pytest.mark.parametrize("what", ["", "/remove"])
def test_an_active_segment_goes_by_its_rules(program, people, what):
    place = f"/segments/{SegmentFactory().pk}/members{what}"
    assert told(program.post(place, ids(people))) == (409, "active")


@pytest.mark.parametrize("given", [[], [0], ["1"], list(range(1, 1002))])
def test_whom_nobody_can_be_is_refused_with_its_place(program, given):
    answer = program.post(f"/segments/{make_segment().pk}/members", {"contacts": given})
    assert told(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"].startswith("#/contacts")
