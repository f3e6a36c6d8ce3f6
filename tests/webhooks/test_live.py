"""The real worker tells a real server, dies on the way, and loses nothing."""

from collections import Counter

import pytest

from consent import addresses
from consent.models import Address, Suppression
from consent.vocabulary import Reason
from tests.factories import no_because
from tests.receiver import Receiver
from tests.webhooks.conftest import add_endpoint
from webhooks.models import Endpoint

pytestmark = [pytest.mark.kill]
LEAVING = 3_000


@pytest.fixture
def receiver():
    """On this machine, and it takes its time."""
    with Receiver() as running:
        yield running


@pytest.fixture
def crm(live_stack, receiver):
    live_stack.restart("worker", WEBHOOKS_INTERNAL="yes")
    return add_endpoint(receiver.url, by=live_stack.alice, with_email=True)[0]


def leave(count):
    """All in one transaction."""
    parsed = [addresses.parse(f"p{n}@people.example") for n in range(count)]
    ids = [*Address.objects.ensure(parsed).values()]
    act = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress(ids, Reason.OWN_OPT_OUT, act)


def test_a_worker_dies_and_nobody_is_left_out(live_stack, crm, receiver):
    leave(LEAVING)
    live_stack.wait_for(lambda: len(receiver.got) > LEAVING // 3, "a third of them")
    live_stack.kill("worker")
    before = len(receiver.got)
    # nobody waits a minute and a half for the sign of life to run out
    Endpoint.objects.update(taken_until="2020-01-01T00:00Z")
    live_stack.restart("worker", WEBHOOKS_INTERNAL="yes")
    done = crm.notices.filter(state="delivered")
    live_stack.wait_for(lambda: done.count() == LEAVING, "everybody to be told of")

    assert before < LEAVING
    people = {
        got.body.partition(b'"email":"')[2].partition(b'"')[0] for got in receiver.got
    }
    assert len(people) == len(set(receiver.ids)) == LEAVING
    # what was sent and not noted is sent again, with the same id
    assert sum(Counter(receiver.ids).values()) <= LEAVING + 32


def test_a_receiver_that_is_out_of_order_gets_everything_later(
    live_stack, crm, receiver
):
    receiver.say(503)
    leave(20)
    live_stack.wait_for(lambda: receiver.got, "the first attempt")
    receiver.say(200)
    done = crm.notices.filter(state="delivered")
    live_stack.wait_for(lambda: done.count() == 20, "everybody to be told of")
    assert len(set(receiver.ids)) == 20
