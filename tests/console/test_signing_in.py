"""Many wrong tries make one wait: never for good, whoever is asked for."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.throttle import LIMITS, Throttle, Try
from tests.factories import UserFactory
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

LOGIN = reverse("login")
NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
BOTH = LIMITS["both"]


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def ana(db):
    return UserFactory(email="ana@console.example", password=PASSWORD)


def attempt(email="ana@console.example", password="x", ip="203.0.113.7"):  # noqa: S107
    typed = {"username": email, "password": password}
    return Client(REMOTE_ADDR=ip).post(LOGIN, typed)


def fail(times, **how):
    return [attempt(**how) for _ in range(times)][-1]


def test_a_few_wrong_tries_cost_nothing(clock, ana):
    fail(BOTH.free - 1)
    assert attempt(password=PASSWORD).status_code == 302


@pytest.mark.parametrize("email", ["ana@console.example", "nobody@console.example"])
def test_then_one_waits_and_is_told_how_long(clock, ana, email):
    assert fail(BOTH.free, email=email).status_code == 422
    answer = attempt(email=email)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "16"
    assert "Try again in 15 seconds" in answer.content.decode()


def test_a_right_password_waits_as_well(clock, ana):
    fail(BOTH.free)
    assert attempt(password=PASSWORD).status_code == 429
    clock.shift(16)
    assert attempt(password=PASSWORD).status_code == 302


def test_capitals_are_no_way_around(clock, ana):
    fail(BOTH.free)
    assert attempt(email="ANA@Console.example").status_code == 429


def test_tries_during_a_wait_do_not_prolong_it(clock, ana):
    fail(BOTH.free + 30)
    clock.shift(16)
    assert attempt(password=PASSWORD).status_code == 302


def test_a_wait_doubles_and_has_an_end():
    waits = [BOTH.wait_after(tries).total_seconds() for tries in (4, 5, 6, 7, 90)]
    assert waits == [0, 15, 30, 60, 900]


def test_a_right_password_takes_the_wrong_ones_back(clock, ana):
    for _ in range(3):
        fail(BOTH.free - 1)
        assert attempt(password=PASSWORD).status_code == 302


def test_from_elsewhere_the_owner_gets_in_meanwhile(clock, ana):
    fail(BOTH.free)
    assert attempt(password=PASSWORD, ip="198.51.100.1").status_code == 302


def test_many_accounts_from_one_address_wait_as_well(clock, ana):
    for number in range(LIMITS["address"].free):
        attempt(email=f"n{number}@console.example")
    assert attempt(password=PASSWORD).status_code == 429
    assert attempt(password=PASSWORD, ip="198.51.100.1").status_code == 302


def test_an_own_account_is_no_way_to_go_on_guessing(clock, ana):
    for number in range(LIMITS["address"].free - 1):
        attempt(email=f"n{number}@console.example")
    attempt(password=PASSWORD)
    fail(1, email="other@console.example")
    assert attempt(email="another@console.example").status_code == 429


def test_a_form_without_a_password_takes_nothing_back(clock, ana):
    fail(BOTH.free - 1)
    assert attempt(password="").status_code == 422
    fail(1)
    assert attempt().status_code == 429


def test_wrong_tries_are_forgotten_an_hour_after_the_first_whoever_comes_in(clock, ana):
    bo = UserFactory(email="bo@console.example", password=PASSWORD)
    for number in range(LIMITS["address"].free - 1):
        attempt(email=f"n{number}@console.example")
        clock.shift(200)
        assert attempt(email=bo.email, password=PASSWORD).status_code == 302
    assert attempt(password=PASSWORD).status_code == 302


def test_where_she_signed_in_before_nobody_else_delays_her(clock, ana):
    assert attempt(password=PASSWORD).status_code == 302
    for n in range(LIMITS["account"].free):
        Throttle.objects.take(Try(ana.email, f"198.51.100.{n}"))
    assert attempt(password=PASSWORD, ip="192.0.2.1").status_code == 429
    assert attempt(password=PASSWORD).status_code == 302


def test_many_addresses_of_one_network_are_one(clock, ana):
    for number in range(BOTH.free):
        attempt(ip=f"2001:db8::{number + 1}")
    assert attempt(ip="2001:db8::ffff").status_code == 429


def test_an_account_that_everybody_tries_waits_a_minute_at_most(clock, ana):
    one = [Try(ana.email, f"203.0.113.{n}") for n in range(200)]
    for each in one:
        Throttle.objects.take(each)
        clock.shift(61)
    assert Throttle.objects.take(Try(ana.email, "198.51.100.1")).left.seconds == 0


def test_after_an_hour_all_is_forgotten(clock, ana):
    fail(BOTH.free - 1)
    clock.shift(3601)
    fail(BOTH.free - 1)
    assert attempt(password=PASSWORD).status_code == 302
    assert Throttle.objects.count() == 1


def test_a_hundred_at_once_are_no_hundred_guesses(transactional_db):
    barrier, made = threading.Barrier(12), []

    def guess():
        barrier.wait()
        if not Throttle.objects.take(Try("ana@console.example", "203.0.113.7")).left:
            made.append(1)
        connection.close()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == BOTH.free


def test_the_administration_has_no_way_in_of_its_own(ana):
    typed = {"username": "ana@console.example", "password": PASSWORD}
    answer = Client().post("/admin/login/", typed)
    assert answer.headers["Location"].startswith("/login/")


class TestWhatIsWrittenDown:
    def test_who_signed_in_and_from_where(self, ana):
        attempt(password=PASSWORD)
        entry = AuditEntry.objects.get(verb="signed in")
        assert (entry.actor, entry.detail) == (ana, {"address": "203.0.113.7"})

    def test_that_somebody_has_to_wait_once(self, clock, ana):
        for _ in range(4):
            fail(BOTH.free)
            clock.shift(61)
        entry = AuditEntry.objects.get(verb="held up sign-ins")
        assert entry.subject == "ana@console.example"
