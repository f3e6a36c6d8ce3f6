import datetime as dt
import email

import pytest
import time_machine
from django.utils import timezone

from consent.models import Address, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact, PropertyDefinition
from deliveries import audience, sending, tokens
from deliveries.models import Channel, Delivery, DeliveryState, Hold, HoldKind
from tests.factories import ContactFactory, MessageFactory, agree

pytestmark = pytest.mark.django_db

NO = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)


def states():
    return sorted(Delivery.objects.values_list("state", flat=True))


def test_everybody_who_waits_gets_one_mail(sink, queue_for):
    people = queue_for(70)
    assert sending.send_due("w") == 70
    assert sorted(sink.recipients) == sorted(p.email for p in people)
    row = Delivery.objects.order_by("pk").first()
    assert row.state == DeliveryState.DELIVERED
    assert row.delivered_at >= row.started_at
    assert (row.smtp_code, row.enhanced_code) == (250, "2.0.0")
    assert (row.attempts, row.claimed_by) == (1, "w/0")
    assert set(states()) == {"delivered"}
    assert sending.send_due("w") == 0
    assert len(sink.received) == 70


def test_the_return_path_and_the_links_name_the_delivery(sink, queue_for):
    queue_for(1)
    sending.send_due()
    row, (mail,) = Delivery.objects.get(), sink.received
    local = mail.mail_from.partition("@")[0]
    token = tokens.read(local[2:], tokens.Purpose.RETURN_PATH)
    assert (token.message_id, token.delivery_id) == (row.message_id, row.pk)
    parsed = email.message_from_bytes(mail.content)
    assert parsed["To"] == f"<{mail.rcpt_to}>"


def test_each_person_gets_her_own_values(sink, message):
    size = PropertyDefinition.objects.create(name="size", label="Size", kind="number")
    message.subject = "{{ first_name | Friend }}, size {{ size | unknown }}"
    message.save()
    for name, properties in (("Ada", {size.key: 42}), ("", {})):
        contact = ContactFactory(first_name=name, properties=properties)
        agree(contact, message.subscription_type)
    audience.fix(message, Contact.objects.all())
    sending.send_due()
    subjects = {email.message_from_bytes(m.content)["Subject"] for m in sink.received}
    assert subjects == {"Ada, size 42", "Friend, size unknown"}


def test_the_address_is_written_as_its_owner_spells_it(sink, queue_for):
    queue_for(1, email="Ada.Lovelace@People.EXAMPLE")
    sending.send_due()
    assert sink.recipients == ["Ada.Lovelace@people.example"]


def test_a_person_whose_address_changed_is_written_to_at_the_audience_s_address(
    sink, queue_for
):
    (person,) = queue_for(1, email="old@people.example")
    other = ContactFactory(email="new@people.example")
    new = other.address
    other.delete()
    Contact.objects.filter(pk=person.pk).update(email="new@people.example", address=new)
    sending.send_due()
    assert sink.recipients == ["old@people.example"]


def test_who_opts_out_after_the_audience_was_fixed_gets_nothing(sink, queue_for):
    stays, leaves = queue_for(2)
    Suppression.objects.suppress([leaves.address_id], Reason.OWN_OPT_OUT, NO)
    sending.send_due()
    assert sink.recipients == [stays.email]
    row = Delivery.objects.get(contact=leaves)
    assert (row.state, row.reason) == ("not_sent", "own_opt_out")
    assert row.started_at is None


def test_an_address_erased_meanwhile_gets_nothing(sink, queue_for):
    (person,) = queue_for(1)
    Address.objects.filter(pk=person.address_id).update(key=None)
    sending.send_due()
    assert sink.received == []
    assert Delivery.objects.get().reason == "no_address"


def test_a_final_refusal_is_kept_with_its_codes(sink, queue_for):
    gone, fine = queue_for(2)
    sink.answers[gone.email] = "550 5.1.1 No such user here"
    sending.send_due()
    assert sink.recipients == [fine.email]
    row = Delivery.objects.get(contact=gone)
    assert row.state == DeliveryState.REFUSED
    assert (row.smtp_code, row.enhanced_code) == (550, "5.1.1")
    assert row.reply == "5.1.1 No such user here"


def test_a_temporary_refusal_waits_longer_each_time_and_ends_after_a_day(
    sink, queue_for
):
    (person,) = queue_for(1)
    sink.answers[person.email] = "451 4.2.0 Try later"
    began = timezone.now()
    waits = []
    while states() == ["queued"]:
        row = Delivery.objects.get()
        row.due_at = timezone.now() - dt.timedelta(seconds=1)
        row.save(update_fields=["due_at"])
        sending.send_due()
        row.refresh_from_db()
        waits.append(row.due_at - began if row.state == "queued" else None)
    assert states() == ["expired"]
    assert waits[0] >= sending.BACKOFF[0]
    assert sum(sending.BACKOFF, dt.timedelta()) == dt.timedelta(hours=24)
    assert row.attempts == len(sending.BACKOFF) + 1
    assert (row.smtp_code, row.enhanced_code) == (451, "4.2.0")


