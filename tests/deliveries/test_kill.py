"""Real processes die in the middle of a send; nobody is missed, nobody gets two.

Real PostgreSQL that waits for the disk, real Valkey, real worker, real SMTP.
"""

import datetime as dt
import threading
import time
from collections import Counter

import pytest
from django.db import connection, connections, transaction

from consent.models import Address, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries import audience, sending
from deliveries.models import Delivery
from deliveries.queue import BATCH
from tests import killing
from tests.crowd import make_readers
from tests.factories import MessageFactory
from tests.threads import together

pytestmark = [pytest.mark.kill, pytest.mark.timeout(400)]

MAILS = 2_000
CROWD = 20_000  # of a whole round, in which people leave all along
PATIENCE = 240
NO = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)


def launch(number=MAILS):
    """Readers with a mail on its way to each; their addresses."""
    message = MessageFactory()
    readers = make_readers(message.subscription_type, number)
    assert audience.fix(message, Contact.objects.all()) == {"": number}
    return readers


def sent_at_least(stack, number):
    stack.wait_for(
        lambda: len(stack.sink.received) >= number, f"{number} mails", PATIENCE
    )


def all_left(stack):
    """Wait until nothing waits; then whatever is still started is uncertain."""
    waiting = Delivery.objects.filter(state="queued")
    stack.wait_for(lambda: not waiting.exists(), "the queue to be empty", PATIENCE)
    stack.stop("worker")
    sending.release_stuck(dt.timedelta(0))


def check(stack, readers, *, uncertain):
    """Nobody missed, nobody twice, and `uncertain` mails at most."""
    states = dict(Delivery.objects.values_list("address__key", "state"))
    got = Counter(stack.sink.recipients)
    assert sorted(states) == sorted(readers)
    assert [one for one, times in got.items() if times > 1] == []
    doubtful = {one for one, state in states.items() if state == "uncertain"}
    assert set(states.values()) <= {"delivered", "uncertain"}
    assert set(readers) - set(got) <= doubtful
    assert len(doubtful) <= uncertain


def test_a_worker_killed_in_the_middle(live_stack):
    readers = launch()
    sent_at_least(live_stack, MAILS // 4)
    live_stack.kill("worker")
    live_stack.restart("worker")
    all_left(live_stack)
    check(live_stack, readers, uncertain=BATCH)


def test_a_database_killed_in_the_middle(live_stack):
    readers = launch()
    sent_at_least(live_stack, MAILS // 4)
    live_stack.kill("postgres")
    live_stack.restart("postgres")
    connection.close()
    all_left(live_stack)
    check(live_stack, readers, uncertain=BATCH)


def test_a_broker_gone_for_a_minute(live_stack):
    readers = launch()
    sent_at_least(live_stack, MAILS // 4)
    live_stack.kill("valkey")
    time.sleep(60)
    live_stack.restart("valkey")
    all_left(live_stack)
    check(live_stack, readers, uncertain=0)


def opt_out(ids, done):
    """One by one; `done` gets the moment at which each was under its lock."""
    for address in ids:
        with transaction.atomic():
            Suppression.objects.suppress([address], Reason.OWN_OPT_OUT, NO)
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                done[address] = cursor.fetchone()[0]
    connections.close_all()


def test_nothing_starts_after_the_commit_of_an_opt_out(live_stack):
    launch()
    ids = list(Address.objects.order_by("-pk").values_list("pk", flat=True))
    sent_at_least(live_stack, 100)
    done = {}
    threads = [
        threading.Thread(target=opt_out, args=(ids[n::3][:300], done)) for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    all_left(live_stack)
    rows = Delivery.objects.filter(address_id__in=done)
    late = [
        row.pk
        for row in rows
        if row.started_at and row.started_at > done[row.address_id]
    ]
    assert late == []
    assert rows.filter(state="not_sent", reason="own_opt_out").exists()
    refused = rows.filter(state="not_sent").values_list("address__key", flat=True)
    assert set(refused).isdisjoint(live_stack.sink.recipients)


def test_two_people_launching_at_once_send_one_mail_each(live_stack):
    message = MessageFactory()
    readers = make_readers(message.subscription_type, 200)
    press = lambda: audience.fix(message, Contact.objects.all())  # noqa: E731
    assert together(press, press) == [{"": 200}, {"": 200}]
    all_left(live_stack)
    check(live_stack, readers, uncertain=0)


@pytest.mark.parametrize(
    "victims", [["worker", "postgres"], ["valkey", "web", "beat"]], ids=", ".join
)
def test_whoever_dies_and_whoever_leaves_nobody_is_lost_or_mailed_twice(
    live_stack, victims
):
    kind = MessageFactory().subscription_type
    make_readers(kind, CROWD)
    told = killing.one_round(live_stack, kind, 11, victims)
    assert told.is_right, told
    assert told.opted_out > 0
