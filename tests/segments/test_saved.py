"""The builder says whether what stands in it is saved, and what it could not count."""

import pytest
from django.db import connection
from django.urls import reverse

from segments.builder import Tree
from segments.models import Segment, SegmentUse
from segments.nodes import Node
from segments.undo import Past
from tests.factories import ContactFactory, SegmentFactory
from tests.segments.halfway import begun
from tests.segments.test_builder import GROUP, NEW, OPENED, SENDS, form
from tests.segments.worlds import group, where

pytestmark = pytest.mark.django_db

CLICKED = (4, 1, "filter", {"field": "email_event", "op": "link_clicked"})
SHOWN = {
    True: 'data-state="saved">',
    False: 'data-state="unsaved">',
}


@pytest.fixture
def segment():
    return SegmentFactory(
        name="Silent", rules=group("all", where("delivered", "known"))
    )


@pytest.fixture
def no_deliveries():
    """The database cannot answer whatever is asked about deliveries."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE deliveries_delivery RENAME TO gone")


def edit(segment):
    return reverse("segments:edit", args=[segment.pk])


KNOWN = (2, 1, "filter", {"field": "delivered", "op": "known"})


@pytest.mark.parametrize(
    ("rows", "name", "is_saved"),
    [
        ((KNOWN,), "Silent", True),
        ((KNOWN,), "Quiet", False),
        ((SENDS,), "Silent", False),
        ((KNOWN, SENDS), "Silent", False),
    ],
)
def test_what_stands_in_the_builder_is_saved_or_it_is_not(
    client, segment, rows, name, is_saved
):
    page = client.post(edit(segment), form(GROUP, *rows, do="count", name=name))
    assert SHOWN[is_saved] in page.content.decode()
    assert SHOWN[not is_saved] not in page.content.decode()


def test_a_stored_segment_is_saved_and_a_new_one_is_not(client, segment):
    assert client.get(edit(segment)).context["saved"]
    assert not client.get(NEW).context["saved"]


def test_undoing_a_change_makes_it_saved_again(client, segment):
    first = client.post(edit(segment), form(GROUP, KNOWN, do="count")).context["past"]
    kept = {"past": first.packed, "at": str(first.at)}
    changed = client.post(edit(segment), form(GROUP, KNOWN, do="add:1", **kept))
    assert not changed.context["saved"]
    past = changed.context["past"]
    kept = {"past": past.packed, "at": str(past.at)}
    rows = (GROUP, KNOWN, (3, 1, "filter", {}))
    undone = client.post(edit(segment), form(*rows, do="undo", **kept))
    assert undone.context["saved"]


def test_what_was_refused_is_not_saved(client, segment):
    answer = client.post(edit(segment), form(GROUP, KNOWN, do="save", name=""))
    assert not answer.context["saved"]


def test_the_answer_of_a_part_brings_its_own_word(client, segment):
    asked = form(GROUP, KNOWN, do="count")
    part = client.post(edit(segment), asked, headers={"HX-Target": "rail"})
    assert 'id="saved" hx-swap-oob="inplace"' in part.content.decode()


def test_what_cannot_be_counted_gets_a_sentence_and_nothing_is_lost(
    client, no_deliveries
):
    rows = (GROUP, OPENED, SENDS, CLICKED)
    answer = client.post(NEW, form(*rows, do="count", name="My own name"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<div id="uncounted">' in page
    assert "Try again" in page
    assert 'name="n3-v" value="11"' in page
    assert 'value="My own name"' in page


def test_who_listens_hears_that_the_count_failed(client, no_deliveries):
    draft = client.post(NEW, form(GROUP, CLICKED, do="count")).context["draft"]
    assert draft.spoken == "Could not count. Try again"


def test_after_the_database_recovered_the_count_is_there_again(client):
    page = client.post(NEW, form(GROUP, CLICKED, do="count")).content.decode()
    assert '<div id="uncounted" hidden>' in page


def test_what_cannot_be_counted_can_be_saved_all_the_same(client, no_deliveries):
    answer = client.post(NEW, form(GROUP, CLICKED, do="save"))
    assert answer.url == Segment.objects.get().get_absolute_url()


def test_what_is_in_use_is_not_saved_untold_where_nothing_could_be_counted(
    client, segment, no_deliveries
):
    SegmentUse.objects.note("email:3", [segment], label="Email “Stay?”", url="/x/")
    url = edit(segment)
    page = client.post(url, form(GROUP, CLICKED, do="save", version="1"))
    assert "could not be counted just now" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_table_that_somebody_holds_costs_seconds_and_no_page(client, monkeypatch):
    """Neither the count nor the estimate in its place waits for it."""
    monkeypatch.setattr("segments.counting.PATIENCE_MS", 200)
    ContactFactory()
    with begun("LOCK TABLE deliveries_delivery", []):
        answer = client.post(NEW, form(GROUP, CLICKED, do="count"))
    assert answer.context["draft"].failed


def test_the_last_fifty_states_can_be_taken_back():
    past = Past([], -1)
    for n in range(60):
        past.note(Tree([Node(1, 0, "group"), Node(2, 1, values=[str(n)])]))
    for _ in range(60):
        tree = past.undone()
    assert tree.nodes[1].value == "10"
