"""Two people, or two workers, at one campaign at the same moment."""

import datetime as dt

import pytest

from accounts.models import Job
from consent.models import Batch, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries import audience, queue
from deliveries.models import Delivery
from reengagement import outcomes
from reengagement.models import Campaign, Sunset
from reengagement.models.sunset import JobKind
from reengagement.tasks import opt_out_silent, undo_opt_out
from reengagement.vocabulary import CampaignState
from tests.factories import MessageFactory, SubscriptionTypeFactory
from tests.reengagement.world import World
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True)

OVER = dt.timedelta(days=15)
PEOPLE = 60


@pytest.fixture
def world():
    """A campaign under review with PEOPLE silent people."""
    world = World(SubscriptionTypeFactory())
    for _ in range(PEOPLE):
        world.asked(delivered_ago=OVER)
    world.campaign.advance()
    assert world.campaign.state == CampaignState.REVIEW
    return world


def opted_out(world, user):
    assert world.campaign.begin_opt_out(user)
    opt_out_silent(world.campaign.sunset.job_id)
    assert Suppression.objects.active().count() == PEOPLE


def test_of_those_who_press_opt_out_at_once_one_begins(world, alice):
    press = lambda: Campaign.objects.get(pk=world.campaign.pk).begin_opt_out(alice)  # noqa: E731
    assert sorted(together(press, press, press)) == [False, False, True]
    assert Sunset.objects.count() == Batch.objects.count() == 1
    assert Job.objects.filter(kind=JobKind.RUN).count() == 1


def test_two_workers_with_one_job_opt_nobody_out_twice(world, alice):
    world.campaign.begin_opt_out(alice)
    work = lambda: opt_out_silent(world.campaign.sunset.job_id)  # noqa: E731
    together(work, work)
    assert Suppression.objects.count() == PEOPLE
    assert Campaign.objects.get().counts() == {"sunset": PEOPLE}


def test_of_those_who_undo_at_once_one_does(world, alice):
    opted_out(world, alice)
    press = lambda: Sunset.objects.get().begin_undo(alice, "Wrong segment")  # noqa: E731
    assert len([job for job in together(press, press) if job]) == 1
    assert Job.objects.filter(kind=JobKind.UNDO).count() == 1


def test_keeping_people_while_they_are_opted_out_loses_nobody(world, alice):
    """Each is kept or opted out, and the tally knows how many of both."""
    world.campaign.begin_opt_out(alice)
    keep = lambda: world.campaign.members.order_by("-pk").silent().keep(alice)  # noqa: E731
    work = lambda: opt_out_silent(world.campaign.sunset.job_id)  # noqa: E731
    together(keep, work)
    counts = Campaign.objects.get().counts()
    assert counts["kept"] + counts["sunset"] == PEOPLE
    assert counts["sunset"] == Suppression.objects.active().count()


@pytest.mark.parametrize("verb", ["stop", "pause"])
def test_who_stops_while_the_next_email_is_queued_wins(world, alice, monkeypatch, verb):
    """Nobody waits for the other, and nothing of the next email leaves."""
    world.add_email(message=None, state="draft")
    campaign = world.campaign
    Campaign.objects.update(state=CampaignState.RUNNING, segment=world.segment)
    fix, pressed = audience.fix, []
    arguments = [alice] if verb == "stop" else [alice, "Wrong words"]

    def fix_while_somebody_presses(*args, **kwargs):
        counts = fix(*args, **kwargs)
        assert counts[""] == PEOPLE
        pressed.extend(
            together(lambda: getattr(Campaign.objects.get(), verb)(*arguments))
        )
        return counts

    monkeypatch.setattr(audience, "fix", fix_while_somebody_presses)
    campaign.advance()
    assert pressed == [True]
    campaign.refresh_from_db()
    assert campaign.state == ("stopped" if verb == "stop" else "paused")
    assert not Delivery.objects.filter(state="queued").exists()


def test_who_keeps_people_while_a_piece_is_opted_out_keeps_them(
    world, alice, monkeypatch
):
    world.campaign.begin_opt_out(alice)
    fold, kept = outcomes.fold, []

    def fold_while_somebody_keeps(*args):
        count = fold(*args)
        kept.extend(together(lambda: world.campaign.members.silent().keep(alice)))
        return count

    monkeypatch.setattr(outcomes, "fold", fold_while_somebody_keeps)
    world.campaign.sunset.piece(alice.pk)
    assert kept == [PEOPLE]
    assert not Suppression.objects.exists()


def test_a_public_opt_out_gets_through_while_the_silent_are_opted_out(world, alice):
    world.campaign.begin_opt_out(alice)
    last = world.campaign.members.order_by("-address_id").first().address_id
    act = Act(
        action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT
    )
    leave = lambda: Suppression.objects.suppress([last], Reason.OWN_OPT_OUT, act)  # noqa: E731
    together(leave, lambda: opt_out_silent(world.campaign.sunset.job_id))
    reasons = set(
        Suppression.objects.filter(address=last).values_list("reason", flat=True)
    )
    assert "own_opt_out" in reasons


def test_a_sender_and_an_undo_at_once_start_no_mail_before_its_no_is_lifted(
    world, alice
):
    message = MessageFactory(subscription_type=world.kind)
    audience.fix(message, Contact.objects.all())
    opted_out(world, alice)
    question = queue.Question.about(message, [])
    job = Sunset.objects.get().begin_undo(alice, "Wrong segment")

    def send():
        while queue.start(question, "worker", 5).rows:
            pass

    together(send, send, lambda: undo_opt_out(job.pk))
    send()
    rows = list(Delivery.objects.filter(message=message))
    assert {row.state for row in rows} <= {"started", "not_sent", "queued"}
    assert len(rows) == PEOPLE
    lifted = dict(Suppression.objects.values_list("address_id", "lifted_at"))
    assert all(lifted.values())
    for row in rows:
        if row.state == "started":
            assert row.started_at > lifted[row.address_id]
        if row.state == "not_sent":
            assert row.reason == "sunset"
