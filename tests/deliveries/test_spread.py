"""Mails that leave over hours: evenly, outside quiet hours, also after a stop."""

import datetime as dt

import pytest
import time_machine

from accounts.models import Account, Clock
from contacts.models import Contact
from deliveries import audience, pace, queue, sending
from deliveries.clock import Plan, Quiet
from deliveries.models import Delivery, Hold, HoldKind, Pace, Wave
from deliveries.queue import Question
from tests.factories import ContactFactory, MessageFactory, agree

HOUR = dt.timedelta(hours=1)
NIGHT = Quiet(dt.time(21), dt.time(8))
# 17:30 in Helsinki, 10:30 in New York
NOW = dt.datetime(2026, 12, 1, 15, 30, tzinfo=dt.UTC)
NEW_YORK = "America/New_York"


def plan(hours, **how):
    return Plan("Europe/Helsinki", spread=hours * HOUR, **how)


class TestThePlan:
    def test_without_quiet_hours_is_one_stretch(self):
        (one,) = plan(8).stretches("", NOW)
        assert (one.begins, one.ends) == (NOW, NOW + 8 * HOUR)

    def test_goes_on_after_the_night_where_the_evening_left_off(self):
        evening, morning = plan(8, quiet=NIGHT).stretches("", NOW)
        assert evening.ends == dt.datetime(2026, 12, 1, 19, tzinfo=dt.UTC)
        assert morning.begins == dt.datetime(2026, 12, 2, 6, tzinfo=dt.UTC)
        assert evening.high == morning.low == 3.5 / 8

    def test_counts_only_the_hours_in_which_mail_may_leave(self):
        end = plan(8, quiet=NIGHT).until([""], NOW)
        assert end == dt.datetime(2026, 12, 2, 10, 30, tzinfo=dt.UTC)

    def test_takes_several_nights_where_it_is_long(self):
        found = plan(72, quiet=NIGHT).stretches("", NOW)
        assert (
            sum((one.ends - one.begins for one in found), dt.timedelta()) == 72 * HOUR
        )

    def test_begins_for_each_reader_at_her_own_time(self):
        nine = dt.datetime(2026, 12, 2, 9)
        (one,) = plan(2, readers_at=nine).stretches(NEW_YORK, NOW)
        assert one.begins == dt.datetime(2026, 12, 2, 14, tzinfo=dt.UTC)

    def test_ends_with_the_last_of_all_zones(self):
        nine = dt.datetime(2026, 12, 2, 9)
        end = plan(2, readers_at=nine).until(["", NEW_YORK], NOW)
        assert end == dt.datetime(2026, 12, 2, 16, tzinfo=dt.UTC)

    @pytest.mark.parametrize("hours", [1, 2, 4, 8, 12, 24, 48, 72])
    def test_told_in_steps_adds_up(self, hours):
        people = {"": 101, NEW_YORK: 33, "Asia/Kolkata": 7}
        found = plan(hours, quiet=NIGHT).departures(people, NOW)
        assert sum(count for _, count in found) == 141

    def test_lets_the_first_go_at_once(self):
        found = plan(8).departures({"": 2}, NOW)
        assert found[0] == (NOW, 1)

    def test_is_told_by_the_full_hour(self):
        found = plan(3).departures({"": 60}, NOW)
        assert [(f"{one:%H:%M}", count) for one, count in found] == [
            ("15:30", 10),
            ("16:00", 20),
            ("17:00", 20),
            ("18:00", 10),
        ]

    @pytest.mark.parametrize(
        "day", [dt.datetime(2027, 3, 27, tzinfo=dt.UTC), dt.datetime(2026, 10, 24)]
    )
    def test_ends_also_where_the_clocks_change(self, day):
        start = day.replace(tzinfo=dt.UTC)
        for begins in (2, 3, 4):
            quiet = Quiet(dt.time(begins, 30), dt.time(begins + 1, 15))
            found = plan(72, quiet=quiet).stretches("", start)
            assert all(one.begins < one.ends for one in found)


@pytest.fixture
def tonight(db):
    Account.current()
    Account.objects.update(time_zone="Europe/Helsinki")
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def message(tonight):
    """To twenty people, five of whom read in New York."""
    found = MessageFactory()
    for number in range(20):
        zone = NEW_YORK if number < 5 else "Europe/Helsinki"
        agree(ContactFactory(time_zone=zone), found.subscription_type)
    return found


def fix(message, hours, readers_at=None):
    how = audience.plan_of(readers_at, hours * HOUR)
    return audience.fix(message, Contact.objects.all(), plan=how)


def dues(message, **where):
    rows = Delivery.objects.filter(message=message, reason="", **where)
    return list(rows.order_by("due_at").values_list("due_at", flat=True))


