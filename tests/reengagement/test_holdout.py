"""Who is not asked, to compare with: a share of many, nobody of few."""

import pytest

from contacts.models import Contact
from deliveries import audience
from reengagement import eligibility, timeline
from reengagement.models import Campaign
from reengagement.vocabulary import CampaignState
from tests.crowd import make_readers
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = World()
    world.campaign.state = CampaignState.DRAFT
    world.campaign.save()
    return world


def gather(world, number):
    make_readers(world.kind, number)
    Contact.objects.update(delivered=12)
    world.segment.add(Contact.objects.all())


def test_of_few_people_nobody_is_held_out(world):
    gather(world, eligibility.HOLDOUT_FROM - 1)
    assert eligibility.preview(world.campaign) == {"": eligibility.HOLDOUT_FROM - 1}
    assert "holdout" not in [key for key, _, _ in eligibility.chosen(world.campaign)]


def test_of_many_the_share_that_the_review_shows_is_held_out(world):
    gather(world, eligibility.HOLDOUT_FROM)
    shown = eligibility.preview(world.campaign)
    assert shown.total() == eligibility.HOLDOUT_FROM
    assert 0.03 < shown["holdout"] / eligibility.HOLDOUT_FROM < 0.07
    fixed = audience.fix(
        world.message,
        world.campaign.audience(),
        extra=eligibility.chosen(world.campaign),
    )
    assert fixed == shown


def test_who_is_held_out_is_not_among_the_asked(world):
    world.asked(delivered_ago=None, state="queued")
    held_out = world.asked(delivered_ago=None, state="queued")
    world.campaign.members.filter(contact=held_out).update(outcome="holdout")
    shown = {one.label: one.value for one in timeline.strip(world.campaign.counts())}
    assert (shown["Asked"], shown["Held out"], shown["Still silent"]) == (1, 1, 1)
    assert Campaign.objects.with_counts().get().asked == 1
