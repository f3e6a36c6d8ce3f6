"""The guard: sequential tests, hard stops, waves, and who lets a mailing go on."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEntry
from contacts.models import Contact
from deliveries import audience, guard, outcomes, sending
from deliveries.guard import COMPLAINTS, HARD, Verdict
from deliveries.models import Delivery, Hold, Wave
from deliveries.models.waves import CANARY
from deliveries.tasks import guard_mailings
from tests.crowd import make_readers
from tests.factories import MessageFactory
from tests.scripted import Scripted

pytestmark = pytest.mark.django_db

# the smallest number of events that pauses, the largest that clears
HARD_BOUNDS = {50: (5, None), 100: (7, 0), 200: (10, 3), 500: (20, 13), 2000: (69, 62)}
COMPLAINT_BOUNDS = {500: (4, None), 2000: (7, 0), 5000: (12, 6), 20000: (40, 33)}


@pytest.mark.parametrize(
    ("test", "bounds"), [(HARD, HARD_BOUNDS), (COMPLAINTS, COMPLAINT_BOUNDS)]
)
def test_the_sequential_test_decides_where_the_tables_say(test, bounds):
    for mails, (pause, clear) in bounds.items():
        assert test.verdict(mails, pause) is Verdict.PAUSE
        assert test.verdict(mails, pause - 1) is not Verdict.PAUSE
        found = [n for n in range(pause) if test.verdict(mails, n) is Verdict.CLEAR]
        assert (max(found) if found else None) == clear


def leaving(message):
    """`leave(n, hard=, complaints=)`: n mails that left, some of which came back."""
    make_readers(message.subscription_type, 300)
    audience.fix(message, Contact.objects.all())
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))

    def leave(number, hard=0, complaints=0, **fields):
        now = timezone.now()
        rows = Delivery.objects.filter(pk__in=ids[:number])
        rows.update(
            **{"state": "delivered", "started_at": now, "delivered_at": now, **fields}
        )
        rows.update(settled_at=now)
        Delivery.objects.filter(pk__in=ids[:hard]).update(bounce_kind="hard")
        Delivery.objects.filter(pk__in=ids[:complaints]).update(complained_at=now)

    return leave


@pytest.fixture
def sent(message):
    return leaving(message)


def test_a_good_mailing_is_left_alone(sent):
    sent(200, hard=4)
    assert guard.look_after_all() == 0
    assert not Hold.objects.exists()


def test_a_bad_list_is_stopped_with_the_evidence(sent, message):
    sent(100, hard=7)
    assert guard.look_after_all() == 1
    hold = Hold.objects.active().get()
    assert (hold.kind, hold.message, hold.created_by) == ("message", message, None)
    assert "7 hard bounces in 100 mails (7.0%)" in hold.reason
    assert hold.evidence["mails"] == 100
    entry = AuditEntry.objects.get(verb="stopped sending")
    assert entry.detail["hard"] == 7
    assert guard.look_after_all() == 0


def test_complaints_stop_it_as_well(sent):
    sent(299, complaints=4)
    assert guard.look_after_all() == 1
    assert "4 complaints" in Hold.objects.get().reason


def stopped_within_all_turns():
    now, stopped = timezone.now(), 0
    for number in range(guard.TURNS):
        moment = now + number * dt.timedelta(seconds=guard.BEAT)
        with time_machine.travel(moment, tick=False):
            stopped += guard.look_after_all()
    return stopped


def test_what_has_left_altogether_is_not_stopped(sent):
    sent(300, hard=30)
    assert stopped_within_all_turns() == 0
    assert not Hold.objects.exists()


def test_a_provider_that_refused_what_has_left_altogether_is_stopped(sent):
    refused = {"state": "refused", "enhanced_code": "5.7.1", "delivered_at": None}
    sent(300, hard=30, provider="gmail", **refused)
    assert stopped_within_all_turns() == 0
    assert Hold.objects.get().value == "gmail"


def test_every_refusal_is_looked_at_while_it_is_fresh():
    assert guard.TURNS * dt.timedelta(seconds=guard.BEAT) < guard.WITHIN


def test_what_has_left_of_a_campaign_is_looked_at_now_and_then():
    leaving(MessageFactory(group="reengagement:1"))(300, hard=30)
    assert stopped_within_all_turns() == 1


def test_the_worst_share_stops_it_whatever_the_test_says(sent):
    sent(100, hard=5)
    assert HARD.verdict(100, 5) is not Verdict.PAUSE
    assert guard.look_after_all() == 1


def test_what_a_person_let_go_on_is_judged_by_what_comes_after(sent, alice):
    sent(100, hard=7)
    guard.look_after_all()
    Hold.objects.get().lift(alice, "These were known to be dead")
    assert guard.look_after_all() == 0


def test_evidence_outlives_a_stop_of_what_could_not_be_written(sent, message, alice):
    sent(100, hard=7)
    outcomes.hold_broken(message.pk, ValueError("no link"))
    Hold.objects.get().lift(alice, "Its link is there again")
    assert guard.look_after_all() == 1


def test_refusals_for_reputation_stop_the_provider_for_everybody(sent):
    sent(3, state="refused", enhanced_code="5.7.1", provider="gmail", delivered_at=None)
    guard.look_after_all()
    hold = Hold.objects.active().get()
    assert (hold.kind, hold.value) == ("provider", "gmail")
    assert "Gmail refused 3 mails for our reputation" in hold.reason


def refused_at_gmail(sent):
    sent(3, state="refused", enhanced_code="5.7.1", provider="gmail", delivered_at=None)


def held():
    return set(Hold.objects.active().values_list("kind", flat=True))


def test_a_mailing_that_is_stopped_stops_the_provider_as_well(sent):
    sent(100, hard=10)
    refused_at_gmail(sent)
    assert guard.look_after_all() == 1
    assert held() == {"message", "provider"}


def test_what_was_on_its_way_when_it_was_stopped_stops_the_provider(sent):
    sent(100, hard=10)
    guard.look_after_all()
    refused_at_gmail(sent)
    assert guard.look_after_all() == 0
    assert held() == {"message", "provider"}


def test_a_provider_that_a_person_let_go_is_not_stopped_for_the_same_refusals(
    sent, alice
):
    refused_at_gmail(sent)
    guard.look_after_all()
    Hold.objects.active().get().lift(alice, "They took us off their list")
    guard.look_after_all()
    assert held() == set()


def test_new_refusals_stop_a_provider_again(sent, alice):
    refused_at_gmail(sent)
    guard.look_after_all()
    Hold.objects.active().get().lift(alice, "They took us off their list")
    refused_at_gmail(sent)
    guard.look_after_all()
    assert held() == {"provider"}


def test_what_was_under_way_when_a_provider_was_let_go_does_not_stop_it_again(
    sent, alice
):
    refused_at_gmail(sent)
    guard.look_after_all()
    begun = timezone.now()
    Hold.objects.active().get().lift(alice, "They took us off their list")
    refused_at_gmail(sent)
    Delivery.objects.filter(provider="gmail").update(started_at=begun)
    guard.look_after_all()
    assert held() == set()


def test_a_rest_that_ended_by_itself_forgives_no_refusal(sent):
    rest = Hold.objects.stop_itself("Too much", {}, kind="provider", value="gmail")
    refused_at_gmail(sent)
    rest.lift(None, "Its time is over.")
    guard.look_after_all()
    assert held() == {"provider"}


def test_a_mailing_that_waits_for_the_morning_is_looked_at_now_and_then(sent):
    sent(100, hard=7)
    morning = timezone.now() + dt.timedelta(hours=8)
    Delivery.objects.filter(state="queued").update(due_at=morning)
    looks, now = 0, timezone.now()
    for number in range(guard.TURNS):
        moment = now + number * dt.timedelta(seconds=guard.BEAT)
        with time_machine.travel(moment, tick=False):
            looks += len(guard.watched())
    assert looks == 1


def come_back(number):
    """So many of those that left come back for good."""
    left = Delivery.objects.filter(state="delivered").order_by("pk")
    chosen = list(left.values_list("pk", flat=True)[:number])
    Delivery.objects.filter(pk__in=chosen).update(bounce_kind="hard")


class TestWaves:
    @pytest.fixture
    def risky(self, sink):
        message = MessageFactory(group="reengagement:1")
        make_readers(message.subscription_type, CANARY + 150)
        audience.fix(message, Contact.objects.all())
        return message

    def test_the_first_wave_ends_after_the_canary(self, risky, sink):
        assert sending.send_due() == CANARY
        assert sending.send_due() == 0
        wave = Wave.objects.get()
        assert (wave.provider, wave.allowed, wave.started) == ("other", CANARY, CANARY)
        assert len(sink.received) == CANARY

    def test_the_rest_goes_when_the_canary_came_back_well(self, risky, sink):
        sending.send_due()
        guard_mailings()
        assert Wave.objects.get().allowed is None
        assert sending.send_due() == 150
        assert AuditEntry.objects.filter(
            verb="let the next wave of a mailing go"
        ).exists()

    def test_a_larger_wave_goes_where_nothing_is_certain(self, risky, sink):
        sending.send_due()
        come_back(6)
        guard_mailings()
        assert Wave.objects.get().allowed == 300
        assert sending.send_due() == 100

    def test_nothing_more_goes_where_it_came_back_badly(self, risky, sink):
        sending.send_due()
        come_back(12)
        guard_mailings()
        assert Hold.objects.active().get().message == risky
        assert sending.send_due() == 0

    def test_two_lanes_start_no_more_than_one(self, risky, sink):
        assert sending.send_due(limit=CANARY // 2 + 7) == CANARY // 2 + 7
        assert sending.send_due() == CANARY // 2 - 7


def test_too_much_mail_gives_the_place_ten_minutes_rest(queue_for, settings):
    queue_for(3)
    server = Scripted({"RCPT": "450 4.7.28 too much mail from your IP"}, connections=3)
    settings.LISTWELL_SMTP = server.settings
    sending.send_due()
    hold = Hold.objects.active().get()
    assert (hold.kind, hold.value) == ("domain", "people.example")
    Delivery.objects.update(due_at=timezone.now() - dt.timedelta(seconds=1))
    assert sending.send_due() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        guard_mailings()
    assert not Hold.objects.active().exists()
    assert Hold.objects.get().lifted_by is None
