import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from contacts.models import ENGAGEMENT_FIELDS, Contact, OpeningBalance
from deliveries import rollups
from deliveries.models import Channel, Delivery, DeliveryState, Touched
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    MessageFactory,
    make_address,
)

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def ago(days):
    return NOW - dt.timedelta(days=days)


def deliver(contact, days, message=None, **known):
    return DeliveryFactory(
        contact=contact,
        message=message or MessageFactory(),
        started_at=ago(days),
        **known,
    )


def engagement(contact):
    return Contact.objects.values(*ENGAGEMENT_FIELDS).get(pk=contact.pk)


@pytest.fixture
def ada(db):
    return ContactFactory()


class TestFold:
    def test_counts_deliveries_and_dates(self, ada):
        deliver(ada, 30, opened_at=ago(29), last_opened_at=ago(20), clicked_at=ago(25))
        deliver(ada, 10, message=MessageFactory(name="The newest"))
        deliver(ada, 15)
        rollups.fold_all()
        assert engagement(ada) == {
            "delivered": 3,
            "opened": 1,
            "clicked": 1,
            "bounced": 0,
            "replied": 0,
            "sends_since_engagement": 2,
            "first_delivered_at": ago(30),
            "last_delivered_at": ago(10),
            "first_opened_at": ago(29),
            "last_opened_at": ago(20),
            "first_clicked_at": ago(25),
            "last_clicked_at": ago(25),
            "last_replied_at": None,
            "last_email_name": "The newest",
        }

    @pytest.mark.parametrize(
        "known",
        [
            {"state": DeliveryState.QUEUED, "delivered_at": None},
            {"state": DeliveryState.NOT_SENT, "reason": "x", "delivered_at": None},
            {"message__channel": Channel.TEST},
            {"message__channel": Channel.SERVICE},
        ],
    )
    def test_leaves_out_what_is_no_delivered_marketing_email(self, ada, known):
        DeliveryFactory(contact=ada, **known)
        rollups.fold_all()
        assert engagement(ada)["delivered"] == 0

    def test_adds_what_was_brought_along(self, ada):
        OpeningBalance.objects.create(
            contact=ada,
            address=ada.address,
            source="export",
            as_of=ago(60),
            delivered=12,
            sends_since_engagement=5,
            first_delivered_at=ago(900),
            last_opened_at=ago(400),
            last_email_name="An old one",
        )
        rollups.fold_all()
        assert engagement(ada)["last_email_name"] == "An old one"
        deliver(ada, 10, message=MessageFactory(name="Ours"))
        rollups.fold_all()
        found = engagement(ada)
        assert (found["delivered"], found["sends_since_engagement"]) == (13, 6)
        assert found["first_delivered_at"] == ago(900)
        assert found["last_opened_at"] == ago(400)
        assert found["last_email_name"] == "Ours"

    def test_a_changed_address_starts_anew(self, ada):
        deliver(ada, 10)
        rollups.fold_all()
        ada.address = make_address("new@people.example")
        ada.email = "new@people.example"
        ada.save(update_fields=["address", "email"])
        rollups.fold_all()
        assert engagement(ada)["delivered"] == 0

    def test_a_lost_address_leaves_nothing(self, ada):
        deliver(ada, 10)
        rollups.fold_all()
        Contact.objects.filter(pk=ada.pk).update(address=None, email="")
        rollups.fold_all()
        assert engagement(ada)["delivered"] == 0

    def test_a_contact_made_anew_has_the_history_of_the_address(self, ada):
        deliver(ada, 10)
        address = ada.address
        Touched.objects.all().delete()
        ada.delete()
        again = ContactFactory(address=address, email=address.key)
        rollups.fold_all()
        assert engagement(again)["delivered"] == 1

    def test_a_lost_delivery_date_counts_down(self, ada):
        deliver(ada, 10)
        rollups.fold_all()
        Delivery.objects.update(
            delivered_at=None, state=DeliveryState.REFUSED, bounced_at=NOW
        )
        rollups.fold_all()
        found = engagement(ada)
        assert (found["delivered"], found["bounced"]) == (0, 1)

    def test_writes_only_rows_that_differ(self, ada):
        deliver(ada, 10)
        rollups.fold_all()
        version = "SELECT xmin FROM contacts_contact"
        with connection.cursor() as cursor:
            before = cursor.execute(version).fetchone()
            rollups.rebuild()
            assert cursor.execute(version).fetchone() == before

    def test_a_rebuild_gives_the_same_numbers(self, db):
        people = ContactFactory.create_batch(5)
        for number, person in enumerate(people):
            for days in range(number):
                seen = ago(days) if days % 2 else None
                deliver(person, days, clicked_at=seen, opened_at=seen)
        rollups.fold_all()
        before = [engagement(person) for person in people]
        Contact.objects.update(delivered=99, opened=99, last_clicked_at=timezone.now())
        rollups.rebuild()
        assert [engagement(person) for person in people] == before

    def test_works_in_batches(self, db, monkeypatch):
        people = ContactFactory.create_batch(5)
        for person in people:
            deliver(person, 1)
        monkeypatch.setattr(rollups, "BATCH", 2)
        assert rollups.fold(limit=2) == 2
        assert rollups.fold(limit=2) == 2
        assert rollups.fold(limit=2) == 1


class TestTouching:
    def test_a_change_of_no_interest_touches_nobody(self, ada):
        deliver(ada, 10)
        rollups.fold_all()
        Delivery.objects.update(claimed_by="somebody", attempts=3)
        assert not Touched.objects.exists()

    def test_new_rows_of_the_queue_touch_nobody(self, ada):
        DeliveryFactory(contact=ada, state=DeliveryState.QUEUED, delivered_at=None)
        assert not Touched.objects.exists()

    def test_many_changes_of_one_statement_touch_each_address_once(self, ada):
        deliver(ada, 10)
        deliver(ada, 20)
        Touched.objects.all().delete()
        Delivery.objects.update(opened_at=NOW)
        assert Touched.objects.values_list("address_id", flat=True).get() == (
            ada.address_id
        )

    def test_what_is_rolled_back_touches_nobody(self, ada):
        Touched.objects.all().delete()
        with transaction.atomic():
            deliver(ada, 10)
            transaction.set_rollback(True)
        assert not Touched.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestTogetherWithOthers:
    def test_who_is_held_by_somebody_else_comes_next_time(self):
        ada, bob = ContactFactory.create_batch(2)
        deliver(ada, 1)
        deliver(bob, 1)
        with Elsewhere() as elsewhere:
            elsewhere.hold(ada)
            rollups.fold()
            assert engagement(bob)["delivered"] == 1
            assert engagement(ada)["delivered"] == 0
        rollups.fold()
        assert engagement(ada)["delivered"] == 1

    def test_only_one_folder_works_at_a_time(self):
        deliver(ContactFactory(), 1)
        with Elsewhere() as elsewhere:
            elsewhere.run(f"SELECT pg_advisory_xact_lock({rollups.LOCK})")
            assert rollups.fold() == 0
        assert rollups.fold() == 1


class Elsewhere:
    """A transaction in another thread that stays open for a while."""

    def __enter__(self):
        self.asked, self.ready, self.over = [], threading.Event(), threading.Event()
        return self

    def hold(self, contact):
        self.run(f"SELECT FROM contacts_contact WHERE id = {contact.pk} FOR UPDATE")

    def run(self, sql):
        self.thread = threading.Thread(target=self._stay, args=[sql])
        self.thread.start()
        assert self.ready.wait(10)

    def _stay(self, sql):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
                self.ready.set()
                self.over.wait(10)
        finally:
            connection.close()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
