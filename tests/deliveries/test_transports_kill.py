"""A worker that hands mail to a provider dies between a request and its outcome.

Real PostgreSQL, Valkey and worker, and a real HTTP server in the provider's place.
"""

import datetime as dt
import json
import threading
from collections import Counter

import pytest

from contacts.models import Contact
from deliveries import audience, sending
from deliveries.models import Delivery, Relay
from deliveries.queue import BATCH
from tests import interfaces
from tests.crowd import make_readers
from tests.factories import MessageFactory
from tests.receiver import Receiver

pytestmark = [pytest.mark.kill, pytest.mark.timeout(400)]
MAILS = 300


@pytest.fixture
def provider(live_stack):
    """Postmark, the only transport of a worker that is alive."""
    with Receiver() as server:
        server.env = {"MAIL_API_URLS": f"postmark={server.base}"}
        server.answer = lambda got: interfaces.postmark(got, len(server.got))
        Relay.objects.main()
        Relay.objects.update(weight=0)
        relay = Relay.objects.create(kind="postmark", name="Us", host="127.0.0.1")
        relay.set_password("the-key")
        live_stack.restart("worker", **server.env)
        yield server


def launch():
    message = MessageFactory()
    readers = make_readers(message.subscription_type, MAILS)
    assert audience.fix(message, Contact.objects.all()) == {"": MAILS}
    return readers


def handed_over(provider):
    mails = [mail for got in provider.got for mail in json.loads(got.body)]
    return Counter(mail["To"] for mail in mails)


def test_who_dies_with_a_request_under_way_sends_none_of_it_again(live_stack, provider):
    taken, over = threading.Event(), threading.Event()

    def answer(got):
        if len(provider.got) > 2:
            taken.set()
            over.wait(60)
        return interfaces.postmark(got, len(provider.got))

    right, provider.answer = provider.answer, answer
    readers = launch()
    live_stack.wait_for(taken.is_set, "a request under way")
    live_stack.kill("worker")
    over.set()
    provider.answer = right
    live_stack.restart("worker", **provider.env)
    waiting = Delivery.objects.filter(state="queued")
    live_stack.wait_for(lambda: not waiting.exists(), "the queue to be empty")
    live_stack.stop("worker")
    sending.release_stuck(dt.timedelta(0))
    states = Counter(Delivery.objects.values_list("state", flat=True))
    got = handed_over(provider)
    assert set(got) <= set(readers)
    assert [one for one, times in got.items() if times > 1] == []
    assert 0 < states["uncertain"] <= BATCH
    assert states["delivered"] == MAILS - states["uncertain"]
