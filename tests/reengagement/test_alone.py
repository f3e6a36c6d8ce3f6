"""Two workers never move one campaign on at the same time."""

import datetime as dt

import pytest
from django.db import connection, transaction

from reengagement import outcomes
from reengagement.vocabulary import CampaignState
from tests.reengagement.world import World


@pytest.mark.django_db
def test_a_worker_that_comes_second_leaves_at_once():
    world = World()
    world.asked(delivered_ago=dt.timedelta(days=15))
    other = connection.copy()
    try:
        with transaction.atomic(using=connection.alias), other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock("
                "hashtext('reengagement.advance'), %s)",
                [world.campaign.pk],
            )
            assert cursor.fetchone()[0]
            assert not outcomes.alone(world.campaign.pk)
            world.campaign.advance()
            assert world.campaign.state == CampaignState.RUNNING
            cursor.execute("ROLLBACK")
        world.campaign.advance()
        assert world.campaign.state == CampaignState.REVIEW
    finally:
        other.close()
