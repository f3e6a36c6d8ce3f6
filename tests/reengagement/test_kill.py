"""The opt-out of the silent and its undo, with workers and PostgreSQL killed in them.

Real processes: nobody but beat finds what a dead worker left.
"""

import contextlib
import datetime as dt
from collections import Counter

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job, JobState
from consent.models import BATCH_SIZE, ConsentRecord, Suppression
from consent.vocabulary import Act, Action, Actor, LiftedBy, Mechanism, Reason
from contacts.models import Contact
from deliveries.models import Delivery
from reengagement.models import Campaign, Member
from reengagement.vocabulary import CampaignState, Ending, Outcome
from tests.crowd import make_readers
from tests.reengagement.world import World

pytestmark = [pytest.mark.kill, pytest.mark.timeout(500)]

EACH = 700
PEOPLE, SILENT = 11 * EACH, 8 * EACH  # three pieces of silent people
PATIENCE = 120
OVER = timezone.now() - dt.timedelta(days=16)
# So many each; all others were silent.
ANSWERS = [
    {"confirmed_at": OVER},
    {"clicked_at": OVER},
    {"state": "expired", "delivered_at": None},
    *[{}] * 8,
]
OWN = Act(action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT)


@pytest.fixture
def world(live_stack):
    """A campaign whose waiting time is over; `silent` are ids of addresses."""
    world = World()
    world.stack, world.client = live_stack, Client()
    world.client.force_login(live_stack.alice)
    Campaign.objects.update(state=CampaignState.PAUSED)  # while they come in
    make_readers(world.kind, PEOPLE)
    people = list(Contact.objects.order_by("address_id"))
    Delivery.objects.bulk_create(
        Delivery(
            **{"state": "delivered", "delivered_at": OVER, "click_tracked": True}
            | ANSWERS[number % len(ANSWERS)],
            message=world.message,
            address_id=one.address_id,
            contact=one,
        )
        for number, one in enumerate(people)
    )
    world.campaign.members.bulk_create(
        Member(campaign=world.campaign, address_id=one.address_id, contact=one)
        for one in people
    )
    world.silent = [
        one.address_id
        for number, one in enumerate(people)
        if not ANSWERS[number % len(ANSWERS)]
    ]
    assert len(world.silent) == SILENT
    return world


def run(world, **changes):
    """The campaign goes on, in the hands of beat."""
    Campaign.objects.update(state=CampaignState.RUNNING, **changes)


def wait_until(world, state):
    states = Campaign.objects.values_list("state", flat=True)
    world.stack.wait_for(lambda: states.get() == state, f"“{state}”", PATIENCE)


def keeps_waiting(world, holder):
    """Whether somebody waits for a lock of this connection."""
    sql = "SELECT FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
    with psycopg.connect(world.stack.postgres.url(), autocommit=True) as asking:
        return asking.execute(sql, [holder.info.backend_pid]).rowcount > 0


def kill_inside(world, victim, piece, begin=lambda: None):
    """SIGKILL when all of this piece is written and nothing is committed.

    How many are opted out then, before anybody goes on.
    """
    url, wait_for = world.stack.postgres.url(), world.stack.wait_for
    member = "SELECT FROM reengagement_member WHERE address_id = %s FOR UPDATE"
    with (
        contextlib.suppress(psycopg.OperationalError),  # PostgreSQL died
        psycopg.connect(url) as person,
        psycopg.connect(url) as job,
    ):
        person.execute(member, [world.silent[piece * BATCH_SIZE + 100]])
        begin()
        wait_for(lambda: keeps_waiting(world, person), "a worker", PATIENCE)
        job.execute("SELECT FROM accounts_job WHERE state = 'running' FOR UPDATE")
        person.rollback()
        wait_for(lambda: keeps_waiting(world, job), "the end of a piece")
        world.stack.kill(victim)
    return restart(world, victim)


def restart(world, victim):
    """... and let the time go by after which a job counts as lost."""
    connection.close()
    world.stack.restart(victim)
    found = opted_out()
    Job.objects.filter(state=JobState.RUNNING).update(heartbeat_at="2020-01-01T00:00Z")
    return found


def say_no(address_id):
    Suppression.objects.suppress([address_id], Reason.OWN_OPT_OUT, OWN)


