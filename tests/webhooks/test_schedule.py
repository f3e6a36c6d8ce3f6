"""When it is tried again."""

import datetime as dt

import pytest

from webhooks.schedule import GIVE_UP, JITTER, RESTS, RETRIES, next_try, rest

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("tried", range(1, len(RETRIES) + 1))
def test_each_attempt_comes_as_the_standard_has_it_give_or_take_a_tenth(tried):
    usual = RETRIES[tried - 1]
    wait = next_try(tried, NOW) - NOW
    assert usual * (1 - JITTER) <= wait <= usual * (1 + JITTER)


def test_after_the_last_attempt_there_is_none():
    assert next_try(len(RETRIES) + 1, NOW) is None


def test_the_attempts_take_longer_than_an_endpoint_is_given():
    assert sum(RETRIES, dt.timedelta()) * (1 - JITTER) < GIVE_UP + DAY
    assert sum(RETRIES, dt.timedelta()) > GIVE_UP


def test_whoever_asks_for_more_time_gets_it():
    assert next_try(1, NOW, dt.timedelta(hours=1)) == NOW + dt.timedelta(hours=1)


def test_nobody_is_waited_for_longer_than_a_day():
    assert next_try(1, NOW, dt.timedelta(days=400)) == NOW + DAY


def test_the_rests_of_a_silent_endpoint_grow_to_their_end():
    assert [rest(n) for n in (1, 2, 3, 4, 99)] == [*RESTS, RESTS[-1]]