def test_a_mail_that_was_put_off_is_asked_about_again(sink, queue_for):
    (person,) = queue_for(1)
    sink.answers[person.email] = "451 4.2.0 Try later"
    sending.send_due()
    sink.answers.clear()
    Suppression.objects.suppress([person.address_id], Reason.OWN_OPT_OUT, NO)
    Delivery.objects.update(due_at=timezone.now())
    sending.send_due()
    assert sink.received == []
    assert Delivery.objects.get().started_at is None


def test_nothing_is_sent_before_its_time(sink, message):
    contact = ContactFactory()
    agree(contact, message.subscription_type)
    later = timezone.now() + dt.timedelta(hours=1)
    audience.fix(message, Contact.objects.all(), due_at=later)
    assert sending.send_due() == 0
    assert states() == ["queued"]


def test_no_mail_is_started_while_the_server_cannot_be_reached(sink, queue_for, caplog):
    queue_for(3)
    sink.stop()
    sink.controller = None
    assert sending.send_due() == 0
    assert states() == ["queued"] * 3
    assert set(Delivery.objects.values_list("started_at", "attempts")) == {(None, 0)}
    assert "cannot be used" in caplog.text


HOLDS = [
    {"kind": HoldKind.EVERYTHING},
    {"kind": HoldKind.MESSAGE},
    {"kind": HoldKind.PROVIDER, "value": "other"},
    {"kind": HoldKind.DOMAIN, "value": "people.example"},
]


@pytest.mark.parametrize("hold", HOLDS, ids=lambda hold: hold["kind"])
def test_what_is_held_waits_until_the_hold_is_lifted(
    sink, queue_for, message, alice, hold
):
    queue_for(2)
    if hold["kind"] == HoldKind.MESSAGE:
        hold = hold | {"message": message}
    stop = Hold.objects.create(**hold, reason="Looks wrong")
    assert sending.send_due() == 0
    assert states() == ["queued", "queued"]
    stop.lift(alice, "It was right")
    assert sending.send_due() == 2


def test_a_hold_on_one_domain_lets_the_others_go(sink, queue_for):
    queue_for(1, email="a@held.example")
    Hold.objects.create(kind=HoldKind.DOMAIN, value="held.example", reason="x")
    other = ContactFactory(email="b@free.example")
    agree(other, Delivery.objects.get().message.subscription_type)
    audience.fix(Delivery.objects.get().message, Contact.objects.all())
    assert sending.send_due() == 1
    assert sink.recipients == ["b@free.example"]


def test_several_messages_take_turns(sink, queue_for):
    queue_for(40)
    second = MessageFactory(
        subscription_type=Delivery.objects.first().message.subscription_type
    )
    audience.fix(second, Contact.objects.all())
    assert sending.send_due(limit=64) == 64
    sent = Delivery.objects.filter(state="delivered")
    assert set(sent.values_list("message_id", flat=True)) >= {second.pk}
    assert sending.send_due() == 16


def test_what_a_dead_worker_started_becomes_uncertain_and_is_never_resent(
    sink, queue_for
):
    queue_for(2)
    Delivery.objects.update(state="started", started_at=timezone.now(), claimed_by="x")
    assert sending.release_stuck() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        assert sending.release_stuck(dt.timedelta(0)) == 2
    assert states() == ["uncertain", "uncertain"]
    assert sending.send_due() == 0
    assert sink.received == []


def test_a_test_send_is_a_copy_that_counts_for_nobody(sink, message):
    contact = ContactFactory(first_name="Ada")
    message.subject = "Dear {{ first_name }}"
    row = sending.send_test(message, "boss@brand.example", contact)
    sending.send_due()
    (mail,) = sink.received
    assert mail.rcpt_to == "boss@brand.example"
    assert email.message_from_bytes(mail.content)["Subject"] == "Dear Ada"
    assert row.message.channel == Channel.TEST
    assert row.message_id != message.pk
    message.refresh_from_db()
    assert message.frozen_at is None
    assert message.links.count() == 0


def test_a_test_send_to_nonsense_is_refused_with_a_sentence(message):
    with pytest.raises(sending.addresses.BadAddress, match="has no @"):
        sending.send_test(message, "boss")


def test_an_address_beyond_ascii_is_refused_where_the_server_cannot_take_it(
    sink, queue_for
):
    queue_for(1, email="jörg@people.example")
    sending.send_due()
    row = Delivery.objects.get()
    assert (row.state, row.enhanced_code) in {
        ("refused", "5.6.7"),
        ("delivered", "2.0.0"),
    }
