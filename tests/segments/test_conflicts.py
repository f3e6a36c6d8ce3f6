"""Two people at one segment: nobody overwrites the other without seeing it."""

import pytest
from django.urls import reverse

from segments.differing import differences
from segments.rules import parse
from segments.vocabulary import Vocabulary
from tests.factories import SegmentFactory
from tests.segments.test_builder import GROUP, OPENED, SENDS, form
from tests.segments.worlds import group, where

pytestmark = pytest.mark.django_db


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


def test_a_button_does_not_hide_that_somebody_else_saved(client):
    """Without script every button draws the whole page again."""
    segment = SegmentFactory(name="Silent")
    url = reverse("segments:edit", args=[segment.pk])
    assert segment.save_rules(None, version=1)
    page = client.post(url, form(GROUP, SENDS, do="add:1", version="1"))
    assert 'name="version" value="1"' in page.content.decode()


def test_a_conflict_shows_what_differs_in_plain_words(client):
    segment = SegmentFactory(name="Silent")
    url = reverse("segments:edit", args=[segment.pk])
    client.post(url, form(GROUP, SENDS, do="save", version="1", name="Quiet"))
    answer = client.post(url, form(GROUP, OPENED, SENDS, do="save", version="1"))
    found = [(one.side, one.words) for one in answer.context["differences"]]
    assert found == [
        ("both", "All of these"),
        ("yours", "Last marketing email open date has no value"),
        ("both", "Marketing emails delivered is more than 11 (12 or more)"),
    ]
    page = answer.content.decode()
    assert "Only in yours" in page
    assert "Theirs is called “Quiet”." in page
    assert 'name="version" value="2"' in page


def test_a_conflict_without_a_difference_says_so(client):
    segment = SegmentFactory(name="Silent")
    url = reverse("segments:edit", args=[segment.pk])
    client.post(url, form(GROUP, SENDS, do="save", version="1"))
    answer = client.post(url, form(GROUP, SENDS, do="save", version="1"))
    assert "The conditions are the same in both." in answer.content.decode()


def test_long_stretches_that_are_the_same_are_left_out_of_a_conflict():
    many = [where("delivered", "greater", value=n) for n in range(20)]
    last = where("company", "is", value="Acme")
    theirs, yours = (group("all", *many, *more) for more in ([], [last]))
    words = Vocabulary()
    found = differences(parse(theirs, words), parse(yours, words), words)
    assert [(one.side, one.skipped) for one in found] == [
        ("gap", 18),
        ("both", 0),
        ("both", 0),
        ("yours", 0),
    ]
