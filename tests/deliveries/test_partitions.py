import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from contacts.models import Contact
from deliveries import audience, partitions
from deliveries.models import Delivery, Event, EventKind
from tests.factories import ContactFactory, MessageFactory, agree
from tests.threads import halfway

pytestmark = pytest.mark.django_db


def stored_in(model, pk):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT tableoid::regclass::text FROM {model._meta.db_table}"
            " WHERE id = %s",
            [pk],
        )
        return cursor.fetchone()[0]


def message_with_id(pk):
    return MessageFactory(pk=pk)


def test_the_next_messages_have_room_before_they_are_written():
    message_with_id(7_500)
    partitions.ensure()
    partitions.ensure()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('deliveries_delivery_9') IS NOT NULL")
        assert cursor.fetchone()[0]


def test_an_audience_never_begins_in_the_partition_for_the_rest():
    message = message_with_id(12_345)
    agree(ContactFactory(), message.subscription_type)
    audience.fix(message, Contact.objects.all())
    assert stored_in(Delivery, Delivery.objects.get().pk) == "deliveries_delivery_12"


def test_an_event_is_stored_by_its_month(message, queue_for):
    (person,) = queue_for(1)
    event = Event.objects.create(
        kind=EventKind.OPEN,
        delivery_id=person.delivery_set.get().pk,
        message=message,
        address_id=person.address_id,
    )
    assert stored_in(Event, event.pk) == f"deliveries_event_{event.at:%Y%m}"


def test_one_address_gets_one_message_once(message, queue_for):
    (person,) = queue_for(1)
    twin = Delivery(message=message, address_id=person.address_id, state="queued")
    with pytest.raises(Exception, match="message_id_address_id_occurrence"):
        twin.save(force_insert=True)


@pytest.fixture
def tidy():
    """Without the partitions that a test has made and committed."""
    yield
    with connection.cursor() as cursor:
        for number in range(2, 20):
            cursor.execute(f"DROP TABLE IF EXISTS deliveries_delivery_{number}")


@pytest.mark.django_db(transaction=True)
def test_room_for_a_message_waits_for_nobody_who_reads_events_first(tidy):
    def make_room():
        with time_machine.travel(timezone.now() + dt.timedelta(days=400)):
            partitions.ensure_for(10_000)

    halfway(
        lambda: list(Event.objects.all()),
        make_room,
        lambda: list(Delivery.objects.all()),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('deliveries_delivery_10') IS NOT NULL")
        assert cursor.fetchone()[0]
