import hashlib

import pytest
from django.db import IntegrityError, connection, transaction

from consent.models import Address, ConsentRecord, Suppression
from consent.vocabulary import Act, Action, Actor, LiftedBy, Mechanism, Reason
from tests.factories import (
    ContactFactory,
    SubscriptionTypeFactory,
    agree,
    make_address,
)

pytestmark = pytest.mark.django_db

NO = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)


def canonical(record: ConsentRecord) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT consent_record_canonical(r) FROM consent_consentrecord r"
            " WHERE id = %s",
            [record.pk],
        )
        return str(cursor.fetchone()[0])


def test_each_record_is_chained_to_the_one_before():
    contact = ContactFactory()
    agree(contact, SubscriptionTypeFactory())
    Suppression.objects.suppress([contact.address_id], Reason.OWN_OPT_OUT, NO)

    first, second = ConsentRecord.objects.order_by("id")
    for record in (first, second):
        expected = hashlib.sha256(bytes(record.prev_hash) + canonical(record).encode())
        assert bytes(record.hash) == expected.digest()
    assert bytes(second.prev_hash) == bytes(first.hash)
    assert bytes(Address.objects.get().ledger_head) == bytes(second.hash)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_consentrecord SET explanation = 'other'",
        "DELETE FROM consent_consentrecord",
    ],
)
def test_a_record_is_never_changed_or_deleted(statement):
    agree(ContactFactory(), SubscriptionTypeFactory())
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_saying_no_twice_writes_one_row():
    address = make_address("ana@people.example")

    first = Suppression.objects.suppress([address.pk], Reason.OWN_OPT_OUT, NO)
    again = Suppression.objects.suppress([address.pk], Reason.OWN_OPT_OUT, NO)

    assert (first, again) == ({address.pk}, set())
    assert Suppression.objects.count() == ConsentRecord.objects.count() == 1


def test_a_lift_does_only_what_the_table_allows():
    address = make_address("ana@people.example")
    for reason in (Reason.COMPLAINT, Reason.STAFF_OPT_OUT):
        Suppression.objects.suppress([address.pk], reason, NO)

    act = Act(action=Action.RESTORED, mechanism=Mechanism.STAFF, actor=Actor.STAFF)
    Suppression.objects.lift(LiftedBy.STAFF, act)

    left = Suppression.objects.active().get()
    assert left.reason == Reason.COMPLAINT


def test_ensure_finds_one_row_for_two_spellings():
    one, other = make_address("Ana@People.example"), make_address("ana@people.EXAMPLE")
    assert one == other
    assert one.domain == "people.example"
