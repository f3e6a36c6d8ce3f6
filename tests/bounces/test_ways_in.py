"""Reports come in over IMAP, SMTP, LMTP, from files: each stored before it is gone."""

import asyncio
import contextlib
import imaplib
import smtplib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from bounces import listener, mailboxes
from bounces.mailboxes import Box, read_box
from bounces.models import Outcome, Report, Source
from bounces.recording import Incoming, record, record_many
from bounces.who import no_letters
from consent.models import ConsentRecord, Suppression
from consent.vocabulary import Reason
from deliveries import magic
from deliveries.models import Delivery
from deliveries.redaction import redacted, redacted_text
from deliveries.tokens import Purpose, Token, sign
from optouts import letters
from tests.factories import DeliveryFactory

MAIL = b"From: News <news@brand.example>\r\nSubject: Hi\r\n\r\nHello"


def token_of(delivery, purpose=Purpose.RETURN_PATH):
    token = Token(delivery.message_id, delivery.pk, delivery.address_id)
    return sign(token, purpose)


def return_path(delivery):
    return f"b-{token_of(delivery)}@{settings.BOUNCE_DOMAIN}"


def bounce(delivery):
    return magic.bounce(MAIL, return_path(delivery), delivery.contact.email)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


WITHOUT_IDLE = """
from pymap.backend.dict import Config
from pymap.config import BackendCapability
from pymap.main import main
can = BackendCapability(idle=False, object_id=True, multi_append=True)
Config.backend_capability = property(lambda config: can)
main()
"""


@contextlib.contextmanager
def imap_server(*program):
    """pymap, a real IMAP server, with an empty mailbox."""
    port = free_port()
    command = [*program] or [Path(sys.executable).parent / "pymap"]
    command += ["--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-tls", "--no-service", "managesieve"]
    command += ["--no-service", "admin", "dict", "--demo-data"]
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port):
    for _ in range(1_200):  # a minute
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), 1),
        ):
            return
        time.sleep(0.05)
    raise AssertionError("the IMAP server did not start")


@pytest.fixture(scope="module")
def imap_port():
    with imap_server() as port:
        yield port


def emptied(port):
    """A connection to the inbox, with nothing in it."""
    client = imaplib.IMAP4("127.0.0.1", port)
    client.login("demouser", "demopass")
    client.select("INBOX")
    client.store("1:*", "+FLAGS", "\\Deleted")
    client.expunge()
    return client


@pytest.fixture
def mailbox(imap_port):
    """An empty inbox."""
    client = emptied(imap_port)
    yield client
    with contextlib.suppress(imaplib.IMAP4.abort):  # it may have hung up before
        client.logout()


def box(port, done=""):
    url = f"imap://demouser:demopass@127.0.0.1:{port}/INBOX"
    return Box.of(url, done=done)


