"""The rules for headers, on mail as the catcher took it from the worker over SMTP."""

import email
import re
from email.policy import default
from email.utils import parsedate_to_datetime

import dkim as dkimpy
import pytest
from django.conf import settings
from django.utils import timezone

from deliveries import sending
from deliveries.lookup import asking
from deliveries.models import CaughtMail, Channel, Delivery
from deliveries.tokens import Purpose, read
from tests.deliveries.test_catcher import port as port
from tests.nameserver import publish

pytestmark = pytest.mark.django_db(transaction=True)

ONE_OF_EACH = (
    "DKIM-Signature",
    "Date",
    "From",
    "Reply-To",
    "To",
    "Subject",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "MIME-Version",
    "Content-Type",
)
# what the server that takes it writes, and what makes a mail look important
OF_OTHERS = ("Return-Path", "Received", "Bcc", "Sender", "Precedence", "X-Priority")


@pytest.fixture
def connected(names, domain):
    publish(names, domain)
    domain.check_records()


@pytest.fixture
def caught(port, connected, message, queue_for, settings):
    """`caught(channel)`: two mails of that kind as they came, signed by a domain whose
    records are right."""
    settings.BASE_URL = "https://mail.brand.example"
    settings.LISTWELL_SMTP = {
        "host": "127.0.0.1",
        "port": port,
        "user": "",
        "password": "",
        "starttls": False,
        "tls": False,
    }

    def send(channel=Channel.MARKETING):
        message.channel, message.reply_to = channel, "hello@brand.example"
        message.subject, message.from_name = "Grüße an {{ first_name }}", "Müller, Eva"
        message.save()
        queue_for(2, first_name="Żaneta")
        sending.send_due()
        return list(CaughtMail.objects.order_by("pk"))

    return send


def opened(mail):
    return email.message_from_bytes(bytes(mail.raw), policy=default)


def test_each_stands_there_once_and_no_other_that_matters(caught):
    mail = opened(caught()[0])
    assert {
        name: len(mail.get_all(name, [])) for name in (*ONE_OF_EACH, *OF_OTHERS)
    } == {
        **dict.fromkeys(ONE_OF_EACH, 1),
        **dict.fromkeys(OF_OTHERS, 0),
    }


def test_the_way_out_is_one_https_address_and_one_of_mail(caught):
    mail = opened(caught()[0])
    web, address = re.fullmatch(
        r"<(https://[^<>\s]+)>,\s+<mailto:([^<>\s]+)>", mail["List-Unsubscribe"]
    ).groups()
    token = read(web.rpartition("/")[2], Purpose.UNSUBSCRIBE)
    assert token.address_id == Delivery.objects.get(pk=token.delivery_id).address_id
    assert address.endswith(f"@{settings.BOUNCE_DOMAIN}?subject=unsubscribe")


def test_one_press_is_its_only_pair(caught):
    found = opened(caught()[0])["List-Unsubscribe-Post"]
    assert found == "List-Unsubscribe=One-Click"


def test_another_library_verifies_both_ways_out_and_all_of_the_text(caught):
    ask = asking()

    def published(name, timeout=5):
        return ask(name.decode().rstrip("."), "TXT").values[0].encode()

    for mail in caught():
        verifier = dkimpy.DKIM(bytes(mail.raw))
        assert verifier.verify(dnsfunc=published)
        covered = [name.lower() for name, _ in verifier.signed_headers]
        assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(covered)
        assert b"l" not in verifier.signature_fields


def test_it_is_from_the_domain_that_signs_it(caught):
    mail = opened(caught()[0])
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Müller, Eva",
        "news@brand.example",
    )
    assert "d=brand.example;" in mail["DKIM-Signature"]


def test_it_is_to_one_person_and_comes_back_under_her_name(caught):
    for mail in caught():
        (reader,) = opened(mail)["To"].addresses
        assert reader.addr_spec == mail.recipient
        local, _, home = mail.sender.partition("@")
        token = read(local.removeprefix("b-"), Purpose.RETURN_PATH)
        delivery = Delivery.objects.get(pk=token.delivery_id)
        assert (home, delivery.contact.email) == (
            settings.BOUNCE_DOMAIN,
            mail.recipient,
        )


def test_no_two_have_the_same_name(caught):
    names = {opened(mail)["Message-ID"] for mail in caught()}
    assert len(names) == 2
    assert all(re.fullmatch(r"<[\w.-]+@brand\.example>", name) for name in names)


def test_the_list_and_the_loop_are_named_alike_in_all_of_a_type(caught, message):
    kind = message.subscription_type
    first, second = (opened(mail) for mail in caught())
    assert first["List-Id"].endswith(f"<{kind.slug}.{kind.brand.slug}.brand.example>")
    campaign, *parts = first["Feedback-ID"].split(":")
    assert campaign == f"m{message.pk}"
    assert len(parts) == 3
    for name in ("List-Id", "Feedback-ID"):
        assert first[name] == second[name]


def test_the_date_is_that_of_the_sending(caught):
    before = timezone.now().replace(microsecond=0)
    found = parsedate_to_datetime(opened(caught()[0])["Date"])
    assert before <= found <= timezone.now()


def test_words_beyond_ascii_are_encoded_and_no_line_is_long(caught):
    raw = bytes(caught()[0].raw)
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert head.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert opened(CaughtMail.objects.first())["Subject"] == "Grüße an Żaneta"


def test_the_plain_part_comes_before_the_html(caught):
    mail = opened(caught()[0])
    assert mail.get_content_type() == "multipart/alternative"
    parts = [part.get_content_type() for part in mail.iter_parts()]
    assert parts == ["text/plain", "text/html"]


def test_nobody_is_answered_by_a_machine(caught):
    mail = opened(caught()[0])
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["Auto-Submitted"] is None


def test_a_service_mail_names_no_list_and_says_that_a_machine_wrote_it(caught):
    mail = opened(caught(Channel.SERVICE)[0])
    assert mail["Auto-Submitted"] == "auto-generated"
    for name in ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"):
        assert mail[name] is None
