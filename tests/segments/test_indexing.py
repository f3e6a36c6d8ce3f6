"""The database looks properties up that segments ask about."""

import pytest
from django.db import connection, transaction

from contacts.models import Contact, PropertyDefinition
from segments import indexing
from segments.compile import compile_rules
from segments.models import Segment, current_clock
from segments.rules import parse
from segments.tasks import ensure_indexes
from segments.vocabulary import Vocabulary
from tests.factories import ContactFactory, SegmentFactory
from tests.segments.worlds import group, where

pytestmark = pytest.mark.django_db(transaction=True)

RULES = [
    ("string", {"operator": "is", "value": "Gold"}),
    ("number", {"operator": "greater", "value": 7}),
    ("boolean", {"operator": "is", "value": True}),
    ("choice", {"operator": "any_of", "values": ["a", "b"]}),
    ("date", {"operator": "before", "value": "2026-01-01"}),
    ("datetime", {"operator": "in_last", "value": 3, "unit": "weeks"}),
]


@pytest.fixture
def no_trace():
    yield
    Segment.objects.all().delete()
    ensure_indexes()
    assert there() == set()


def there():
    with connection.cursor() as cursor:
        cursor.execute(indexing._THERE, [indexing.PREFIX])
        return {name for name, whole in cursor.fetchall() if whole}


def asked_about(kind, **asked):
    choices = ["a", "b"] if kind == "choice" else []
    made = PropertyDefinition.objects.create(
        name=f"p-{kind}", label=kind, kind=kind, choices=choices
    )
    rules = group("all", where(f"property:{made.pk}", **asked))
    return made, SegmentFactory(rules=rules)


def plan(segment):
    condition = compile_rules(parse(segment.rules, Vocabulary()), current_clock())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        return Contact.objects.filter(condition).explain()


@pytest.mark.parametrize(("kind", "asked"), RULES)
def test_a_property_of_a_segment_is_looked_up_in_an_index(no_trace, kind, asked):
    made, segment = asked_about(kind, **asked)
    ContactFactory.create_batch(3)
    assert ensure_indexes() == 1
    name = f"{indexing.PREFIX}{made.pk}_{kind}"
    assert there() == {name}
    assert name in plan(segment)
    assert ensure_indexes() == 0


def test_what_no_segment_asks_about_costs_nothing(no_trace):
    _, segment = asked_about("number", operator="greater", value=7)
    PropertyDefinition.objects.create(name="other", label="Other", kind="string")
    ensure_indexes()
    assert len(there()) == 1
    segment.archive()
    assert ensure_indexes() == 1
    assert there() == set()


def test_an_index_that_was_left_half_made_is_made_anew(no_trace):
    made, _ = asked_about("string", operator="is", value="Gold")
    ensure_indexes()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false"
            f" WHERE indexrelid = '{indexing.PREFIX}{made.pk}_string'::regclass"
        )
    assert there() == set()
    assert ensure_indexes() == 2
    assert len(there()) == 1
