"""Which forms there are, by the API."""

import pytest

from tests.factories import FormFactory

pytestmark = pytest.mark.django_db


def test_the_list_says_where_and_what_for(program):
    form = FormFactory()
    found = program.get("/forms").json()["items"]
    assert [one["url"] for one in found] == [form.public_url]
    assert found[0]["subscription_types"] == [form.types.get().pk]


def test_a_closed_form_is_not_told(program):
    FormFactory().archive()
    assert program.get("/forms").json()["items"] == []


def test_the_list_costs_the_same_for_many(program, django_assert_num_queries):
    FormFactory.create_batch(5)
    program.get("/forms")
    with django_assert_num_queries(3):
        program.get("/forms")