@pytest.mark.django_db
class TestMailbox:
    def test_is_read_marked_and_read_only_once(self, mailbox, imap_port):
        delivery = DeliveryFactory()
        mailbox.append("INBOX", None, None, bounce(delivery))
        mailbox.append("INBOX", None, None, b"Subject: Hello\r\n\r\nA letter")
        assert read_box(box(imap_port)) == 2
        assert read_box(box(imap_port)) == 0
        outcomes = Report.objects.order_by("pk").values_list("source", "outcome")
        assert list(outcomes) == [("mailbox", "done"), ("mailbox", "review")]
        assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS
        mailbox.select("INBOX")
        assert mailbox.search(None, "ALL")[1] == [b"1 2"]

    def test_stores_the_octets_as_they_came_but_for_our_keys(self, mailbox, imap_port):
        raw = bounce(DeliveryFactory())
        mailbox.append("INBOX", None, None, raw)
        read_box(box(imap_port))
        assert bytes(Report.objects.get().raw) == redacted(raw) != raw

    def test_moves_what_is_stored(self, mailbox, imap_port):
        mailbox.append("INBOX", None, None, bounce(DeliveryFactory()))
        read_box(box(imap_port, done="Stored"))
        assert mailbox.select("Stored")[1] == [b"1"]
        assert mailbox.select("INBOX")[1] == [b"0"]

    def test_keeps_what_could_not_be_stored(self, mailbox, imap_port, monkeypatch):
        mailbox.append("INBOX", None, None, bounce(DeliveryFactory()))

        def broken(coming):
            raise OSError("no space left")

        monkeypatch.setattr(mailboxes, "record_many", broken)
        with pytest.raises(OSError, match="no space"):
            read_box(box(imap_port, done="Stored"))
        mailbox.select("INBOX")
        assert mailbox.search(None, "UNSEEN")[1] == [b"1"]

    def test_is_told_by_the_server_when_something_comes(
        self, mailbox, imap_port, monkeypatch
    ):
        monkeypatch.setattr(mailboxes, "IDLE_SECONDS", 28 * 60)  # else by that
        over = threading.Event()

        def write():  # one of them comes while it waits, however late that begins
            while not over.wait(0.5):
                mailbox.append("INBOX", None, None, b"Subject: x\r\n\r\ny")

        with box(imap_port).open() as opened:
            later = threading.Thread(target=write)
            later.start()
            mailboxes.wait(opened)
            over.set()
            later.join(10)
        assert mailbox.select("INBOX")[1] != [b"0"]

    def test_is_asked_again_and_again_where_the_server_tells_nothing(self, monkeypatch):
        waits = []

        def sleep(seconds):  # the mail comes during the first of them
            waits.append(seconds)
            if len(waits) == 1:
                client.append("INBOX", None, None, bounce(DeliveryFactory()))

        def is_over():
            return Report.objects.exists() or len(waits) > 5

        monkeypatch.setattr(mailboxes, "time", SimpleNamespace(sleep=sleep))
        server = imap_server(sys.executable, "-c", WITHOUT_IDLE)
        with server as port, emptied(port) as client:
            assert "IDLE" not in client.capabilities
            mailboxes.watch(box(port), is_over, no_letters)
        assert waits == [mailboxes.POLL_SECONDS] * 2
        assert Report.objects.get().outcome == Outcome.DONE

    def test_that_cannot_be_reached_is_said_in_a_sentence(self, settings):
        settings.BOUNCE_MAILBOX = f"imap://a:b@127.0.0.1:{free_port()}/INBOX"
        with pytest.raises(CommandError, match="mailbox cannot be read"):
            call_command("read_mailbox")

    def test_that_is_not_set_is_said_in_a_sentence(self, settings):
        settings.BOUNCE_MAILBOX = ""
        with pytest.raises(CommandError, match="No mailbox is set"):
            call_command("read_mailbox")

    def test_needs_an_address(self):
        with pytest.raises(ValueError, match="imaps://user:password"):
            Box.of("pop3://a:b@host/")

    def test_may_have_a_password_with_signs(self):
        found = Box.of("imaps://me%40x.test:p%3A%2F@mail.test/Bounces%20in")
        assert (found.user, found.password, found.folder, found.port) == (
            *("me@x.test", "p:/", "Bounces in", 993),
        )


