"""The builder's form: every change is a plain POST that the server draws again."""

import pytest
from django.urls import reverse

from accounts.models import Job
from consent.models import SubscriptionType
from segments.models import Segment
from tests.factories import ContactFactory, SegmentFactory, agree
from tests.segments.worlds import group, where

pytestmark = pytest.mark.django_db

NEW = reverse("segments:create")


def form(*nodes, **extra):
    """Fields as a browser sends them: (id, parent, "group"|"filter", values)."""
    data = {"name": "Silent", "kind": "active", "node": [str(n[0]) for n in nodes]}
    for number, parent, kind, values in nodes:
        data |= {f"n{number}-parent": str(parent), f"n{number}-kind": kind}
        data |= {f"n{number}-{key}": value for key, value in values.items()}
    return data | extra


GROUP = (1, 0, "group", {"match": "all"})
OPENED = (2, 1, "filter", {"field": "last_opened_at", "op": "unknown"})
SENDS = (3, 1, "filter", {"field": "delivered", "op": "greater", "v": "11"})


def test_saving_stores_the_rules_and_starts_to_fill_the_segment(client):
    answer = client.post(NEW, form(GROUP, OPENED, SENDS, do="save"))
    segment = Segment.objects.get()
    assert answer.url == segment.get_absolute_url()
    assert segment.rules == group(
        "any",
        group(
            "all",
            where("last_opened_at", "unknown"),
            where("delivered", "greater", value="11"),
        ),
    )
    assert Job.objects.get().resume == {"segment": segment.pk}


def test_the_live_count_is_the_number_of_matching_contacts(client):
    ContactFactory(delivered=12)
    ContactFactory(delivered=11)
    answer = client.post(NEW, form(GROUP, OPENED, SENDS, do="count"))
    assert answer.context["draft"].total.number == 1
    assert "more than 11 (12 or more)" in answer.context["draft"].sentence


def test_how_many_of_them_can_be_emailed_stands_beside_the_count(client):
    for contact in ContactFactory.create_batch(3, delivered=12)[:2]:
        agree(contact, SubscriptionType.objects.default())
    answer = client.post(NEW, form(GROUP, SENDS, do="count"))
    split = [(row["label"], row["count"]) for row in answer.context["draft"].split]
    assert split == [("Can be emailed", 2), ("Opted out, bounced or no consent", 1)]


def test_a_condition_that_is_not_finished_is_named_and_nothing_is_saved(client):
    blank = (3, 1, "filter", {"field": "delivered", "op": "greater", "v": ""})
    answer = client.post(NEW, form(GROUP, OPENED, blank, do="save"))
    assert answer.status_code == 422
    assert "Group 1, condition 2: type a number" in answer.content.decode()
    assert not Segment.objects.exists()


def test_what_was_typed_is_still_there_after_a_mistake(client):
    answer = client.post(NEW, form(GROUP, OPENED, SENDS, do="save", name=""))
    page = answer.content.decode()
    assert "Give the segment a name." in page
    assert 'name="n3-v" value="11"' in page


@pytest.mark.parametrize(
    ("do", "ids"),
    [
        ("add:1", [1, 2, 3, 4]),
        ("group:1", [1, 2, 3, 4, 5]),
        ("group:0", [1, 2, 3, 4, 5]),
        ("remove:2", [1, 3]),
        ("remove:1", [1, 2]),
        ("duplicate:2", [1, 2, 4, 3]),
        ("duplicate:1", [1, 2, 3, 4, 5, 6]),
        ("up:3", [1, 3, 2]),
        ("down:2", [1, 3, 2]),
        ("down:3", [1, 2, 3]),
        ("wrap:2", [1, 4, 2, 3]),
        ("nonsense:9", [1, 2, 3]),
        ("add:77", [1, 2, 3]),
    ],
)
def test_a_button_changes_the_tree(client, do, ids):
    answer = client.post(NEW, form(GROUP, OPENED, SENDS, do=do))
    assert [node.id for node in answer.context["draft"].tree.nodes] == ids


