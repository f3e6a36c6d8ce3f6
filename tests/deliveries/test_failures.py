"""What can go wrong on the way to the mail server, each against a real one."""

import contextlib
import smtplib

import pytest

from contacts.models import Contact, PropertyDefinition
from deliveries import audience, refusals, sending
from deliveries.models import Delivery, Hold, HoldKind
from tests.factories import ContactFactory, DeliveryFactory, MessageFactory, agree
from tests.scripted import DATA, END, Scripted

pytestmark = pytest.mark.django_db

QUEUED = {"state": "queued", "started_at": None, "settled_at": None}


@pytest.fixture(params=[(), ("PIPELINING",)], ids=["stepwise", "pipelined"])
def serve(request, settings):
    """A scripted mail server for the worker, gone at the end of the test."""

    def start(script, *extensions, connections=1):
        server = Scripted(script, *request.param, *extensions, connections=connections)
        settings.LISTWELL_SMTP = server.settings
        return server

    return start


def rows():
    found = Delivery.objects.order_by("pk")
    return list(found.values_list("state", "smtp_code", "enhanced_code"))


def test_a_relay_that_is_gone_starts_nothing(queue_for, settings, caplog):
    queue_for(2)
    settings.LISTWELL_SMTP = Scripted({}).settings | {"port": 1}
    assert sending.send_due() == 0
    assert set(Delivery.objects.values_list("state", "attempts")) == {("queued", 0)}
    assert "127.0.0.1:1 cannot be used" in caplog.text


def test_a_name_that_cannot_be_looked_up_starts_nothing(queue_for, settings, caplog):
    queue_for(2)
    settings.LISTWELL_SMTP = Scripted({}).settings | {"host": "relay.invalid"}
    assert sending.send_due() == 0
    assert set(Delivery.objects.values_list("state", "attempts")) == {("queued", 0)}
    assert "relay.invalid" in caplog.text


def test_a_relay_without_the_encryption_we_insist_on_starts_nothing(
    queue_for, settings, caplog
):
    queue_for(2)
    settings.LISTWELL_SMTP = Scripted({}).settings | {"starttls": True}
    assert sending.send_due() == 0
    assert set(Delivery.objects.values_list("state", "attempts")) == {("queued", 0)}
    assert "does not offer STARTTLS. Nothing was sent in the clear" in caplog.text


@pytest.mark.parametrize("moment", ["MAIL", END])
def test_a_full_disk_is_waited_for_with_its_reason_kept(queue_for, serve, moment):
    queue_for(3)
    serve({moment: "452 4.3.1 Insufficient system storage"})
    assert sending.send_due() == 3
    assert rows() == [("queued", 452, "4.3.1")] * 3
    row = Delivery.objects.first()
    assert row.reply == "4.3.1 Insufficient system storage"
    assert row.due_at - row.queued_at >= sending.BACKOFF[0]
    assert row.attempts == 1


@pytest.mark.parametrize("moment", ["MAIL", "RCPT", END])
def test_a_server_that_closes_in_the_middle_is_believed(queue_for, serve, moment):
    """421 says about one mail that it was not taken; the rest were never offered."""
    queue_for(3)
    serve({moment: "421 4.7.28 too much mail from you"})
    assert sending.send_due() == 3
    assert rows() == [
        ("queued", 421, "4.7.28"),
        ("queued", None, ""),
        ("queued", None, ""),
    ]
    first, *others = Delivery.objects.order_by("pk")
    assert first.attempts == 1
    assert {one.attempts for one in others} == {0}
    assert first.due_at > others[0].due_at


def test_a_mail_that_always_ends_the_connection_does_not_stop_the_others(
    queue_for, serve
):
    people = queue_for(3)
    poison = f"RCPT TO:<{people[0].email}>"
    server = serve({poison: "421 4.3.2 I do not like this one"}, connections=4)
    sending.send_due()
    Delivery.objects.exclude(contact=people[0]).update(due_at="2020-01-01T00:00Z")
    sending.send_due()
    assert rows()[1:] == [("delivered", 250, "2.0.0")] * 2
    assert rows()[0] == ("queued", 421, "4.3.2")
    assert len([text for text in server.texts if b"Message-ID" in text]) == 2


def test_a_line_that_breaks_after_the_text_leaves_one_mail_uncertain(queue_for, serve):
    queue_for(3)
    serve({END: ""})
    sending.send_due()
    states = [state for state, _, _ in rows()]
    assert states == ["uncertain", "queued", "queued"]
    assert sending.release_stuck() == 0


def test_a_recipient_refused_in_the_middle_keeps_her_reason(queue_for, serve):
    people = queue_for(4)
    serve({f"RCPT TO:<{people[1].email}>": "550 5.1.1 nobody here", DATA: "354 go"})
    sending.send_due()
    assert rows() == [
        ("delivered", 250, "2.0.0"),
        ("refused", 550, "5.1.1"),
        ("delivered", 250, "2.0.0"),
        ("delivered", 250, "2.0.0"),
    ]


def test_a_mail_that_is_larger_than_the_server_takes_is_not_offered(queue_for, serve):
    queue_for(2)
    server = serve({}, "SIZE 1000")
    sending.send_due()
    assert rows() == [("refused", 552, "5.3.4")] * 2
    assert "takes 1,000 at most" in Delivery.objects.first().reply
    assert [line.split()[0].upper() for line in server.said if line] == ["EHLO", "QUIT"]


def test_a_mail_that_the_server_finds_too_large_is_refused_for_good(queue_for, serve):
    queue_for(1)
    serve({END: "552 5.3.4 message size exceeds limit"})
    sending.send_due()
    assert rows() == [("refused", 552, "5.3.4")]


def test_a_mail_that_cannot_be_made_for_one_keeps_nobody_else_back(
    message, serve, caplog
):
    day = PropertyDefinition.objects.create(name="since", label="Since", kind="date")
    message.subject = "Since {{ since | long ago }}"
    message.save()
    for value in ("2024-02-03", "2024-13-45", "2024-05-06"):
        agree(ContactFactory(properties={day.key: value}), message.subscription_type)
    audience.fix(message, Contact.objects.all())
    server = serve({})
    assert sending.send_due() == 3
    assert [state for state, _, _ in rows()] == ["delivered", "not_sent", "delivered"]
    assert len(server.texts) == 2
    broken = Delivery.objects.get(state="not_sent")
    assert (broken.reason, broken.started_at) == (refusals.NOT_MADE, None)
    assert "month must be in 1..12" in broken.reply
    assert refusals.label(broken.reason) == "Could not be written"
    assert "does not fit" in refusals.sentence(broken.reason)


def test_a_mailing_that_cannot_be_written_is_held_and_the_others_go_on(
    message, queue_for, serve, caplog
):
    broken = MessageFactory(html="a slot cut in half: [~token:first_name:abc~]")
    waits = DeliveryFactory(message=broken, **QUEUED)
    queue_for(1)
    server = serve({})
    assert sending.send_due() == 1
    assert len(server.texts) == 1
    hold = Hold.objects.get()
    assert (hold.kind, hold.message) == (HoldKind.MESSAGE, broken)
    assert "No mail can be made of it" in hold.reason
    waits.refresh_from_db()
    assert waits.state == "queued"


def test_the_scripted_server_speaks_as_others_do():
    server = Scripted({})
    with contextlib.closing(smtplib.SMTP("127.0.0.1", server.port)) as client:
        assert client.sendmail("a@a.test", ["b@b.test"], "x\r\n") == {}
