"""Administrators say who may sign in and as what; nobody raises herself."""

import re
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, NotChanged, User
from accounts.roles import Role
from api.models import Token
from api.scopes import TokenScope
from consent.models import Brand, Suppression
from consent.vocabulary import Reason
from deliveries.models import Channel, Delivery, DeliveryState, Hold, Message
from tests.factories import UserFactory, make_address, no_because
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

USERS = reverse("console:users")
NEW = {
    "email": "Bo@Console.example",
    "first_name": "Bo",
    "last_name": "",
    "role": "marketer",
}


@pytest.fixture
def brand(db):
    brand = Brand.objects.default()
    brand.from_email = "console@brand.example"
    brand.save(update_fields=["from_email"])
    return brand


@pytest.fixture
def bo(db):
    return UserFactory(email="bo@console.example", role=Role.MARKETER)


def act(client, name, user, **form):
    return client.post(reverse(f"console:{name}", args=[user.pk]), form)


def mailed_link():
    block = Message.objects.get(channel=Channel.SERVICE).blocks[2]
    return re.sub(r"^https?://[^/]+", "", block["url"])


class TestInviting:
    def told(self, client):
        page = client.post(reverse("console:invite"), NEW, follow=True)
        return page.content.decode()

    def test_says_that_the_link_is_on_its_way(self, client, brand):
        assert "is on its way to bo@console.example" in self.told(client)

    def test_says_that_the_link_waits_while_all_sending_is_stopped(
        self, client, alice, brand
    ):
        Hold.objects.stop_everything(alice, "Wrong list")
        said = self.told(client)
        assert "does not reach bo@console.example now. Sending is stopped" in said
        assert "on its way" not in said

    def test_says_that_the_address_is_blocked(self, client, brand):
        bo = make_address("bo@console.example")
        blocking = no_because(Reason.GLOBAL_BLOCK)
        Suppression.objects.suppress([bo.pk], Reason.GLOBAL_BLOCK, blocking)
        said = self.told(client)
        assert "does not reach bo@console.example now. Stands on the list" in said

    def test_mails_a_link_that_signs_in_with_a_new_password(self, client, brand):
        client.post(reverse("console:invite"), NEW)
        bo = Client()
        asked = bo.get(mailed_link(), follow=True)
        typed = {"new_password1": PASSWORD, "new_password2": PASSWORD}
        answer = bo.post(asked.redirect_chain[-1][0], typed, follow=True)
        assert answer.context["user"].email == "bo@console.example"
        assert bo.get(USERS).status_code == 403

    def test_queues_one_mail_of_the_service_channel(self, client, brand):
        client.post(reverse("console:invite"), NEW)
        mail = Delivery.objects.get(message__channel=Channel.SERVICE)
        assert mail.state == DeliveryState.QUEUED
        assert mail.address.key == "bo@console.example"

    def test_is_written_down(self, client, brand, alice):
        client.post(reverse("console:invite"), NEW)
        entry = AuditEntry.objects.get(verb="invited")
        assert (entry.actor, entry.subject) == (alice, "bo@console.example")
        assert entry.detail == {"role": "marketer", "brands": "All brands"}

    def test_the_same_address_twice_is_refused(self, client, brand, bo):
        answer = client.post(reverse("console:invite"), NEW)
        assert answer.status_code == 422
        assert "signs in with this address already" in answer.content.decode()

    def test_without_a_sender_nobody_is_made(self, client):
        answer = client.post(reverse("console:invite"), NEW)
        assert "has no sender address" in answer.content.decode()
        assert not User.objects.filter(email="bo@console.example").exists()

    def test_the_link_works_once(self, client, brand):
        client.post(reverse("console:invite"), NEW)
        page = Client().get(mailed_link(), follow=True)
        assert page.context["validlink"]
        user = User.objects.get(email="bo@console.example")
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        page = Client().get(mailed_link(), follow=True)
        assert "This link works no more" in page.content.decode()

    def test_a_link_of_somebody_switched_off_works_no_more(self, client, brand):
        client.post(reverse("console:invite"), NEW)
        User.objects.filter(email="bo@console.example").update(is_active=False)
        page = Client().get(mailed_link(), follow=True)
        assert not page.context["validlink"]


