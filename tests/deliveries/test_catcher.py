"""The mail catcher, over real SMTP."""

import asyncio
import smtplib
import threading
from email import message_from_bytes
from email.policy import default

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from config.local import places
from deliveries import catcher, magic
from deliveries.models import CaughtMail

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = (
    "From: News <news@brand.example>\r\nTo: ada@people.example\r\n"
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n of today\r\n"
    "Message-ID: <m.1@brand.example>\r\n\r\nHello\r\n"
)
SENDER = "b-1-abc@bounce.localhost"


@pytest.fixture
def port():
    """A catcher that listens in a thread of its own."""
    port, loop = places.free_port(), asyncio.new_event_loop()
    handler = catcher.Catcher()
    server = loop.run_until_complete(catcher.serve("127.0.0.1", port, handler))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield port
    handler.thread.submit(connections.close_all).result()
    handler.thread.shutdown()
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def send(port, *recipients, mail=MAIL, sender=SENDER):
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        return smtp.sendmail(sender, recipients, mail)


def test_keeps_what_it_gets(port):
    send(port, "Ada@People.example")
    mail = CaughtMail.objects.get()
    assert (mail.sender, mail.recipient) == (SENDER, "ada@people.example")
    assert mail.subject == "Grüße of today"
    assert bytes(mail.raw) == MAIL.encode()
    assert not mail.is_report


def test_keeps_one_row_for_each_recipient(port):
    send(port, "a@people.example", "b@people.example")
    assert CaughtMail.objects.count() == 2


def test_keeps_many_that_come_at_the_same_time(port):
    senders = [
        threading.Thread(target=send, args=[port, f"p{n}@people.example"])
        for n in range(40)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert CaughtMail.objects.values("recipient").distinct().count() == 40


@pytest.mark.parametrize(
    ("name", "code", "enhanced"),
    [
        ("bounce-hard", 550, b"5.1.1"),
        ("moved", 550, b"5.7.17"),
        ("closed", 550, b"5.2.1"),
        ("listed", 550, b"5.7.1"),
        ("lost-domain", 550, b"5.1.2"),
        ("bounce-soft", 451, b"4.2.1"),
        ("defer", 451, b"4.7.1"),
        ("full", 552, b"5.2.2"),
        ("blocked", 550, b"5.7.1"),
    ],
)
def test_refuses_like_real_life(port, name, code, enhanced):
    recipient = f"{name}+7@people.example"
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(port, recipient)
    said = refused.value.recipients[recipient]
    assert said[0] == code
    assert said[1].startswith(enhanced)
    assert not CaughtMail.objects.exists()


def test_waits_before_it_accepts_a_slow_one(port, monkeypatch):
    slow = magic.Behaviour(wait=0.2)
    monkeypatch.setitem(magic.BEHAVIOURS, "slow", slow)
    send(port, "slow@people.example")
    assert CaughtMail.objects.count() == 1


def report_of(port, recipient):
    send(port, recipient)
    assert CaughtMail.objects.outgoing().get().recipient == recipient
    report = CaughtMail.objects.unread_reports().get()
    assert (report.sender, report.recipient) == ("", SENDER)
    return message_from_bytes(bytes(report.raw), policy=default)


def test_sends_a_late_bounce_back_to_the_return_path(port):
    report = report_of(port, "bounce-later@people.example")
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    kinds = [part.get_content_type() for part in report.iter_parts()]
    assert kinds == ["text/plain", "message/delivery-status", "text/rfc822-headers"]
    fields = report.get_payload(1).get_payload(1)
    assert fields["Action"] == "failed"
    assert fields["Status"] == "5.1.1"
    assert "m.1@brand.example" in report.get_payload(2).get_payload()


def test_sends_a_complaint_back_to_the_return_path(port):
    report = report_of(port, "complaint@people.example")
    assert report.get_param("report-type") == "feedback-report"
    assert "Feedback-Type: abuse" in report.as_string()
    assert "complaint@people.example" not in report.get_payload(1).as_string()


def test_answers_no_bounce_with_a_bounce(port):
    send(port, "bounce-later@people.example", sender="")
    assert CaughtMail.objects.count() == 1


def test_a_mail_to_a_return_path_is_a_report(port):
    send(port, SENDER)
    assert CaughtMail.objects.unread_reports().exists()


def test_a_mail_that_unsubscribes_is_no_report(port):
    send(port, "u-1-abc@bounce.localhost")
    assert not CaughtMail.objects.unread_reports().exists()


@pytest.mark.parametrize("subject", ["=?x-nothing?q?abc?=", "=?utf-8?b?!!!?=", ""])
def test_keeps_a_mail_with_a_strange_subject(port, subject):
    send(port, "a@people.example", mail=f"Subject: {subject}\r\n\r\nHi\r\n")
    assert CaughtMail.objects.count() == 1


def test_says_try_again_when_it_cannot_store(port, monkeypatch):
    def away(rows):
        raise DatabaseError("away")

    monkeypatch.setattr(catcher, "store", away)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(port, "a@people.example")
    assert refused.value.smtp_code == 451


def test_does_not_start_outside_the_local_mode(settings):
    settings.LOCAL_MODE = False
    with pytest.raises(CommandError, match="local mode only"):
        call_command("mailcatcher")
