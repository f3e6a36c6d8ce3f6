"""The keys hold: what happened to an address stays with it, whatever else changes."""

import pytest

from consent import addresses
from consent.models import Address, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries import audience, links, refusals, tokens
from deliveries.models import Delivery
from tests.factories import ContactFactory, agree, make_address

pytestmark = pytest.mark.django_db

BOUNCE = Act(action=Action.SUPPRESSED, mechanism=Mechanism.BOUNCE, actor=Actor.SYSTEM)
NO = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)


def refusal_of(contact, message):
    rows = Contact.objects.filter(pk=contact.pk)
    kind = message.subscription_type
    return refusals.annotate_refusal(rows, kind).get().refusal


def test_a_bounce_after_an_address_change_stays_with_the_old_address(
    message, queue_for
):
    (person,) = queue_for(1)
    row = Delivery.objects.get()
    new = make_address("new@people.example")
    Contact.objects.filter(pk=person.pk).update(email=new.key, address=new)
    person.refresh_from_db()
    agree(person, message.subscription_type)
    Suppression.objects.suppress([row.address_id], Reason.DEAD_ADDRESS, BOUNCE)
    assert refusal_of(person, message) == ""


def test_two_recipients_of_one_message_can_become_one_contact(message, queue_for):
    kept, gone = queue_for(2)
    Delivery.objects.filter(contact=gone).update(contact=kept)
    gone.delete()
    rows = Delivery.objects.filter(message=message, contact=kept)
    assert rows.count() == 2
    assert rows.values("address").distinct().count() == 2


def test_an_opt_out_outlives_erasure_and_comes_back_with_the_address(message):
    person = ContactFactory(email="ada@people.example")
    agree(person, message.subscription_type)
    Suppression.objects.suppress([person.address_id], Reason.OWN_OPT_OUT, NO)
    erased = person.address_id
    person.delete()
    Address.objects.filter(pk=erased).update(key=None)
    ids = Address.objects.ensure([addresses.parse("Ada@people.example")])
    assert set(ids.values()) == {erased}
    again = ContactFactory(email="Ada@people.example")
    assert refusal_of(again, message) == "own_opt_out"


def test_the_same_message_can_go_again_for_another_enrolment(message, queue_for):
    (person,) = queue_for(1)
    row = Delivery.objects.get()
    row.pk, row.occurrence = None, 7
    row.save(force_insert=True)
    assert Delivery.objects.filter(address=person.address_id).count() == 2
    assert audience.fix(message, Contact.objects.all())[""] == 2


def test_the_way_out_works_when_its_delivery_is_archived(message, queue_for):
    (person,) = queue_for(1)
    row = Delivery.objects.get()
    url = links.public_url(
        tokens.Token(
            message.pk, row.pk, person.address_id, message.subscription_type_id
        ),
        tokens.Purpose.UNSUBSCRIBE,
    )
    Delivery.objects.filter(message=message).delete()
    said = tokens.read(url.rpartition("/")[2], tokens.Purpose.UNSUBSCRIBE)
    Suppression.objects.suppress([said.address_id], Reason.OWN_OPT_OUT, NO)
    assert refusal_of(person, message) == "own_opt_out"
