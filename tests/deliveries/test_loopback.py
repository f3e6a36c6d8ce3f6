"""A mail to ourselves: sent as every other, verified when it comes back."""

import datetime as dt

import dkim as other
import pytest
from cryptography.hazmat.primitives import serialization
from django.urls import reverse
from django.utils import timezone

from accounts import vault
from bounces.listener import Listener, is_taken
from deliveries import domains, loopback, sending
from deliveries.models import Delivery, SendingDomain
from tests.factories import ensure_defaults
from tests.nameserver import publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def connected(names, domain, sink):
    ensure_defaults()
    publish(names, domain)
    domain.check_records()
    assert domain.is_connected, domain.faults
    return domain


@pytest.fixture
def returned(connected, sink):
    """What arrives of a mail that was sent by the domain."""
    loopback.send(connected)
    assert sending.send_due() == 1
    [mail] = sink.received
    return mail


def judged(domain, mail, content=None):
    assert loopback.take(content or mail.content, envelope_to=mail.rcpt_to)
    domain.refresh_from_db()
    return domain.loop_problem


def test_a_mail_that_arrives_as_it_left_proves_itself(connected, returned):
    assert judged(connected, returned) == ""
    assert connected.loop_at
    assert connected.is_ready


def test_a_mail_that_was_changed_on_the_way_is_found(connected, returned):
    changed = returned.content.replace(b"checks", b"chucks")
    assert "does not hold: something on the way" in judged(connected, returned, changed)


def test_a_mail_without_our_signature_is_found(connected, returned):
    bare = returned.content.partition(b"\r\nDate:")[2]
    assert "without a signature" in judged(connected, returned, b"Date:" + bare)


def test_a_signature_of_somebody_else_beside_ours_does_no_harm(connected, returned):
    foreign = b"DKIM-Signature: v=1; a=rsa-sha256; d=other.test; s=x; h=from;\r\n"
    foreign += b" bh=YWJj; b=YWJj\r\n"
    assert judged(connected, returned, foreign + returned.content) == ""


def test_a_signature_that_leaves_the_way_out_open_is_found(connected, returned):
    key = connected.keys.get()
    der = vault.reopen(bytes(key.private_key), f"dkim {key.selector} brand.example")
    pem = serialization.load_der_private_key(der, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    bare = b"Date:" + returned.content.partition(b"\r\nDate:")[2]
    names = [b"from", b"list-unsubscribe"]
    words = key.selector.encode(), b"brand.example", pem
    signature = other.sign(bare, *words, include_headers=names)
    problem = judged(connected, returned, signature + bare)
    assert problem.endswith("does not cover list-unsubscribe-post.")


def test_nothing_is_sent_from_a_domain_that_does_not_prove_itself(connected, alice):
    connected.came_back("It is broken.", timezone.now())
    [problem] = domains.sender_problems("news@brand.example")
    assert (problem.level, problem.sentence) == (
        "block",
        "What brand.example sends does not prove itself. It is broken.",
    )
    connected.allow(alice, "We look into it.")
    [problem] = domains.sender_problems("news@brand.example")
    assert problem.level == "warn"


def test_what_comes_back_late_says_nothing_of_a_newer_one(connected):
    now = timezone.now()
    connected.came_back("", now)
    connected.came_back("It is broken.", now - dt.timedelta(hours=1))
    connected.refresh_from_db()
    assert connected.loop_problem == ""


def test_a_name_server_that_is_away_says_nothing_of_the_mail(
    names, connected, returned
):
    names.broken.update({name for _, name in names.records})
    assert judged(connected, returned) == ""
    assert connected.loop_at is None


def test_every_domain_writes_to_itself_once_a_day(connected):
    for _ in range(2):
        loopback.send_due()
    assert Delivery.objects.count() == 1
    SendingDomain.objects.update(loop_sent_at=timezone.now() - dt.timedelta(hours=25))
    loopback.send_due()
    assert Delivery.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_listener_takes_it_and_none_that_somebody_made_up(connected, returned):
    assert is_taken(returned.rcpt_to)
    assert not is_taken("loop-1-aaaaaaaaaaaaaaaaaaaaaaaaaa@bounce.brand.example")
    Listener().store(returned.content, [returned.rcpt_to])
    connected.refresh_from_db()
    assert connected.loop_at


def test_the_page_says_what_came_back_and_sends_one(client, connected):
    page = connected.get_absolute_url()
    assert "once a day" in client.get(page).content.decode()
    client.post(reverse("deliveries:domain_loop", args=[connected.pk]))
    assert "did not come back yet" in client.get(page).content.decode()
    connected.came_back("It is broken.", timezone.now())
    assert "It is broken." in client.get(page).content.decode()
