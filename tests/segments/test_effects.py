"""Saving a segment in use: who uses it and what changes for them is told first."""

import pytest
from django.urls import reverse

from segments.models import SegmentUse
from tests.factories import ContactFactory, SegmentFactory
from tests.segments.test_builder import GROUP, SENDS, form

pytestmark = pytest.mark.django_db


@pytest.fixture
def segment():
    """Two of three people are in it: those with 5 and with 20 emails."""
    for delivered in (0, 5, 20):
        ContactFactory(delivered=delivered)
    one = SegmentFactory(name="Silent")
    one.refresh()
    SegmentUse.objects.note("email:3", [one], label="Email “Stay?”", url="/x/")
    return one


def save(client, segment, *rows, do="save", **more):
    url = reverse("segments:edit", args=[segment.pk])
    return client.post(url, form(GROUP, *rows, do=do, version="1", **more))


def fewer(operator, value):
    return (3, 1, "filter", {"field": "delivered", "op": operator, "v": value})


def test_nothing_is_saved_before_it_was_told_what_changes(client, segment):
    answer = save(client, segment, SENDS)
    told = answer.context["effect"]
    assert (told.before, told.after.number) == (2, 1)
    assert (told.joining, told.leaving) == (0, 1)
    page = answer.content.decode()
    assert "Email “Stay?”" in page
    assert "from <strong>2</strong> to <strong>1</strong>" in page
    segment.refresh_from_db()
    assert segment.version == 1


def test_as_many_as_before_can_be_other_people(client, segment):
    told = save(client, segment, fewer("less", "10")).context["effect"]
    assert (told.before, told.after.number) == (2, 2)
    assert (told.joining, told.leaving) == (1, 1)


def test_after_it_was_told_the_segment_is_saved(client, segment):
    assert save(client, segment, SENDS, do="save:sure").status_code == 302
    segment.refresh_from_db()
    assert segment.rules["rules"][0]["rules"][0]["operator"] == "greater"


def test_a_new_name_changes_nobody_and_is_saved_at_once(client, segment):
    same = fewer("greater", "0")
    assert save(client, segment, same, name="Quiet").status_code == 302
    segment.refresh_from_db()
    assert segment.name == "Quiet"


def test_a_segment_that_nothing_uses_is_saved_at_once(client, segment):
    SegmentUse.objects.all().delete()
    assert save(client, segment, SENDS).status_code == 302


def test_what_is_not_finished_is_refused_even_by_somebody_who_is_sure(client, segment):
    answer = save(client, segment, fewer("greater", ""), do="save:sure")
    assert answer.status_code == 422
    assert "effect" not in answer.context


def test_somebody_elses_save_in_between_is_not_overwritten(client, segment):
    assert segment.save_rules(None, version=1)
    assert save(client, segment, SENDS).status_code == 409
    assert save(client, segment, SENDS, do="save:sure").status_code == 409


def test_a_segment_that_was_never_filled_says_so(client, segment):
    type(segment).objects.filter(pk=segment.pk).update(size=None)
    page = save(client, segment, SENDS).content.decode()
    assert "It has not been filled yet." in page
