"""After an opt-out commits, nothing to that address starts: tried with threads."""

import threading

import pytest
from django.db import connection, transaction

from consent.models import Address, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from tests.factories import make_address

pytestmark = pytest.mark.django_db(transaction=True)
NO = Act(action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT)


def in_thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_an_opt_out_waits_for_a_start_and_the_next_start_sees_it():
    address = make_address("ana@people.example")
    starting, opted_out = threading.Event(), threading.Event()
    order: list[str] = []

    def opt_out():
        starting.wait(10)
        Suppression.objects.suppress([address.pk], Reason.OWN_OPT_OUT, NO)
        order.append("opted out")
        opted_out.set()

    thread = in_thread(opt_out)
    with transaction.atomic():
        Address.objects.lock_for_sending([address.pk])
        starting.set()
        assert not opted_out.wait(0.3)
        order.append("started")
    thread.join(10)

    assert order == ["started", "opted out"]
    with transaction.atomic():
        Address.objects.lock_for_sending([address.pk])
        assert Suppression.objects.active().filter(address=address).exists()


def test_a_start_waits_for_an_opt_out_that_came_first():
    address = make_address("ana@people.example")
    asked, seen = threading.Event(), []

    def start():
        with transaction.atomic():
            asked.set()
            Address.objects.lock_for_sending([address.pk])
            seen.append(Suppression.objects.active().filter(address=address).exists())

    with transaction.atomic():
        Suppression.objects.suppress([address.pk], Reason.OWN_OPT_OUT, NO)
        thread = in_thread(start)
        asked.wait(10)
        assert seen == []
    thread.join(10)

    assert seen == [True]


def test_two_senders_do_not_wait_for_each_other():
    address = make_address("ana@people.example")
    done = threading.Event()

    def start():
        with transaction.atomic():
            Address.objects.lock_for_sending([address.pk])
            done.set()

    with transaction.atomic():
        Address.objects.lock_for_sending([address.pk])
        thread = in_thread(start)
        assert done.wait(5)
    thread.join(10)


def test_the_same_no_said_by_many_at_once_is_written_once():
    ids = [make_address(f"p{number}@people.example").pk for number in range(50)]
    fresh: list[int] = []

    def opt_out(order):
        fresh.extend(Suppression.objects.suppress(order, Reason.OWN_OPT_OUT, NO))

    threads = [
        in_thread(lambda order=order: opt_out(order))
        for order in (ids, ids[::-1], ids[20:], ids[:30])
    ]
    for thread in threads:
        thread.join(20)

    assert sorted(fresh) == sorted(ids)
    assert Suppression.objects.count() == len(ids)
