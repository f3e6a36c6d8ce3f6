"""Segments by the API, and who is in them."""

import pytest

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
