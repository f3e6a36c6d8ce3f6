"""Rules as JSON Schema: what the parser takes fits, what does not fit it refuses."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings

from contacts.models import PropertyDefinition
from segments.recipes import RECIPES
from segments.rules import BadRules, parse
from segments.schema import schema
from segments.vocabulary import Vocabulary
from tests.segments.random_world import World
from tests.segments.schema_check import fits
from tests.segments.worlds import group, where

pytestmark = pytest.mark.django_db


def described():
    return schema(Vocabulary().fields.values())


@pytest.mark.property
def test_whatever_the_parser_takes_fits_the_schema():
    world = World(7)
    words, whole = Vocabulary(), described()

    @settings(
        max_examples=100,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(world.trees())
    def agrees(tree):
        assert parse(tree, words)
        assert fits(tree, whole, whole), tree

    agrees()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: one.key)
def test_every_ready_made_segment_fits(recipe):
    whole = described()
    assert fits(recipe.rules, whole, whole)


@pytest.mark.parametrize(
    "rule",
    [
        where("shoe_size", "is", value=3),
        where("delivered", "contains", value="x"),
        where("delivered", "greater"),
        where("delivered", "greater", value=True),
        where("delivered", "greater", value=1, include_unknown="yes"),
        where("delivered", "between", values=[1]),
        where("company", "is_not", value="x", include_unknown=True),
        where("last_opened_at", "in_last", value=1, unit="moons"),
        where("hard_bounce_reason", "any_of", values=["GHOST"]),
        where("email_event", "sent", link="/pricing"),
        where("email_event", "link_clicked", by="ghosts"),
        where("email_event", "sent", times={"operator": "often", "value": 1}),
        group("some", where("delivered", "greater", value=1)),
        group("all"),
    ],
)
def test_what_does_not_fit_is_refused_by_both(rule):
    whole = described()
    tree = group("all", rule)
    assert not fits(tree, whole, whole)
    with pytest.raises(BadRules):
        parse(tree, Vocabulary())


def test_the_page_has_every_field_and_the_own_properties(client):
    one = PropertyDefinition.objects.create(name="shoe", label="Shoe", kind="number")
    answer = client.get(reverse("segments:schema"))
    assert answer["Content-Type"] == "application/schema+json"
    told = answer.json()["$defs"]
    assert told[f"property:{one.pk}"]["title"] == "Shoe"
    assert set(Vocabulary().fields) <= set(told)
