"""Who waits for whom when many requests hand in their hits at once."""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event, Lock

import pytest
from django.db import OperationalError
from django.utils import timezone

from deliveries.eventlog import EventLog, Hit

PATIENCE = 30


class SlowDatabase:
    """Takes each statement, and answers it as soon as it is let."""

    def __init__(self):
        self.statements = []
        self.lock = Lock()
        self.taken = [Event() for _ in range(3)]
        self.allowed = [Event() for _ in range(3)]

    def __call__(self, statement, rows):
        with self.lock:
            number = len(self.statements)
            self.statements.append([row["delivery_id"] for row in json.loads(rows)])
        self.taken[number].set()
        assert self.allowed[number].wait(PATIENCE)
        return [(n, "", "url") for n, _ in enumerate(self.statements[number])]


@pytest.fixture
def database():
    slow = SlowDatabase()
    yield slow
    for each in slow.allowed:
        each.set()


@pytest.fixture
def log(database):
    return EventLog(database)


@pytest.fixture
def readers():
    with ThreadPoolExecutor(8) as threads:
        yield threads


def hit(delivery):
    return Hit(timezone.now(), "click", delivery, 1, 1, 0, "GET", None, "", {})


def come(readers, log, deliveries):
    """Each after the one before is seen to wait."""
    for delivery in deliveries:
        before = len(log.waiting)
        yield readers.submit(log.store, hit(delivery))
        while len(log.waiting) == before:
            pass


def test_who_comes_while_one_is_stored_is_stored_together(readers, log, database):
    first = readers.submit(log.store, hit(1))
    assert database.taken[0].wait(PATIENCE)
    others = list(come(readers, log, [2, 3, 4]))
    database.allowed[0].set()
    database.allowed[1].set()
    wait([first, *others], PATIENCE)
    assert database.statements == [[1], [2, 3, 4]]


def test_who_is_stored_does_not_wait_for_those_behind(readers, log, database):
    first = readers.submit(log.store, hit(1))
    assert database.taken[0].wait(PATIENCE)
    second, third = come(readers, log, [2, 3])
    database.allowed[0].set()
    assert database.taken[1].wait(PATIENCE)
    (fourth,) = come(readers, log, [4])
    database.allowed[1].set()
    assert database.taken[2].wait(PATIENCE)
    assert first.result(PATIENCE)
    assert second.result(PATIENCE)
    assert third.result(PATIENCE)
    assert not fourth.done()


def test_a_failure_is_told_to_each_of_them_and_to_nobody_else(readers):
    database = SlowDatabase()

    def fails_second(statement, rows):
        found = database(statement, rows)
        if len(database.statements) == 2:
            raise OperationalError("gone")
        return found

    log = EventLog(fails_second)
    first = readers.submit(log.store, hit(1))
    assert database.taken[0].wait(PATIENCE)
    both = list(come(readers, log, [2, 3]))
    for each in database.allowed:
        each.set()
    assert first.result(PATIENCE)
    assert {type(one.exception(PATIENCE)) for one in both} == {OperationalError}
    assert log.store(hit(4))