class TestChanging:
    def test_another_role_holds_at_once(self, client, bo):
        theirs = Client()
        theirs.force_login(bo)
        assert theirs.get(USERS).status_code == 403
        act(client, "user", bo, role="admin")
        assert theirs.get(USERS).status_code == 200

    def test_another_role_is_written_down(self, client, bo):
        act(client, "user", bo, role="viewer")
        entry = AuditEntry.objects.get(verb="changed the role of")
        assert entry.detail == {"from": "marketer", "to": "viewer"}

    @pytest.mark.parametrize("role", ["", "root"])
    def test_a_role_that_is_none_changes_nothing(self, client, bo, role):
        assert act(client, "user", bo, role=role).status_code == 422
        assert User.objects.get(pk=bo.pk).role == Role.MARKETER

    def test_nobody_changes_her_own_role(self, client, alice):
        answer = act(client, "user", alice, role="viewer")
        assert answer.status_code == 422
        assert "Another administrator has to" in answer.content.decode()
        assert User.objects.get(pk=alice.pk).role == Role.ADMIN

    def test_whoever_is_switched_off_is_out_at_once(self, client, bo):
        theirs = Client()
        theirs.force_login(bo)
        act(client, "user_off", bo)
        assert theirs.get("/").headers["Location"].startswith("/login/")

    def test_whoever_is_switched_on_again_needs_a_new_password(self, client, bo):
        theirs = Client()
        theirs.force_login(bo)
        act(client, "user_off", bo)
        act(client, "user_on", bo)
        assert theirs.get("/").headers["Location"].startswith("/login/")
        bo.refresh_from_db()
        assert not bo.has_usable_password()

    def test_whoever_is_switched_on_is_said_to_need_a_new_password(self, client, bo):
        act(client, "user_off", bo)
        url = reverse("console:user_on", args=[bo.pk])
        page = client.post(url, follow=True)
        assert page.redirect_chain[-1][0] == reverse("console:user", args=[bo.pk])
        assert "needs a new password: mail a link" in page.content.decode()

    def test_a_token_made_as_its_owner_was_switched_off_does_not_come_back(
        self, client, bo
    ):
        act(client, "user_off", bo)
        token, _ = Token.objects.issue(bo, "CRM", [TokenScope.CONTACTS_READ])
        act(client, "user_on", bo)
        token.refresh_from_db()
        assert token.revoked_at

    def test_nobody_switches_herself_off(self, client, alice):
        act(client, "user_off", alice)
        assert User.objects.get(pk=alice.pk).is_active

    def test_a_new_link_is_mailed_and_written_down(self, client, brand, bo):
        act(client, "user_link", bo)
        assert Delivery.objects.filter(message__channel=Channel.SERVICE).count() == 1
        assert AuditEntry.objects.filter(subject=bo.email).count() == 1


class TestBrands:
    def test_are_written_down_from_and_to(self, client, bo, brand):
        act(client, "user", bo, role="marketer", brands=[brand.pk])
        entry = AuditEntry.objects.get(subject=bo.email)
        assert entry.verb == "changed the brands of"
        assert entry.detail == {"from": "All brands", "to": brand.name}

    def test_none_chosen_means_all_again(self, client, bo, brand):
        act(client, "user", bo, role="marketer", brands=[brand.pk])
        act(client, "user", bo, role="marketer")
        assert not User.objects.get(pk=bo.pk).is_limited

    def test_stand_in_the_list(self, client, bo, brand):
        act(client, "user", bo, role="marketer", brands=[brand.pk])
        rows = re.findall(
            'data-l="Brands">([^<]+)<', client.get(USERS).content.decode()
        )
        assert rows == ["All brands", brand.name]

    def test_are_chosen_with_the_invitation(self, client, brand):
        client.post(reverse("console:invite"), {**NEW, "brands": [brand.pk]})
        assert User.objects.get(email="bo@console.example").brand_ids == [brand.pk]

    def test_do_not_limit_an_administrator(self, client, bo, brand):
        answer = act(client, "user", bo, role="admin", brands=[brand.pk])
        assert answer.status_code == 422
        assert "works for every brand" in answer.content.decode()
        assert User.objects.get(pk=bo.pk).role == Role.MARKETER

    def test_end_when_somebody_becomes_an_administrator(self, client, bo, brand):
        act(client, "user", bo, role="marketer", brands=[brand.pk])
        act(client, "user", bo, role="admin")
        assert not User.objects.get(pk=bo.pk).is_limited

    def test_of_an_administrator_the_database_refuses(self, alice, brand):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=alice.pk).update(brand_ids=[brand.pk])

    def test_a_brand_that_is_none_changes_nothing(self, client, bo):
        assert act(client, "user", bo, role="viewer", brands=[0]).status_code == 422
        assert User.objects.get(pk=bo.pk).role == Role.MARKETER


class TestTheLastAdministrator:
    @pytest.mark.parametrize("change", [{"role": "viewer"}, {"is_active": False}])
    def test_the_database_keeps_her(self, alice, change):
        with (
            pytest.raises(IntegrityError, match="active administrator"),
            transaction.atomic(),
        ):
            User.objects.filter(pk=alice.pk).update(**change)

    def test_she_cannot_be_deleted_either(self, alice):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=alice.pk).delete()

    def test_whoever_asks_gets_a_sentence(self, alice, bo):
        with pytest.raises(NotChanged, match="the last administrator"):
            alice.take_role(Role.VIEWER, bo)

    @pytest.mark.django_db(transaction=True)
    def test_two_who_make_each_other_less_at_once_do_not_both_succeed(self):
        pair = [UserFactory(role=Role.ADMIN), UserFactory(role=Role.ADMIN)]
        barrier, lost = threading.Barrier(2), []

        def lessen(user, by):
            barrier.wait()
            try:
                user.take_role(Role.VIEWER, by)
            except NotChanged:
                lost.append(user)
            finally:
                connection.close()

        threads = [
            threading.Thread(target=lessen, args=args) for args in (pair, pair[::-1])
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(lost) == 1
        assert User.objects.filter(role=Role.ADMIN).count() == 1


def test_the_list_costs_the_same_for_many(client, django_assert_num_queries):
    UserFactory.create_batch(5)
    client.get(USERS)
    with django_assert_num_queries(4):
        client.get(USERS)
