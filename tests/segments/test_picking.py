"""What the picker of fields tells: an example of each, and what was used last."""

import pytest

from contacts.models import PropertyDefinition
from segments.picking import RECENT, Picking
from segments.vocabulary import Vocabulary
from tests.factories import ContactFactory, SegmentFactory, UserFactory
from tests.segments.worlds import group, make_message, where

pytestmark = pytest.mark.django_db


def hints(user=None):
    told = Picking(Vocabulary(), user or UserFactory()).fields()
    return {one.key: one.hint for one in told}


def test_every_field_that_is_offered_has_an_icon_and_a_hint_where_there_is_one():
    told = Picking(Vocabulary(), UserFactory()).fields()
    offered = [one.key for _, fields in Vocabulary().offered() for one in fields]
    assert [one.key for one in told] == offered
    assert all(one.icon for one in told)


def test_the_example_is_the_newest_value_that_is_one():
    ContactFactory(country="Norway", delivered=7)
    ContactFactory(country="Finland", delivered=0)
    ContactFactory(country="", delivered=0)
    found = hints()
    assert found["country"] == "e.g. Finland"
    assert found["delivered"] == "e.g. 7"


def test_of_a_moment_the_day_is_shown():
    contact = ContactFactory()
    assert hints()["created_at"] == f"e.g. {contact.created_at:%Y-%m-%d}"


def test_a_property_of_ones_own_has_an_example():
    shoe = PropertyDefinition.objects.create(
        name="shoe", label="Shoe size", kind="number"
    )
    ContactFactory(properties={shoe.key: 43})
    assert hints()[f"property:{shoe.pk}"] == "e.g. 43"


def test_a_list_names_its_first_choices():
    make_message("Autumn letter", "email:12")
    found = hints()
    assert found["email_event"].startswith("e.g. Autumn letter")
    assert found["bounce_kind"] == "e.g. Hard bounce, Soft bounce"


def test_without_contacts_it_is_told_what_kind_of_value_it_is():
    found = hints()
    assert (found["city"], found["opened"]) == ("Text", "A number")
    assert found["disposable"] == "Yes or no"


def recent(user):
    return Picking(Vocabulary(), user).recent().split()


def test_the_fields_used_last_are_those_of_the_segments_one_saved():
    me, other = UserFactory.create_batch(2)
    quiet = group(
        "any", group("none", where("country", "known"), where("delivered", "is"))
    )
    for name, rules, user in (
        ("First", group("all", where("city", "known")), me),
        ("Second", quiet, me),
        ("Third", group("all", where("phone", "known")), other),
    ):
        segment = SegmentFactory.build(name=name, rules=rules)
        segment.save_rules(user)
    assert recent(me) == ["country", "delivered", "city"]


def test_no_more_fields_than_fit_are_called_used_last():
    me = UserFactory()
    keys = ("city", "country", "phone", "company", "language", "time_zone")
    segment = SegmentFactory.build(
        rules=group("all", *(where(k, "known") for k in keys))
    )
    segment.save_rules(me)
    assert recent(me) == list(keys[:RECENT])