class TestTheAudience:
    def test_leaves_in_even_distances(self, message):
        fix(message, 10)
        assert dues(message) == [NOW + n * HOUR / 2 for n in range(20)]

    def test_is_not_made_later_by_who_gets_nothing(self, message):
        ContactFactory.create_batch(20)
        fix(message, 10)
        assert dues(message) == [NOW + n * HOUR / 2 for n in range(20)]

    def test_leaves_nobodys_night_alone_with_her(self, message):
        Account.objects.update(
            quiet_from=NIGHT.begins, quiet_until=NIGHT.ends, quiet_by=Clock.READER
        )
        fix(message, 24)
        for zone, begins in (("Europe/Helsinki", 2), (NEW_YORK, -5)):
            local = [
                (one + begins * HOUR).time()
                for one in dues(message, contact__time_zone=zone)
            ]
            assert local and not [one for one in local if NIGHT.holds(one)]

    def test_begins_at_the_readers_own_time(self, message):
        fix(message, 2, dt.datetime(2026, 12, 2, 9))
        found = dues(message, contact__time_zone=NEW_YORK)
        nine = dt.datetime(2026, 12, 2, 14, tzinfo=dt.UTC)
        assert [one for one in found if nine <= one < nine + 2 * HOUR] == found

    def test_is_in_another_order_for_another_message(self, message):
        other = MessageFactory(subscription_type=message.subscription_type)
        first = []
        for one in (message, other):
            fix(one, 10)
            rows = Delivery.objects.filter(message=one).order_by("due_at")
            first.append(list(rows.values_list("contact", flat=True)))
        assert first[0] != first[1]

    def test_of_nobody_is_nobody(self, tonight):
        assert fix(MessageFactory(), 4)[""] == 0


def started(message, limit=32):
    question = Question.about(message, ["email"])
    return len(queue.start(question, "tests", limit).rows)


@pytest.mark.django_db(transaction=True)
class TestThePace:
    """By the clock of the database: what is due was due long before."""

    @pytest.fixture
    def late(self):
        """A message to forty people over two minutes, all of whom are late."""
        found = MessageFactory()
        for _ in range(40):
            agree(ContactFactory(), found.subscription_type)
        with time_machine.travel(dt.datetime(2026, 1, 5, tzinfo=dt.UTC), tick=False):
            audience.fix(
                found,
                Contact.objects.all(),
                plan=Plan("UTC", spread=dt.timedelta(minutes=2)),
            )
        return found

    def test_is_a_quarter_above_even(self, late):
        assert Pace.objects.get(message=late).per_minute == 25

    def test_holds_back_what_has_piled_up(self, late):
        Pace.objects.update(per_minute=7)
        assert started(late) == 7

    def test_holds_for_all_batches_of_a_minute(self, late):
        Pace.objects.update(per_minute=7)
        found = [started(late, 5) for _ in range(3)]
        # a minute may end in the middle of the test: then the next has its own seven
        assert found in ([5, 2, 0], [5, 5, 2], [5, 2, 5])

    def test_lets_go_on_in_the_next_minute(self, late):
        Pace.objects.update(per_minute=7)
        started(late)
        Pace.objects.update(minute=dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
        assert started(late) == 7

    def test_is_not_used_up_by_who_must_not_be_mailed(self, late):
        Pace.objects.update(per_minute=7)
        Hold.objects.create(kind=HoldKind.MESSAGE, message=late, reason="A look.")
        assert started(late) == 0
        Hold.objects.update(lifted_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
        assert started(late) == 7

    @pytest.mark.parametrize(("paced", "wave"), [(7, 9), (9, 7)])
    def test_and_the_waves_of_the_guard_let_the_fewer_go(self, late, paced, wave):
        Pace.objects.update(per_minute=paced)
        provider = Delivery.objects.filter(message=late).first().provider
        Wave.objects.create(message=late, provider=provider, allowed=wave)
        late.group = "reengagement:1"
        assert started(late) == 7

    def test_tells_when_the_rest_is_gone(self, late):
        assert pace.over(late.pk, 50, NOW) == NOW + dt.timedelta(minutes=2)

    def test_is_nothing_to_what_leaves_at_once(self):
        message = MessageFactory()
        agree(ContactFactory(), message.subscription_type)
        audience.fix(message, Contact.objects.all())
        assert pace.over(message.pk, 1, NOW) is None
        assert started(message) == 1


@pytest.mark.django_db(transaction=True)
def test_whose_moment_has_not_come_gets_nothing_yet(sink):
    message = MessageFactory()
    for _ in range(10):
        agree(ContactFactory(), message.subscription_type)
    hour = Plan("UTC", spread=HOUR)
    audience.fix(message, Contact.objects.all(), plan=hour)
    sending.send_due()
    assert len(sink.received) == 1
