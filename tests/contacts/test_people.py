"""One person: making her, changing her address, deleting her."""

import threading

import pytest
from django.db import connection, transaction

from consent.models import Address, Grant, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import AddressTaken, Contact, HasSaidNo
from tests.factories import ContactFactory, agree, make_address

pytestmark = pytest.mark.django_db


def say_no(contact, reason=Reason.OWN_OPT_OUT):
    act = Act(
        action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT
    )
    Suppression.objects.suppress([contact.address_id], reason, act)


def reasons(contact):
    return set(contact.suppressions().values_list("reason", flat=True))


def test_consent_does_not_travel_with_a_new_address(alice):
    ada = ContactFactory(email="ada@old.example")
    agree(ada, SubscriptionType.objects.default())
    ada.move_to("ada@new.example", alice)
    assert not Grant.objects.filter(address=ada.address_id).exists()
    assert Grant.objects.filter(address__key="ada@old.example").exists()


@pytest.mark.parametrize("reason", [Reason.OWN_OPT_OUT, Reason.COMPLAINT])
def test_her_own_no_travels_with_a_new_address(alice, reason):
    ada = ContactFactory(email="ada@old.example")
    say_no(ada, reason)
    ada.move_to("ada@new.example", alice)
    assert reasons(ada) == {reason}
    assert Suppression.objects.active().count() == 2


def test_that_it_travelled_was_the_act_of_who_moved_her(alice):
    ada = ContactFactory(email="ada@old.example")
    say_no(ada)
    before = ada.suppressions().get()
    ada.move_to("ada@new.example", alice)
    record = ada.suppressions().get().record
    assert (record.actor, record.user) == (Actor.STAFF, alice)
    assert record.source == {"suppression": before.pk}


def test_an_address_she_said_no_at_is_not_taken_away_alone(alice):
    ada = ContactFactory(email="ada@old.example")
    say_no(ada)
    with pytest.raises(HasSaidNo):
        ada.move_to("", alice)
    ada.refresh_from_db()
    assert ada.email == "ada@old.example"


def test_what_she_says_no_to_while_she_has_no_address_comes_along(alice):
    ada = ContactFactory(email="ada@old.example")
    before = Contact.objects.get()
    ada.move_to("", alice)
    say_no(before)
    ada = Contact.objects.get()
    ada.move_to("ada@new.example", alice)
    assert reasons(ada) == {Reason.OWN_OPT_OUT}


def test_an_address_without_a_no_may_go(alice):
    ada = ContactFactory(email="ada@old.example", first_name="Ada")
    say_no(ada, Reason.BOUNCED)
    ada.move_to("", alice)
    assert ada.address_id is None


def test_a_bounce_stays_with_the_old_address(alice):
    ada = ContactFactory(email="ada@old.example", hard_bounce_reason="UNKNOWN_USER")
    say_no(ada, Reason.DEAD_ADDRESS)
    ada.move_to("ada@new.example", alice)
    assert reasons(ada) == set()
    assert Contact.objects.get().hard_bounce_reason == ""


def test_engagement_starts_anew_at_a_new_address(alice):
    ada = ContactFactory(email="ada@old.example", delivered=12)
    ada.move_to("ada@new.example", alice)
    assert Contact.objects.get().delivered == 0


def test_another_spelling_of_the_same_address_keeps_everything(alice):
    ada = ContactFactory(email="ada@old.example", delivered=12)
    ada.move_to("ADA@old.example", alice)
    assert Contact.objects.values_list("email", "delivered").get() == (
        "ADA@old.example",
        12,
    )


def test_moving_to_a_dead_address_shows_it_at_once(alice):
    dead = ContactFactory(email="dead@people.example")
    say_no(dead, Reason.DEAD_ADDRESS)
    dead.delete()
    ada = ContactFactory(email="ada@old.example")
    ada.move_to("dead@people.example", alice)
    assert ada.hard_bounce_reason == "UNKNOWN_USER"


def test_an_address_belongs_to_one_contact(alice):
    ContactFactory(email="bo@people.example")
    ada = ContactFactory(email="ada@people.example")
    with pytest.raises(AddressTaken, match="has this address already"):
        ada.move_to("BO@people.example", alice)


def test_deleting_a_contact_keeps_what_she_said(alice):
    ada = ContactFactory(email="ada@people.example")
    say_no(ada)
    ada.forget(alice)
    assert Suppression.objects.active().filter(
        address=make_address("ada@people.example")
    )


def test_search_finds_by_the_beginning_of_address_and_names():
    ada = ContactFactory(
        email="ada@people.example", first_name="Zoe", last_name="Quist"
    )
    for text in ("ADA@", "zo", "qui", "@people.ex"):
        assert list(Contact.objects.search(text)) == [ada]
    assert not Contact.objects.search("people").exists()


def test_few_contacts_are_counted_not_estimated():
    ContactFactory()
    assert Contact.objects.total() == (1, True)


@pytest.mark.django_db(transaction=True)
def test_a_form_waits_for_an_import_without_keeping_it_waiting(alice):
    ada = ContactFactory(email="ada@people.example")

    def save():
        Contact.objects.get(pk=ada.pk).keep(ada.email, alice, fields=["city"])
        connection.close()

    form = threading.Thread(target=save)
    with transaction.atomic():
        Address.objects.lock([ada.address_id])
        form.start()
        form.join(0.5)
        assert Contact.objects.select_for_update(nowait=True).get() == ada
    form.join(10)
    assert not form.is_alive()
