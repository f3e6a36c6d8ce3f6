"""Random rules over random people: the SQL agrees with a second opinion in Python."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from contacts.models import Contact, PropertyDefinition
from segments.compile import compile_rules
from segments.dates import Clock
from segments.rules import parse
from segments.vocabulary import Vocabulary
from tests.factories import (
    ContactFactory,
)
from tests.segments.random_rules import ZONE
from tests.segments.random_world import World
from tests.segments.worlds import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.property]

# random trees for each of four worlds
CASES = 500


@pytest.mark.parametrize("seed", range(4))
def test_what_the_database_finds_is_what_the_rules_mean(seed):
    world = World(seed)
    judge, words, clock = world.judge(), Vocabulary(), Clock(NOW, ZONE)
    asked = []

    @settings(
        max_examples=CASES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(world.trees())
    def agrees(tree):
        found = Contact.objects.filter(compile_rules(parse(tree, words), clock))
        ids = set(found.values_list("pk", flat=True))
        meant = {pk for pk, one in world.persons.items() if judge.holds(tree, one)}
        assert ids == meant
        asked.append(tree)

    agrees()
    assert len(asked) >= CASES


def test_a_number_of_a_property_is_compared_exactly():
    """2.5 is stored as JSON; comparing it as a float would do, comparing text not."""
    one = PropertyDefinition.objects.create(name="n", label="N", kind="number")
    ContactFactory(properties={one.key: 100})
    found = Contact.objects.filter(
        compile_rules(
            parse(
                {
                    "match": "all",
                    "rules": [
                        {
                            "field": f"property:{one.pk}",
                            "operator": "greater",
                            "value": str(Decimal("9.5")),
                        }
                    ],
                },
                Vocabulary(),
            ),
            Clock(NOW, ZONE),
        )
    )
    assert found.count() == 1
