"""Many say no at once: tried with threads. What starts beside an opt-out is tried
with real workers in tests/deliveries/test_kill.py."""

import threading

import pytest
from django.db import connection, transaction

from consent import addresses
from consent.models import Address, Suppression, address_hmac
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from tests.factories import make_address
from tests.threads import halfway, together

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


def test_a_bulk_writer_has_the_address_that_somebody_makes_at_the_moment():
    parsed = addresses.parse("ana@people.example")

    def settle():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE bulk ON COMMIT DROP AS SELECT %s::text AS key,"
                " %s::bytea AS key_hmac, NULL::bigint AS address_id",
                [parsed.key, address_hmac(parsed.key)],
            )
            return Address.objects.settle("bulk")

    settled = halfway(lambda: Address.objects.ensure([parsed]), settle)
    assert settled == [Address.objects.get().pk]


def forgotten(address):
    """What the task does to an address that nothing hangs on."""
    Address.objects.lock([address.pk])
    Address.objects.filter(pk=address.pk).update(key=None)


def test_an_address_that_is_forgotten_meanwhile_is_known_again_to_a_bulk_writer():
    address = make_address("ana@people.example")

    def settle():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE bulk ON COMMIT DROP AS SELECT %s::text AS key,"
                " %s::bytea AS key_hmac, NULL::bigint AS address_id",
                ["ana@people.example", address_hmac("ana@people.example")],
            )
            Address.objects.settle("bulk")

    halfway(lambda: forgotten(address), settle)
    assert str(Address.objects.get()) == "ana@people.example"


def test_an_address_that_is_forgotten_meanwhile_is_known_again_to_who_holds_it():
    address = make_address("ana@people.example")
    parsed = addresses.parse("ana@people.example")

    @transaction.atomic
    def hold():
        return Address.objects.hold([parsed])

    assert halfway(lambda: forgotten(address), hold) == {parsed.key: address.pk}
    assert str(Address.objects.get()) == parsed.key


def test_who_locks_an_address_that_is_named_only_then_lets_go_of_the_others_first():
    low, high = make_address("low@people.example"), make_address("high@people.example")

    @transaction.atomic
    def somebody_else():
        return Address.objects.lock([high.pk])

    # as she stands before the lock, under it, and once it was let go of
    answers = [lambda: [high.pk], lambda: [high.pk, low.pk]]
    answers += [lambda: [*together(somebody_else)[0], low.pk], answers[1]]
    with transaction.atomic():
        locked = Address.objects.lock_all(lambda: answers.pop(0)())
    assert locked == [low.pk, high.pk]