def opted_out():
    """How many the campaign opted out, as far as it is committed."""
    return Suppression.objects.active().filter(reason=Reason.SUNSET).count()


def addresses(rows):
    """Those of `rows`, where everybody is in one at most."""
    found = list(rows.values_list("address_id", flat=True))
    assert len(found) == len(set(found))
    return set(found)


def numbers(world):
    """What the page of the campaign says, once it adds up."""
    page = world.client.get(reverse("reengagement:detail", args=[world.campaign.pk]))
    asked, *rest = page.context["figures"]
    assert asked.value == sum(one.value for one in rest) == PEOPLE
    outcomes = Member.objects.values_list("outcome", flat=True)
    assert world.campaign.counts() == Counter(outcomes)
    return {one.label: one.value for one in rest}


def check_opt_out(world, gone):
    """Exactly `gone` are opted out, once each, and all is written down."""
    job = Job.objects.get(kind="sunset")
    assert (job.state, job.done, job.total) == (JobState.DONE, SILENT, SILENT)
    assert job.result == {"opted_out": len(gone)}
    assert addresses(Suppression.objects.active().filter(reason="sunset")) == gone
    assert addresses(ConsentRecord.objects.filter(action=Action.SUNSET)) == gone
    world.stack.manage("verify_ledger")


def test_the_one_asked_for(world):
    run(world)
    world.campaign.advance()
    page = reverse("reengagement:silent", args=[world.campaign.pk])
    assert world.client.post(page, {"number": str(SILENT - 1)}).status_code == 422

    def begin():
        assert world.client.post(page, {"number": str(SILENT)}).status_code == 302

    assert kill_inside(world, "worker", 0, begin) == 0
    assert kill_inside(world, "postgres", 1) == BATCH_SIZE
    assert kill_inside(world, "worker", 2) == 2 * BATCH_SIZE
    confirmed, left = world.silent[-2:]
    Delivery.objects.filter(address=confirmed).update(confirmed_at=timezone.now())
    say_no(left)
    wait_until(world, CampaignState.DONE)

    check_opt_out(world, set(world.silent) - {confirmed, left})
    assert numbers(world) == {
        "Confirmed": EACH + 1,
        "Other sign of life": EACH,
        "Still silent": 0,
        "Left by themselves": 1,
        "Never reached": EACH,
        "Opted out": SILENT - 2,
    }


def test_the_automatic_one_and_its_undo(world):
    run(world, ending=Ending.AUTOMATIC)
    world.stack.wait_for(opted_out, "the first piece", PATIENCE)
    world.stack.kill("postgres")
    restart(world, "postgres")
    wait_until(world, CampaignState.DONE)
    check_opt_out(world, set(world.silent))
    assert numbers(world)["Opted out"] == SILENT

    before, during, afterwards = world.silent[5], world.silent[-5], world.silent[50]
    say_no(before)
    page = reverse("reengagement:undo", args=[world.campaign.pk])

    def begin():
        assert world.client.post(page, {"reason": "Mistaken"}).status_code == 302

    assert kill_inside(world, "worker", 0, begin) == SILENT
    assert kill_inside(world, "postgres", 1) == SILENT - BATCH_SIZE + 1
    say_no(during)
    say_no(afterwards)
    undone = Job.objects.filter(kind="sunset_undo", state=JobState.DONE)
    world.stack.wait_for(undone.exists, "the end of the undo", PATIENCE)
    check_undo(world, undone.get(), kept={before, during}, left={afterwards})


def check_undo(world, job, *, kept, left):
    """Everybody is back but `kept`, who had left before their turn came.

    `left` did so afterwards, so their own no is all that holds.
    """
    back = set(world.silent) - kept
    assert job.result == {"lifted": len(back), "kept": len(kept)}
    assert addresses(Suppression.objects.filter(lifted_by=LiftedBy.UNDO)) == back
    assert addresses(ConsentRecord.objects.filter(action=Action.RESTORED)) == back
    own = Suppression.objects.active().filter(reason=Reason.OWN_OPT_OUT)
    assert addresses(own) == kept | left
    world.stack.manage("verify_ledger")
    world.campaign.fold()
    assert numbers(world)["Opt-out undone"] == SILENT - len(kept | left)
    assert world.campaign.counts()[Outcome.LEFT] == len(kept | left)
