import time

import pytest
from celery import current_app

import deliveries.tasks
import segments.tasks
from accounts import doorbell
from deliveries.queue import SEND_DUE
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def broker_that_is_gone(monkeypatch):
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    # as an item: as an attribute its former value, worked out, would stay for good
    monkeypatch.setitem(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")


def test_a_dead_broker_is_logged_and_nothing_is_raised(
    broker_that_is_gone, django_capture_on_commit_callbacks, caplog
):
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        doorbell.ring(SEND_DUE)
        MessageFactory()
    assert time.monotonic() - began < 4
    assert "was not rung for" in caplog.text


def test_every_app_rings_as_patiently_as_the_others(
    broker_that_is_gone, django_capture_on_commit_callbacks, caplog
):
    """A task of another app, with its argument."""
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        doorbell.ring(segments.tasks.fill, 1)
    assert time.monotonic() - began < 4
    assert "segments.tasks.fill was not rung for" in caplog.text


def test_after_a_ring_that_nobody_heard_the_next_ones_cost_nothing(
    broker_that_is_gone, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        doorbell.ring(SEND_DUE)
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(100):
            doorbell.ring(SEND_DUE)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("task", [SEND_DUE, deliveries.tasks.send_due])
def test_a_ring_reaches_the_broker_by_name_or_by_task(
    task, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    with current_app.connection_for_read() as connection:
        waiting = connection.SimpleQueue("celery")
        waiting.clear()
        with django_capture_on_commit_callbacks(execute=True):
            doorbell.ring(task)
        message = waiting.get(timeout=5)
        message.ack()
        waiting.close()
    assert message.headers["task"] == "deliveries.tasks.send_due"
