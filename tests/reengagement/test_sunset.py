"""The opt-out of the silent: exactly them, once, and back again."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Job, JobState
from campaigns.models import MarketingEmail
from consent.models import Batch, ConsentRecord, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, LiftedBy, Mechanism, Reason
from contacts.models import Contact
from deliveries.models import Delivery
from deliveries.refusals import mailable
from reengagement.models import Campaign, Sunset
from reengagement.tasks import advance_all, opt_out_silent, undo_opt_out
from reengagement.vocabulary import CampaignState, Outcome
from tests.factories import SubscriptionTypeFactory, agree
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db

OVER = dt.timedelta(days=15)


@pytest.fixture
def world():
    return World()


def end(world, user=None):
    """Waiting is over, somebody presses the button, the job runs."""
    world.campaign.advance()
    assert world.campaign.begin_opt_out(user)
    opt_out_silent(world.campaign.sunset.job_id)
    world.campaign.refresh_from_db()


def undo(world, user):
    """Somebody presses the button, the job runs; how it ended."""
    job = world.campaign.sunset.begin_undo(user, "Wrong segment")
    undo_opt_out(job.pk)
    return Job.objects.get(pk=job.pk)


def dying(*_):
    raise KeyboardInterrupt


def may_get(person):
    kind = SubscriptionType.objects.default()
    return mailable(Contact.objects.filter(pk=person.pk), kind).exists()


def test_exactly_the_silent_are_opted_out(world, alice):
    silent = world.asked(delivered_ago=OVER)
    stays = [
        world.asked(delivered_ago=OVER, confirmed_at=timezone.now()),
        world.asked(delivered_ago=OVER, clicked_at=timezone.now()),
        world.asked(delivered_ago=None, state="expired"),
    ]
    end(world, alice)

    assert not may_get(silent)
    assert all(may_get(person) for person in stays)
    assert world.campaign.state == CampaignState.DONE


def test_the_ledger_says_who_did_it_and_why(world, alice):
    world.asked(delivered_ago=OVER)
    end(world, alice)

    record = ConsentRecord.objects.get(action=Action.SUNSET)
    assert (record.actor, record.user, record.batch) == (
        Actor.STAFF,
        alice,
        world.campaign.sunset.batch,
    )
    assert "Autumn clean-up" in record.explanation


def test_somebody_who_confirms_while_the_job_waits_is_kept(world, alice):
    person = world.asked(delivered_ago=OVER)
    world.campaign.advance()
    world.campaign.begin_opt_out(alice)
    Delivery.objects.filter(pk=person.delivery.pk).update(confirmed_at=timezone.now())

    opt_out_silent(world.campaign.sunset.job_id)

    assert may_get(person)


def test_the_button_works_once(world, alice):
    world.asked(delivered_ago=OVER)
    end(world, alice)
    assert not world.campaign.begin_opt_out(alice)
    assert Suppression.objects.count() == 1


def test_a_job_that_died_goes_on_without_doing_anything_twice(world, alice):
    world.asked(delivered_ago=OVER)
    world.campaign.advance()
    world.campaign.begin_opt_out(alice)
    job = Job.objects.claim(world.campaign.sunset.job_id)
    world.campaign.sunset.piece(alice.pk)  # and then the worker was killed
    long_ago = timezone.now() - dt.timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=long_ago)

    opt_out_silent(job.pk)

    job.refresh_from_db()
    assert job.result == {"opted_out": 1}
    assert Suppression.objects.count() == 1


def test_a_worker_that_dies_at_the_very_end_leaves_nothing_half_written(
    world, alice, monkeypatch
):
    world.asked(delivered_ago=OVER)
    world.campaign.advance()
    world.campaign.begin_opt_out(alice)
    job = Job.objects.get(pk=world.campaign.sunset.job_id)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Campaign, "end_opt_out", dying)
        opt_out_silent(job.pk)
    Job.objects.update(heartbeat_at=timezone.now() - dt.timedelta(minutes=5))

    advance_all()
    opt_out_silent(job.pk)

    job.refresh_from_db()
    world.campaign.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 1, 1)
    assert world.campaign.state == CampaignState.DONE


def test_an_opt_out_cancelled_before_a_worker_came_is_reviewed_again(world, alice):
    person = world.asked(delivered_ago=OVER)
    world.campaign.advance()
    world.campaign.begin_opt_out(alice)
    world.campaign.sunset.job.cancel()

    advance_all()

    world.campaign.refresh_from_db()
    assert world.campaign.state == CampaignState.REVIEW
    assert may_get(person)
    end(world, alice)
    assert not may_get(person)


def test_chosen_types_leave_the_others_alone(world, alice):
    person, other = world.asked(delivered_ago=OVER), SubscriptionTypeFactory()
    agree(person, other)
    world.campaign.opt_out_types.add(world.kind)
    end(world, alice)

    assert not may_get(person)
    assert mailable(Contact.objects.filter(pk=person.pk), other).exists()


def test_undo_brings_back_whom_the_campaign_opted_out(world, alice):
    person = world.asked(delivered_ago=OVER)
    end(world, alice)

    assert undo(world, alice).result == {"lifted": 1, "kept": 0}

    assert may_get(person)
    assert world.outcome(person) == Outcome.RESTORED


def test_the_time_for_undoing_counts_from_the_last_who_was_opted_out(world, alice):
    world.asked(delivered_ago=OVER)
    world.campaign.advance()
    world.campaign.begin_opt_out(None)
    Batch.objects.update(undo_until=timezone.now())  # begun a month ago
    opt_out_silent(world.campaign.sunset.job_id)
    batch = Batch.objects.get()
    assert batch.undo_until - timezone.now() > dt.timedelta(days=29)


def test_undo_counts_people_however_many_types_they_were_opted_out_of(
    world, alice, monkeypatch
):
    for _ in range(3):
        world.asked(delivered_ago=OVER)
    world.campaign.opt_out_types.set([world.kind, SubscriptionTypeFactory()])
    end(world, alice)
    monkeypatch.setattr("consent.models.batch.BATCH_SIZE", 4)

    assert undo(world, alice).result == {"lifted": 3, "kept": 0}


def test_undo_leaves_alone_who_left_since(world, alice):
    person = world.asked(delivered_ago=OVER)
    end(world, alice)
    left = Act(
        action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT
    )
    Suppression.objects.suppress([person.address_id], Reason.OWN_OPT_OUT, left)

    assert undo(world, alice).result == {"lifted": 0, "kept": 1}

    assert not may_get(person)


def test_a_late_confirmation_brings_the_person_back(world, alice):
    person = world.asked(delivered_ago=OVER)
    end(world, alice)
    yes = Act(
        action=Action.LATE_CONFIRMED,
        mechanism=Mechanism.PERMISSION_PASS,
        actor=Actor.CONTACT,
    )
    Suppression.objects.filter(address=person.address_id).lift(
        LiftedBy.LATE_CONFIRMATION, yes
    )
    assert world.outcome(person) == Outcome.RETURNED


def test_stopping_ends_everything_and_opts_out_nobody(world, alice):
    person = world.asked(delivered_ago=OVER)
    queued = world.asked(delivered_ago=None, state="queued")

    assert world.campaign.stop(alice)
    world.campaign.advance()

    queued.delivery.refresh_from_db()
    assert queued.delivery.state == "cancelled"
    assert MarketingEmail.objects.get().state == "stopped"
    assert may_get(person)


def test_an_undo_that_was_cancelled_can_be_begun_again_and_only_once(world, alice):
    person = world.asked(delivered_ago=OVER)
    end(world, alice)
    assert world.campaign.sunset.begin_undo(alice, "Wrong segment").cancel()
    assert not may_get(person)
    first, second = (Sunset.objects.get(campaign=world.campaign) for _ in range(2))

    job = first.begin_undo(alice, "The rest as well")
    assert second.begin_undo(alice, "Pressed at the same time") is None
    undo_opt_out(job.pk)

    assert may_get(person)
    assert Sunset.objects.get(campaign=world.campaign).can_undo is False
