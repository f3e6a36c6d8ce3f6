import re
import socketserver
import threading

import pytest
from celery import current_app

import deliveries.tasks
import segments.tasks
from accounts import doorbell
from deliveries.queue import SEND_DUE
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db
FEW = 2  # attempts to connect for one ring: one, and once again


@pytest.fixture
def attempts(monkeypatch):
    """Each attempt to reach a broker that hangs up at once."""
    made = []

    class HangUp(socketserver.BaseRequestHandler):
        def handle(self):
            made.append(self.client_address)

    with socketserver.TCPServer(("127.0.0.1", 0), HangUp) as gone:
        thread = threading.Thread(target=gone.serve_forever, args=[0.05])
        thread.start()
        url = f"redis://127.0.0.1:{gone.server_address[1]}/0"
        monkeypatch.setattr(doorbell, "_silent_until", 0.0)
        # as an item: as an attribute its former value, worked out, would stay for good
        monkeypatch.setitem(current_app.conf, "broker_write_url", url)
        yield made
        gone.shutdown()
        thread.join()


def test_a_dead_broker_is_logged_and_nothing_is_raised(
    attempts, django_capture_on_commit_callbacks, caplog
):
    with django_capture_on_commit_callbacks(execute=True):
        doorbell.ring(SEND_DUE)
        MessageFactory()
    assert 0 < len(attempts) <= FEW
    assert "was not rung for" in caplog.text


def test_every_app_rings_as_patiently_as_the_others(
    attempts, django_capture_on_commit_callbacks, caplog
):
    """A task of another app, with its argument."""
    with django_capture_on_commit_callbacks(execute=True):
        doorbell.ring(segments.tasks.fill, 1)
    assert 0 < len(attempts) <= FEW
    assert "segments.tasks.fill was not rung for" in caplog.text


def test_after_a_ring_that_nobody_heard_the_next_ones_cost_nothing(
    attempts, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr(doorbell, "PAUSE", 10_000.0)  # however busy the machine is
    with django_capture_on_commit_callbacks(execute=True):
        doorbell.ring(SEND_DUE)
    before = len(attempts)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(100):
            doorbell.ring(SEND_DUE)
    assert len(attempts) == before


@pytest.fixture
def own_broker(monkeypatch, worker_id):
    """A number of the broker that no test beside this one rings at."""
    number = 1 + int(re.sub(r"\D", "", worker_id) or 0) % 15
    url = re.sub(r"/\d*$", f"/{number}", current_app.conf.broker_write_url)
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    for name in ("broker_write_url", "broker_read_url"):
        monkeypatch.setitem(current_app.conf, name, url)


@pytest.mark.parametrize("task", [SEND_DUE, deliveries.tasks.send_due])
def test_a_ring_reaches_the_broker_by_name_or_by_task(
    task, own_broker, django_capture_on_commit_callbacks
):
    with current_app.connection_for_read() as connection:
        waiting = connection.SimpleQueue("celery")
        waiting.clear()
        with django_capture_on_commit_callbacks(execute=True):
            doorbell.ring(task)
        message = waiting.get(timeout=60)
        message.ack()
        waiting.close()
    assert message.headers["task"] == "deliveries.tasks.send_due"
