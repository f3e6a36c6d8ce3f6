"""The list of global blocks, complaint rates, and saved views of the audit."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from bounces import complaints, global_blocks, judging
from bounces.models import Bounce, Change
from bounces.unbouncing import NotUnbounced, unbounce
from consent.addresses import parse
from consent.models import SubscriptionType, Suppression
from contacts.models import Contact
from deliveries import refusals
from deliveries.models import Delivery
from tests.bounces.test_desk import blocked
from tests.bounces.test_incidents import refused
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    MessageFactory,
    UserFactory,
    agree,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]
LIST = reverse("bounces:global")


@pytest.fixture
def rosa(db):
    return UserFactory(role=Role.ADMIN)


def put(email, rosa):
    return global_blocks.add([parse(email)], rosa, "Their lawyer wrote")


class TestList:
    def test_keeps_everybody_from_mailing_them(self, rosa):
        contact = ContactFactory(email="ana@firm.example")
        kind = SubscriptionType.objects.default()
        agree(contact, kind)
        assert put("ana@firm.example", rosa) == 1
        assert put("ana@firm.example", rosa) == 0
        assert not refusals.mailable(Contact.objects.all(), kind).exists()
        entry = AuditEntry.objects.filter(verb="added global blocks").last()
        assert entry.actor == rosa

    def test_is_never_ended_by_an_unbounce(self, rosa):
        contact = blocked(email="ana@firm.example")
        put("ana@firm.example", rosa)
        with pytest.raises(NotUnbounced, match="list of global blocks"):
            unbounce(contact, rosa, Change.CONFIRMED, "She called")

    def test_is_left_when_an_administrator_takes_the_address_off(self, rosa):
        put("ana@firm.example", rosa)
        block = global_blocks.listed().get()
        assert global_blocks.remove(block, rosa, "Sorted out")
        assert not global_blocks.remove(block, rosa, "Again")
        assert not Suppression.objects.active().exists()

    def test_is_fed_by_the_list_of_a_provider(self):
        words = "550 5.1.1 Recipient is on the suppression list"
        delivery = refused("ana@firm.example", words, 550, "5.1.1")
        judging.judge_refusals()
        assert Bounce.objects.get().category == "suppressed"
        found = global_blocks.listed().get()
        assert found.address_id == delivery.address_id
        assert global_blocks.source_of(found) == "Provider’s list"

    def test_is_found_by_address_and_domain(self, rosa):
        put("ana@firm.example", rosa)
        assert global_blocks.listed("ana@").exists()
        assert global_blocks.listed("@firm").exists()
        assert not global_blocks.listed("ben").exists()


class TestPage:
    def test_shows_them_as_what_they_are(self, client, alice):
        put("ana@firm.example", alice)
        text = client.get(LIST).content.decode()
        assert "ana@firm.example" in text
        assert "Their lawyer wrote" in text
        assert "Nobody here can be unbounced" in text

    def test_an_administrator_adds_and_takes_off(self, client):
        words = {"addresses": "ana@firm.example\nben@firm.example", "note": "Lawyer"}
        answer = client.post(LIST, words, follow=True)
        assert "2 added" in answer.content.decode()
        block = global_blocks.listed("ben").get()
        client.post(reverse("bounces:unblock", args=[block.pk]))
        assert global_blocks.listed().count() == 1

    def test_what_is_no_address_gets_a_sentence(self, client):
        answer = client.post(LIST, {"addresses": "ana@firm.example no", "note": "x"})
        assert answer.status_code == 422
        assert "1 are no addresses" in answer.content.decode()
        assert not global_blocks.listed().exists()

    def test_others_only_read(self, outsider_client, rosa):
        put("ana@firm.example", rosa)
        outsider_client.force_login(UserFactory())
        assert "Take off" not in outsider_client.get(LIST).content.decode()
        words = {"addresses": "ben@firm.example", "note": "x"}
        assert outsider_client.post(LIST, words).status_code == 403
        block = global_blocks.listed().get()
        url = reverse("bounces:unblock", args=[block.pk])
        assert outsider_client.post(url).status_code == 403
        assert global_blocks.listed().count() == 1

    def test_costs_the_same_for_many(self, client, alice, django_assert_num_queries):
        for n in range(5):
            put(f"p{n}@firm.example", alice)
        with django_assert_num_queries(4):
            client.get(LIST)


class TestComplaints:
    def sent(self, provider, count, complained=0, days=0, started=0):
        now, day = timezone.now(), dt.timedelta(days=1)
        message = MessageFactory(frozen_at=now - days * day)
        for number in range(count):
            domain = {"gmail": "gmail.com", "outlook": "outlook.com"}[provider]
            mail = DeliveryFactory(
                message=message,
                provider=provider,
                started_at=now - started * day,
                contact=ContactFactory(email=f"p{number}@{domain}"),
                complained_at=timezone.now() if number < complained else None,
            )
            if number < complained:
                Bounce.objects.create(
                    delivery_id=mail.pk,
                    message=mail.message,
                    address=mail.address,
                    kind="complaint",
                    category="complaint",
                    doing="complained",
                )

    def test_have_a_rate_where_the_provider_tells(self):
        self.sent("gmail", 4)
        self.sent("outlook", 5, complained=1)
        rows = {row.provider: row for row in complaints.by_provider()}
        assert (rows["outlook"].rate, rows["outlook"].state) == ("20.00%", "too_many")
        assert (rows["gmail"].rate, rows["gmail"].state) == ("–", "silent_provider")

    def test_of_a_mailing_that_began_before_are_those_of_its_last_mails(self):
        self.sent("outlook", 4, complained=1, days=40, started=2)
        [row] = complaints.by_provider()
        assert (row.delivered, row.complaints) == (4, 1)

    def test_of_mails_that_left_before_are_not_counted(self):
        self.sent("outlook", 4, complained=1, days=40, started=40)
        assert complaints.by_provider() == []

    def test_are_shown(self, client):
        self.sent("outlook", 2, complained=1)
        text = client.get(reverse("bounces:complaints")).content.decode()
        assert "50.00%" in text
        assert Delivery.objects.count() == 2


@pytest.mark.parametrize("name", ["rescue", "global", "complaints", "rules", "policy"])
def test_an_outsider_is_sent_to_sign_in(outsider_client, name):
    assert "/login/" in outsider_client.get(reverse(f"bounces:{name}"))["Location"]