def test_including_people_without_a_value_is_one_button(client):
    ContactFactory(last_opened_at=None)
    lapsed = (
        2,
        1,
        "filter",
        {"field": "last_opened_at", "op": "more_than_ago", "v": "52", "unit": "weeks"},
    )
    before = client.post(NEW, form(GROUP, lapsed, do="count")).context["draft"]
    assert (before.total.number, before.missing) == (0, {2: 1})
    after = client.post(NEW, form(GROUP, lapsed, do="widen:2")).context["draft"]
    assert (after.total.number, after.missing) == (1, {})


def test_another_field_keeps_no_operator_that_does_not_fit(client):
    wrong = (2, 1, "filter", {"field": "company", "op": "greater", "v": "11"})
    draft = client.post(NEW, form(GROUP, wrong, do="count")).context["draft"]
    assert draft.tree.node(2).operator == "is"
    assert draft.tree.node(2).values == []


def test_htmx_gets_the_part_it_asks_for(client):
    answer = client.post(
        NEW, form(GROUP, OPENED, do="count"), headers={"HX-Target": "rail"}
    )
    page = answer.content.decode()
    assert "<html" not in page
    assert 'id="n1-told" hx-swap-oob="inplace"' in page


def test_a_stored_segment_opens_as_it_was_saved(client):
    rules = group(
        "any",
        group(
            "all",
            where("email_event", "received", group="email:1"),
            group("none", where("country", "any_of", values=["Norway", "Finland"])),
            where("delivered", "between", values=[1, 5]),
        ),
    )
    segment = SegmentFactory(rules=rules)
    draft = client.get(reverse("segments:edit", args=[segment.pk])).context["draft"]
    inner = draft.data["rules"][0]["rules"]
    assert inner[0]["groups"] == ["email:1"]
    assert inner[1] == rules["rules"][0]["rules"][1]
    assert inner[2]["values"] == ["1", "5"]


def test_two_people_saving_at_once_do_not_overwrite_each_other(client):
    segment = SegmentFactory(name="Silent")
    url = reverse("segments:edit", args=[segment.pk])
    client.post(url, form(GROUP, SENDS, do="save", version="1"))
    second = client.post(url, form(GROUP, OPENED, do="save", version="1"))
    assert second.status_code == 409
    segment.refresh_from_db()
    assert segment.rules["rules"][0]["rules"][0]["field"] == "delivered"
    third = client.post(url, form(GROUP, OPENED, do="save", version="2"))
    assert third.status_code == 302


def test_segments_made_from_one_another_are_refused_with_the_path(client):
    first = SegmentFactory(name="First")
    member = where("segment", "member", values=[str(first.pk)])
    second = SegmentFactory(name="Second", rules=group("all", member))
    url = reverse("segments:edit", args=[first.pk])
    circle = (
        2,
        1,
        "filter",
        {"field": "segment", "op": "member", "v": str(second.pk)},
    )
    answer = client.post(url, form(GROUP, circle, do="save", version="1"))
    assert answer.status_code == 422
    assert "First → Second → First" in answer.content.decode()


def test_drawing_the_builder_costs_the_same_for_many(client, django_assert_num_queries):
    """Session, account, properties, and five counts in transactions of their own."""
    SegmentFactory.create_batch(10)
    ContactFactory.create_batch(10, delivered=12)
    client.get(NEW, {"recipe": "never-opened"})  # what is cached from then on
    with django_assert_num_queries(22):
        client.get(NEW, {"recipe": "never-opened"})


def test_a_recipe_opens_the_builder_and_saves_nothing(client):
    answer = client.get(NEW, {"recipe": "never-opened"})
    assert answer.context["form"]["name"].value() == "Never opened"
    assert "open date has no value" in answer.context["draft"].sentence
    assert not Segment.objects.exists()