@contextlib.contextmanager
def listening(*, is_lmtp=False, take=letters.take):
    """The bounce server in a thread of its own."""
    port, loop = free_port(), asyncio.new_event_loop()
    taker = listener.Listener(take)
    server = loop.run_until_complete(
        listener.serve("127.0.0.1", port, is_lmtp=is_lmtp, listener=taker)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield port
    finally:
        taker.thread.submit(connections.close_all).result(10)
        taker.thread.shutdown()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        server.close()
        loop.close()


@pytest.mark.django_db(transaction=True)
class TestListener:
    def test_takes_a_bounce_over_smtp(self):
        delivery = DeliveryFactory()
        with listening() as port, smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("", [return_path(delivery)], bounce(delivery))
        report = Report.objects.get()
        assert (report.source, report.outcome) == (Source.LISTENER, Outcome.DONE)
        assert report.envelope_to == redacted_text(return_path(delivery))

    def test_takes_a_bounce_over_lmtp(self):
        delivery = DeliveryFactory()
        with listening(is_lmtp=True) as port, smtplib.LMTP("127.0.0.1", port) as client:
            client.sendmail("", [return_path(delivery)], bounce(delivery))
        assert Report.objects.get().outcome == Outcome.DONE

    @pytest.mark.parametrize(
        "address",
        [
            "ada@people.example",
            "ada@" + settings.BOUNCE_DOMAIN,
            "b-1-aeaqcaypbrnmmk6vzvqaaaaa@" + settings.BOUNCE_DOMAIN,
        ],
    )
    def test_refuses_what_we_did_not_sign_before_its_content(self, address):
        with listening() as port, smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            client.mail("")
            assert client.rcpt(address)[0] == 550
        assert not Report.objects.exists()

    def test_takes_complaints_at_the_desks_for_them(self):
        to = f"fbl@{settings.BOUNCE_DOMAIN}"
        with listening() as port, smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("x@y.test", [to], b"Subject: x\r\n\r\ny")
        assert Report.objects.get().outcome == Outcome.REVIEW

    def test_takes_a_request_to_unsubscribe(self):
        delivery = DeliveryFactory()
        kind = delivery.message.subscription_type_id
        token = Token(delivery.message_id, delivery.pk, delivery.address_id, kind)
        to = f"u-{sign(token, Purpose.UNSUBSCRIBE)}@{settings.BOUNCE_DOMAIN}"
        with listening() as port, smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("x@y.test", [to], b"Subject: unsubscribe\r\n\r\n")
        assert not Report.objects.exists()
        assert ConsentRecord.objects.filter(address=delivery.address).exists()

    def test_refuses_what_is_far_too_large(self):
        delivery = DeliveryFactory()
        with listening() as port, smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            assert client.docmd("MAIL FROM:<> SIZE=99999999")[0] == 552
        assert delivery.pk


@pytest.mark.django_db
class TestFiles:
    def test_of_a_maildir(self, tmp_path):
        first, second = DeliveryFactory(), DeliveryFactory()
        for folder in ("new", "cur", "tmp"):
            (tmp_path / folder).mkdir()
        (tmp_path / "new" / "1").write_bytes(bounce(first))
        (tmp_path / "cur" / "2:2,S").write_bytes(bounce(second))
        call_command("read_bounces", tmp_path)
        assert Suppression.objects.count() == 2


def complaint_about(delivery, headers):
    return (
        b"From: fbl@provider.example\r\nTo: fbl@brand.example\r\n"
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=x\r\n"
        b"\r\n--x\r\nContent-Type: message/feedback-report\r\n\r\n"
        b"Feedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\n\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\n"
        b"To: [redacted]\r\n" + headers + b"\r\n\r\nHello\r\n--x--\r\n"
    )


@pytest.mark.django_db
class TestWho:
    def test_is_told_by_our_link_when_a_provider_blackens_the_addresses(self):
        delivery = DeliveryFactory()
        token = token_of(delivery, Purpose.UNSUBSCRIBE)
        headers = f"List-Unsubscribe: <https://mail.example/u/{token}>,".encode()
        report = record(complaint_about(delivery, headers), source=Source.FILE)
        assert report.outcome == Outcome.DONE
        assert Suppression.objects.get().reason == Reason.COMPLAINT

    def test_is_not_told_by_a_link_that_we_did_not_sign(self):
        delivery = DeliveryFactory()
        token = token_of(delivery, Purpose.CLICK)
        headers = f"List-Unsubscribe: <https://mail.example/u/{token}>".encode()
        report = record(complaint_about(delivery, headers), source=Source.FILE)
        assert report.outcome == Outcome.REVIEW
        assert not Suppression.objects.exists()

    def test_is_told_by_the_envelope_id_of_a_report(self):
        delivery = DeliveryFactory()
        raw = magic.bounce(MAIL, "nobody@x.test", "ada@people.example")
        with_id = raw.replace(
            b"Final-Recipient",
            b"Original-Envelope-Id: "
            + return_path(delivery).encode()
            + b"\r\nFinal-Recipient",
            1,
        )
        assert record(with_id, source=Source.FILE).outcome == Outcome.DONE


@pytest.mark.django_db
class TestOrder:
    """Whatever comes first, the same is left at the end."""

    SOFT = (b"5.1.1", b"4.2.2", b"no such user", b"mailbox full", b"550 ", b"452 ")

    def soft(self, delivery):
        raw = bounce(delivery)
        for old, new in zip(self.SOFT[::2], self.SOFT[1::2], strict=True):
            raw = raw.replace(old, new)
        return raw

    def left(self):
        delivery = Delivery.objects.get()
        killed = Suppression.objects.values_list("reason", flat=True)
        return delivery.bounce_kind, delivery.bounce_category, list(killed)

    @pytest.mark.parametrize("is_turned", [False, True])
    def test_does_not_matter(self, is_turned):
        delivery = DeliveryFactory()
        raws = [self.soft(delivery), bounce(delivery)]
        for raw in reversed(raws) if is_turned else raws:
            record(raw, envelope_to=return_path(delivery), source=Source.FILE)
        assert self.left() == ("hard", "unknown_user", [Reason.DEAD_ADDRESS])

    def test_nor_whether_they_come_together(self):
        delivery = DeliveryFactory()
        raws = [self.soft(delivery), bounce(delivery)]
        raws.append(raws[0])
        to = return_path(delivery)
        record_many(Incoming(raw, Source.FILE, to) for raw in raws)
        assert self.left() == ("hard", "unknown_user", [Reason.DEAD_ADDRESS])
        assert Report.objects.count() == 2
