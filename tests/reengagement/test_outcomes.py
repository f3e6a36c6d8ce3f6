"""What becomes of a person, one fact at a time, as deliveries would say it."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Account, AuditEntry
from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from deliveries.models import Delivery, Event, Hold, LastSeen
from reengagement.models import Campaign
from reengagement.vocabulary import CampaignState, Ending, Outcome, Uncertain
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def world():
    return World()


def test_somebody_who_was_just_asked_still_has_time(world):
    person = world.asked(delivered_ago=3 * DAY)
    assert world.outcome(person) == Outcome.WAITING


def test_silence_begins_when_the_time_is_over(world):
    person = world.asked(delivered_ago=15 * DAY)
    assert world.outcome(person) == Outcome.SILENT


def test_the_time_counts_from_the_last_delivery_of_each_person(world):
    early, late = (
        world.asked(delivered_ago=15 * DAY),
        world.asked(delivered_ago=13 * DAY),
    )
    assert world.outcome(early) == Outcome.SILENT
    assert world.outcome(late) == Outcome.WAITING


@pytest.mark.parametrize(
    ("fact", "outcome"),
    [
        ("confirmed_at", Outcome.CONFIRMED),
        ("clicked_at", Outcome.SIGNAL),
        ("replied_at", Outcome.SIGNAL),
        ("opened_at", Outcome.SILENT),
        ("unverified_click_at", Outcome.PROBATION),
    ],
)
def test_what_counts_as_an_answer(world, fact, outcome):
    person = world.asked(delivered_ago=15 * DAY, **{fact: timezone.now()})
    assert world.outcome(person) == outcome


def test_who_was_not_tracked_is_never_silent(world):
    """Nobody knows whether she clicked: that is left out of the end, and shown."""
    person = world.asked(delivered_ago=15 * DAY)
    Delivery.objects.update(click_tracked=False)
    assert world.outcome(person) == Outcome.UNTRACKED


def test_an_answer_of_who_was_not_tracked_counts(world):
    person = world.asked(delivered_ago=15 * DAY, confirmed_at=timezone.now())
    Delivery.objects.update(click_tracked=False)
    assert world.outcome(person) == Outcome.CONFIRMED


@pytest.mark.parametrize(
    ("ago", "outcome"),
    [(2 * DAY, Outcome.SIGNAL), (30 * DAY, Outcome.SILENT), (None, Outcome.SILENT)],
)
def test_where_only_the_day_is_kept_a_click_since_the_start_is_a_sign_of_life(
    world, ago, outcome
):
    person = world.asked(delivered_ago=15 * DAY)
    Delivery.objects.update(click_tracked=False, dated=True)
    if ago:
        LastSeen.objects.create(
            address=person.address,
            brand=world.kind.brand,
            clicked_on=(timezone.now() - ago).date(),
        )
    assert world.outcome(person) == outcome


def test_a_strict_campaign_takes_an_uncertain_click_for_none(world):
    world.campaign.uncertain_clicks = Uncertain.STRICT
    world.campaign.save()
    person = world.asked(delivered_ago=15 * DAY, unverified_click_at=timezone.now())
    assert world.outcome(person) == Outcome.SILENT


def test_a_click_that_is_still_being_checked_blocks_the_end(world):
    person = world.asked(delivered_ago=15 * DAY)
    Event.objects.create(
        kind="click",
        delivery_id=person.delivery.pk,
        message=world.message,
        address=person.address,
    )
    assert world.outcome(person) == Outcome.PENDING


def test_a_click_in_another_mail_keeps_the_person(world):
    person = world.asked(delivered_ago=15 * DAY)
    person.last_clicked_at = timezone.now()
    person.save()
    assert world.outcome(person) == Outcome.SIGNAL


@pytest.mark.parametrize("state", ["refused", "expired", "uncertain"])
def test_whoever_was_not_reached_is_never_silent(world, state):
    person = world.asked(delivered_ago=None, state=state)
    assert world.outcome(person) == Outcome.UNDELIVERED


def test_a_late_bounce_takes_the_delivery_back(world):
    person = world.asked(delivered_ago=15 * DAY, bounced_at=timezone.now())
    assert world.outcome(person) == Outcome.UNDELIVERED


def test_the_persons_own_no_wins_over_a_yes(world):
    person = world.asked(delivered_ago=15 * DAY, confirmed_at=timezone.now())
    Suppression.objects.suppress(
        [person.address_id],
        Reason.OWN_OPT_OUT,
        Act(
            action=Action.WITHDRAWN,
            mechanism=Mechanism.UNSUBSCRIBE_PAGE,
            actor=Actor.CONTACT,
        ),
    )
    assert world.outcome(person) == Outcome.LEFT


def test_a_pause_moves_the_deadline_by_its_length(world):
    person = world.asked(delivered_ago=15 * DAY)
    now = timezone.now()
    world.campaign.pauses.create(
        began_at=now - 10 * DAY, ended_at=now - 5 * DAY, reason="DNS", paused_by=None
    )
    assert world.outcome(person) == Outcome.WAITING


def test_somebody_kept_by_hand_stays_kept(world, alice):
    person = world.asked(delivered_ago=15 * DAY)
    world.campaign.fold()
    world.campaign.members.all().keep(alice)
    assert world.outcome(person) == Outcome.KEPT


def test_folding_twice_changes_nothing(world):
    world.asked(delivered_ago=15 * DAY)
    assert (world.campaign.fold(), world.campaign.fold()) == (1, 0)


def test_with_a_second_email_to_come_nobody_is_silent(world):
    world.add_email()
    person = world.asked(delivered_ago=15 * DAY)
    assert world.outcome(person) == Outcome.WAITING


def test_the_second_email_goes_to_who_has_not_answered(world):
    second = world.add_email()
    silent = world.asked(delivered_ago=8 * DAY)
    world.asked(delivered_ago=8 * DAY, confirmed_at=timezone.now())
    world.asked(delivered_ago=2 * DAY)
    world.campaign.fold()

    world.campaign.advance()

    asked_again = Delivery.objects.filter(message=second).values_list(
        "address", "state"
    )
    assert list(asked_again) == [(silent.address_id, "queued")]


def test_when_all_time_is_over_a_person_is_asked_for_review(world):
    world.asked(delivered_ago=15 * DAY)
    world.campaign.advance()
    assert world.campaign.state == CampaignState.REVIEW


def test_who_answers_while_the_silent_are_reviewed_is_silent_no_more(world, alice):
    late, silent = (world.asked(delivered_ago=15 * DAY) for _ in "ab")
    world.campaign.advance()
    Delivery.objects.filter(pk=late.delivery.pk).update(confirmed_at=timezone.now())
    assert world.campaign in Campaign.objects.due()
    world.campaign.advance()
    assert world.campaign.state == CampaignState.REVIEW
    assert world.campaign.members.silent().get().contact == silent
    world.campaign.members.silent().keep(alice)
    world.campaign.advance()
    assert world.campaign.state == CampaignState.DONE


def test_a_campaign_without_silent_people_ends_by_itself(world):
    world.asked(delivered_ago=15 * DAY, confirmed_at=timezone.now())
    world.campaign.advance()
    assert world.campaign.state == CampaignState.DONE


def test_an_automatic_campaign_waits_for_the_announced_day(world):
    world.campaign.ending = Ending.AUTOMATIC
    world.campaign.announced_on = timezone.now().date() + DAY
    world.campaign.save()
    world.asked(delivered_ago=15 * DAY)

    world.campaign.advance()
    assert world.campaign.state == CampaignState.RUNNING

    world.campaign.announced_on = timezone.now().date()
    world.campaign.save()
    world.campaign.advance()
    assert world.campaign.state == CampaignState.OPTING_OUT


def test_the_announced_day_is_a_day_of_the_account(world, monkeypatch):
    """Ten in the evening of the 4th in Los Angeles is the 5th in Greenwich."""
    evening = dt.datetime(2026, 3, 5, 6, tzinfo=dt.UTC)
    Account.objects.update_or_create(
        id=1, defaults={"time_zone": "America/Los_Angeles"}
    )
    monkeypatch.setattr(timezone, "now", lambda: evening)
    world.campaign.ending = Ending.AUTOMATIC
    world.campaign.announced_on = dt.date(2026, 3, 5)
    world.campaign.save()
    world.asked(delivered_ago=15 * DAY)

    assert not world.campaign._may_opt_out_now()
    world.campaign.advance()
    world.campaign.refresh_from_db()
    midnight = dt.datetime(2026, 3, 5, 8, tzinfo=dt.UTC)
    assert world.campaign.wake_at == midnight

    monkeypatch.setattr(timezone, "now", lambda: midnight)
    assert world.campaign._may_opt_out_now()


def test_a_campaign_announces_a_day_of_the_account(world, alice, monkeypatch):
    morning = dt.datetime(2026, 3, 4, 19, tzinfo=dt.UTC)  # in Auckland the 5th
    Account.objects.update_or_create(id=1, defaults={"time_zone": "Pacific/Auckland"})
    monkeypatch.setattr(timezone, "now", lambda: morning)
    type(world.campaign).objects.update(state=CampaignState.DRAFT)

    assert world.campaign.start(alice)

    _, over = world.campaign.calendar()[-1]
    assert over == dt.date(2026, 3, 19)
    assert world.campaign.announced_on == over + DAY


def test_a_mailing_that_is_held_already_can_be_paused(world, alice):
    Hold.objects.stop(alice, "Bounces", kind="message", message=world.message)
    assert world.campaign.pause(alice, "DNS")
    reasons = Hold.objects.active().values_list("reason", flat=True)
    assert set(reasons) == {"Bounces", "DNS"}
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.verb, entry.detail) == (
        "paused a re-engagement campaign",
        {"reason": "DNS"},
    )


def test_a_mailing_stopped_on_evidence_pauses_its_campaign(world):
    evidence = {"test": "hard bounces", "mails": 100, "hard": 9}
    Hold.objects.stop_itself(
        "9 hard bounces in 100 mails", evidence, kind="message", message=world.message
    )
    assert Campaign.objects.pause_stopped() == 1
    world.campaign.refresh_from_db()
    assert world.campaign.state == CampaignState.PAUSED
    pause = world.campaign.pauses.get()
    assert (pause.paused_by, pause.reason) == (None, "9 hard bounces in 100 mails")
    assert Campaign.objects.pause_stopped() == 0


def test_a_mailing_that_a_person_held_pauses_no_campaign(world, alice):
    Hold.objects.stop(alice, "Bounces", kind="message", message=world.message)
    assert Campaign.objects.pause_stopped() == 0
