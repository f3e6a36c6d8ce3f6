"""How the database goes about it where the people are many: never one by one."""

import re

import pytest
from django.db import connection
from django.db.models import TextField, Value
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consent.vocabulary import Reason
from contacts.models import Contact
from deliveries import audience
from deliveries.models import Channel
from deliveries.refusals import applying, refused
from deliveries.room import roomy
from deliveries.setwise import judged
from reengagement import eligibility
from reengagement.models import Member
from tests import million
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db

MEMBERS = """
INSERT INTO reengagement_member (campaign_id, address_id, contact_id, outcome,
    outcome_at, last_delivered_at)
SELECT %s, address_id, id, CASE WHEN id %% 4 = 0 THEN 'waiting' ELSE 'silent' END,
    now(), now()
FROM contacts_contact
"""


@pytest.fixture
def world():
    """Twenty thousand people in the segment of a campaign, most of them silent."""
    kind = million.make_people(20_000)
    world = World(kind)
    world.segment.add(Contact.objects.all())
    million.execute(MEMBERS, [world.campaign.pk])
    million.execute("ANALYZE")
    return world


def explained(sql, params):
    with roomy(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN VERBOSE {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def plan_of(queryset):
    return explained(*queryset.query.sql_with_params())


def asks_row_by_row(plan):
    """A sub-plan that is not hashed runs once for every row."""
    return bool(re.search(r"(?<!hashed )SubPlan \d+\)", plan))


def test_the_check_of_the_plans_knows_a_look_up():
    one = "SELECT id, (SELECT max(id) FROM contacts_contact c WHERE c.id < o.id) FROM"
    assert asks_row_by_row(explained(f"{one} contacts_contact o", []))


def test_the_reasons_of_everybody_are_joined(world):
    own = Value("", output_field=TextField())
    people = world.segment.members().annotate(own=own)
    asked = judged(people.values_list("address_id", "own"), world.kind, "marketing")
    plan = explained(asked.sql, asked.params)
    assert plan.count("Join") >= 4
    assert "Nested Loop" not in plan
    assert "SubPlan" not in plan


def test_the_rules_of_a_campaign_are_hashed(world):
    extra = eligibility.left_out(world.campaign) + eligibility.lots(world.campaign)
    people = audience._people(world.campaign.audience(), extra)
    asked = judged(people.values_list("address_id", "own"), world.kind, "marketing")
    plan = explained(asked.sql, asked.params)
    assert "hashed SubPlan" in plan
    assert not asks_row_by_row(plan)


def test_an_audience_is_fixed_and_counted_in_a_few_statements(
    world, django_assert_max_num_queries
):
    with django_assert_max_num_queries(5):
        counts = audience.preview(world.campaign.audience(), world.kind)
    with django_assert_max_num_queries(40):
        assert audience.fix(world.message, world.campaign.audience()) == counts
    assert counts.total() == 20_000


def test_the_names_behind_each_reason_are_joined(world):
    everybody = world.segment.members()
    for reason in ["", *(row.key for row in applying("marketing", passing=False))]:
        rows = refused(everybody, reason, world.kind, Channel.MARKETING)
        assert not asks_row_by_row(plan_of(rows)), reason


def test_the_review_of_the_silent_walks_an_index(world):
    silent = world.campaign.members.silent().filter(address_id__gt=5_000)
    plan = plan_of(silent.order_by("address_id").values("pk")[:51])
    assert "Index Scan" in plan
    assert "Sort" not in plan


def test_the_next_piece_of_an_opt_out_walks_an_index(world):
    silent = world.campaign.members.silent().order_by("address_id")
    plan = plan_of(silent.values_list("address_id")[:2_500])
    assert "Index Scan" in plan or "Index Only Scan" in plan
    assert "Seq Scan" not in plan


def test_the_next_piece_of_an_undo_walks_an_index(world, alice):
    world.campaign.__class__.objects.update(state="review")
    world.campaign.begin_opt_out(alice)
    while world.campaign.sunset.piece(alice.pk):
        pass
    million.execute("ANALYZE consent_suppression")
    rows = world.campaign.sunset.batch.suppression_set.filter(reason=Reason.SUNSET)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "Index" in plan_of(rows.filter(id__gt=10).order_by("id")[:2_500])


PAGES = {"list": 3, "detail": 8, "silent": 5, "left_out": 7}


def test_the_pages_of_a_campaign_count_no_members(client, world):
    """Their numbers of queries, and what those read."""
    Member.objects.filter(outcome="waiting").delete()
    million.execute("UPDATE reengagement_campaign SET state = 'review'")
    for name, queries in PAGES.items():
        arguments = [] if name == "list" else [world.campaign.pk]
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(f"reengagement:{name}", args=arguments))
        assert len(asked) == queries, name
        reading = [one["sql"] for one in asked if "reengagement_member" in one["sql"]]
        assert all("LIMIT" in sql for sql in reading), name
