"""A campaign keeps its segment, and those its emails ask about, until it is over."""

import datetime as dt
import importlib

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.models import MarketingEmail
from reengagement.models import Campaign
from reengagement.tasks import opt_out_silent
from reengagement.vocabulary import CampaignState
from tests.factories import UserFactory, make_segment
from tests.reengagement.world import BLOCKS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def vip():
    return make_segment()


@pytest.fixture
def world(vip):
    """A campaign whose second email asks about another segment."""
    found = World()
    found.campaign.note_choices()
    found.add_email()
    later = found.campaign.emails.last().email
    only = {"field": "segment", "operator": "member", "values": [str(vip.pk)]}
    MarketingEmail.objects.filter(pk=later.pk).update(
        state="draft", message=None, blocks=[{**BLOCKS[0], "only": only}, BLOCKS[1]]
    )
    MarketingEmail.objects.get(pk=later.pk).note_conditions()
    return found


def used(*segments):
    return [one for one in segments if one.uses.exists()]


def test_while_it_runs_both_are_used(world, vip):
    assert used(world.segment, vip) == [world.segment, vip]


def test_stopped_it_uses_none(world, vip):
    assert world.campaign.stop(UserFactory())
    assert used(world.segment, vip) == []


def test_with_everybody_answered_it_uses_none(world, vip):
    world.asked(delivered_ago=dt.timedelta(days=3), confirmed_at=timezone.now())
    world.campaign.advance()
    assert world.campaign.state == CampaignState.DONE
    assert used(world.segment, vip) == []


def test_after_the_opt_out_of_the_silent_it_uses_none(world, vip):
    world.campaign.emails.last().delete()
    world.asked(delivered_ago=dt.timedelta(days=15))
    world.campaign.advance()
    world.campaign.begin_opt_out(None)
    opt_out_silent(world.campaign.sunset.job_id)
    assert used(world.segment) == []


def test_its_segment_can_be_put_away_then(world):
    world.campaign.stop(UserFactory())
    assert world.segment.archive()


def test_paused_it_uses_both_still(world, vip):
    world.campaign.pause(None, "A look at the words.")
    assert used(world.segment, vip) == [world.segment, vip]


def test_the_uses_of_those_that_ended_before_are_let_go(world, vip):
    Campaign.objects.update(state=CampaignState.DONE)
    name = "reengagement.migrations.0005_release_segments"
    with connection.cursor() as cursor:
        cursor.execute(importlib.import_module(name).FORWARD)
    assert used(world.segment, vip) == []
