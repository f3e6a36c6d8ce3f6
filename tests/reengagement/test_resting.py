"""A campaign that nothing happens to costs nothing; the counters are never wrong."""

import datetime as dt
from collections import Counter

import pytest
from django.utils import timezone

from accounts.models import Job
from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from deliveries.models import Delivery, Event
from reengagement import resting
from reengagement.models import Campaign, Member, Tally
from reengagement.models.sunset import Sunset
from reengagement.tasks import opt_out_silent, undo_opt_out
from reengagement.vocabulary import CampaignState, Outcome
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
NO = Act(action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT)


@pytest.fixture
def world():
    """A running campaign that beat has just gone through, its rest over."""
    world = World()
    world.asked(delivered_ago=DAY)
    world.person = world.asked(delivered_ago=DAY)
    world.campaign.advance()
    Campaign.objects.update(tend_ms=0)
    world.campaign.refresh_from_db()
    assert world.campaign.state == CampaignState.RUNNING
    return world


def needs_a_look(world):
    return resting.needs_a_look(Campaign.objects.get(pk=world.campaign.pk))


def test_while_nothing_happens_it_rests(world):
    assert not needs_a_look(world)


def test_asking_whether_it_rests_reads_no_people(world, django_assert_num_queries):
    campaign = world.campaign
    with django_assert_num_queries(2) as asked:
        resting.needs_a_look(campaign)
    assert not any("reengagement_member" in one["sql"] for one in asked)


@pytest.mark.parametrize(
    "change",
    [
        lambda world: Delivery.objects.update(clicked_at=timezone.now()),
        lambda world: Delivery.objects.update(state="refused", delivered_at=None),
        lambda world: Suppression.objects.suppress(
            [world.person.address_id], Reason.OWN_OPT_OUT, NO
        ),
        lambda world: Event.objects.create(
            kind="click",
            delivery_id=world.person.delivery.pk,
            message=world.message,
            address=world.person.address,
        ),
        lambda world: Campaign.objects.update(tended_at=timezone.now() - DAY),
        lambda world: Campaign.objects.update(wake_at=timezone.now()),
        lambda world: Campaign.objects.update(state=CampaignState.STARTING),
    ],
    ids=["a click", "a refusal", "an opt-out", "an event", "a day", "a time", "start"],
)
def test_whatever_changes_an_outcome_wakes_it(world, change):
    change(world)
    assert needs_a_look(world)


def test_it_wakes_when_the_first_time_runs_out(world):
    deadline = Member.objects.order_by("deadline_at")[0].deadline_at
    assert world.campaign.wake_at == deadline


def test_a_turn_that_took_long_is_followed_by_a_long_rest(world):
    Delivery.objects.update(clicked_at=timezone.now())
    Campaign.objects.update(tend_ms=60_000, tended_at=timezone.now())
    assert not needs_a_look(world)
    Campaign.objects.update(tended_at=timezone.now() - dt.timedelta(minutes=10))
    assert needs_a_look(world)


def counted(campaign):
    return Counter(campaign.members.values_list("outcome", flat=True))


def test_the_tally_is_what_counting_would_say(world, alice):
    campaign = world.campaign
    assert campaign.counts() == counted(campaign) == {"waiting": 2}
    for _ in range(3):
        world.asked(delivered_ago=20 * DAY)
    campaign.fold()
    assert campaign.counts() == counted(campaign) == {"waiting": 2, "silent": 3}
    campaign.members.silent().filter(pk=Member.objects.last().pk).keep(alice)
    assert campaign.counts() == counted(campaign)
    campaign.members.filter(outcome=Outcome.WAITING).delete()
    assert campaign.counts() == counted(campaign) == {"silent": 2, "kept": 1}


def test_adding_the_tally_up_leaves_one_row_for_each_outcome(world):
    world.asked(delivered_ago=20 * DAY)
    world.asked(delivered_ago=20 * DAY)
    world.campaign.fold()
    before = world.campaign.counts()
    Tally.objects.add_up(world.campaign.pk)
    assert world.campaign.counts() == before
    assert Tally.objects.count() == len(before)


def test_a_cancelled_opt_out_goes_back_to_the_review(alice):
    world = World()
    world.asked(delivered_ago=20 * DAY)
    world.campaign.advance()
    world.campaign.begin_opt_out(alice)
    job = Job.objects.claim(world.campaign.sunset.job_id)
    job.cancel()
    Sunset.objects.get().run(job)
    world.campaign.refresh_from_db()
    assert world.campaign.state == CampaignState.REVIEW


def test_an_undo_that_died_goes_on_where_it_stopped(alice, monkeypatch):
    world = World()
    people = [world.asked(delivered_ago=20 * DAY) for _ in range(5)]
    world.campaign.advance()
    world.campaign.begin_opt_out(alice)
    opt_out_silent(world.campaign.sunset.job_id)
    monkeypatch.setattr("consent.models.batch.BATCH_SIZE", 2)
    sunset = Sunset.objects.get()
    job = Job.objects.claim(sunset.begin_undo(alice, "Wrong segment").pk)
    job.resume["counts"] = {}
    killed = iter(sunset.batch.undo_pieces())
    piece = next(killed)
    job.report(2, after=piece.after, counts={"lifted": 2, "kept": 0})
    Job.objects.update(heartbeat_at=timezone.now() - dt.timedelta(minutes=5))

    undo_opt_out(job.pk)

    job.refresh_from_db()
    assert job.result == {"lifted": len(people), "kept": 0}
    assert not Suppression.objects.active().exists()
