"""When a mail leaves by the clock of its reader, and where clocks are put forward."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from deliveries.clock import FIRST, Plan, Quiet, first_moment

HELSINKI, NEW_YORK = "Europe/Helsinki", "America/New_York"
NIGHT = Quiet(dt.time(21), dt.time(8))
LUNCH = Quiet(dt.time(12), dt.time(13))
ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def over(quiet, text, zone=HELSINKI):
    """The answer by the clock of the zone."""
    there = zoneinfo.ZoneInfo(zone)
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=there)
    return quiet.over(moment, there).astimezone(there).strftime("%d %H:%M")


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-06-10T20:59", "10 20:59"),
        ("2026-06-10T21:00", "11 08:00"),
        ("2026-06-11T00:00", "11 08:00"),
        ("2026-06-11T07:59", "11 08:00"),
        ("2026-06-11T08:00", "11 08:00"),
    ],
)
def test_what_falls_into_the_night_leaves_in_the_morning(at, leaves):
    assert over(NIGHT, at) == leaves


@pytest.mark.parametrize(
    ("at", "leaves"),
    [("2026-06-10T11:59", "10 11:59"), ("2026-06-10T12:30", "10 13:00")],
)
def test_quiet_hours_within_a_day(at, leaves):
    assert over(LUNCH, at) == leaves


def test_the_morning_after_the_clocks_go_forward_is_the_right_one():
    # 29 March 2026: 03:00 becomes 04:00 in Helsinki
    found = NIGHT.over(utc("2026-03-28T20:00"), zoneinfo.ZoneInfo(HELSINKI))
    assert found == utc("2026-03-29T05:00")


def test_the_morning_after_the_clocks_go_back_is_the_right_one():
    # 25 October 2026: 04:00 becomes 03:00
    found = NIGHT.over(utc("2026-10-24T20:00"), zoneinfo.ZoneInfo(HELSINKI))
    assert found == utc("2026-10-25T06:00")


def test_an_end_that_the_clocks_leave_out_comes_when_they_have_gone_on():
    small = Quiet(dt.time(1), dt.time(3, 30))
    assert over(small, "2026-03-29T01:30") == "29 04:30"


def test_an_end_that_comes_twice_is_the_next_of_the_two():
    small = Quiet(dt.time(1), dt.time(3, 30))
    there = zoneinfo.ZoneInfo(HELSINKI)
    second = dt.datetime(2026, 10, 25, 3, 10, tzinfo=there, fold=1)
    assert small.over(second, there) == utc("2026-10-25T01:30")


@given(
    moment=some.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2037, 1, 1)),
    zone=some.sampled_from(ZONES),
    begins=some.times(),
    ends=some.times(),
)
def test_nothing_leaves_earlier_than_asked_nor_two_days_later(
    moment, zone, begins, ends
):
    asked = moment.replace(tzinfo=dt.UTC)
    found = Quiet(begins, ends).over(asked, zoneinfo.ZoneInfo(zone))
    assert asked <= found <= asked + dt.timedelta(days=2)


NINE = dt.datetime(2026, 12, 1, 9)
EARLY = utc("2026-11-30T00:00")


def test_everybody_gets_it_at_nine_by_her_own_clock():
    plan = Plan(HELSINKI, NINE)
    assert plan.due(HELSINKI, EARLY) == utc("2026-12-01T07:00")
    assert plan.due(NEW_YORK, EARLY) == utc("2026-12-01T14:00")


@pytest.mark.parametrize("zone", ["", "Moon/Tranquility", "../etc/passwd", "\0"])
def test_whose_zone_is_not_known_gets_it_by_the_accounts_clock(zone):
    assert Plan(HELSINKI, NINE).due(zone, EARLY) == utc("2026-12-01T07:00")


def test_whoever_is_past_it_gets_it_at_once():
    now = utc("2026-12-01T10:00")
    plan = Plan(HELSINKI, NINE)
    assert plan.due(HELSINKI, now) == now
    assert plan.due(NEW_YORK, now) == utc("2026-12-01T14:00")


def test_a_time_that_the_clocks_leave_out_comes_an_hour_on():
    plan = Plan(HELSINKI, dt.datetime(2026, 3, 29, 3, 30))
    assert plan.due(HELSINKI, EARLY - dt.timedelta(days=365)) == utc("2026-03-29T01:30")


def test_a_time_that_comes_twice_is_the_first():
    plan = Plan(HELSINKI, dt.datetime(2026, 10, 25, 3, 30))
    early = EARLY - dt.timedelta(days=365)
    assert plan.due(HELSINKI, early) == utc("2026-10-25T00:30")


def test_quiet_hours_are_by_the_readers_clock():
    plan = Plan(HELSINKI, quiet=NIGHT)
    now = utc("2026-12-01T23:00")
    assert plan.due(HELSINKI, now) == utc("2026-12-02T06:00")
    assert plan.due(NEW_YORK, now) == now


def test_quiet_hours_are_by_one_clock_where_one_is_named():
    plan = Plan(HELSINKI, quiet=NIGHT, quiet_zone=HELSINKI)
    assert plan.due(NEW_YORK, utc("2026-12-01T23:00")) == utc("2026-12-02T06:00")
    assert plan.is_plain


def test_a_readers_time_in_her_quiet_hours_waits_for_their_end():
    plan = Plan(HELSINKI, NINE.replace(hour=7), NIGHT)
    assert plan.due(NEW_YORK, EARLY) == utc("2026-12-01T13:00")


def test_departures_add_up_and_are_in_order():
    people = {NEW_YORK: 3, HELSINKI: 5, "": 2}
    assert Plan(HELSINKI, NINE).departures(people, EARLY) == [
        (utc("2026-12-01T07:00"), 7),
        (utc("2026-12-01T14:00"), 3),
    ]


@given(zone=some.sampled_from(ZONES))
def test_nobody_on_earth_is_due_before_the_first_moment(zone):
    there = NINE.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    assert first_moment(NINE) <= there
    assert FIRST.utcoffset(None) == dt.timedelta(hours=14)
