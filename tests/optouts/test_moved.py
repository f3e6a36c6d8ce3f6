"""Somebody answers a mail that she got before staff gave her another address."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from consent.models import SubscriptionType, Suppression
from consent.vocabulary import Evidence, Reason
from deliveries.tokens import Purpose, Token, sign
from optouts import choices
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    UserFactory,
    ensure_defaults,
)
from tests.optouts.conftest import agree
from tests.threads import halfway

pytestmark = pytest.mark.django_db


@pytest.fixture
def web():
    """Her browser, not signed in."""
    return Client(enforce_csrf_checks=True)


def active():
    return Suppression.objects.active()


def one_click(web, url):
    return web.post(url, {"List-Unsubscribe": "One-Click"})


@pytest.fixture
def moved(kind):
    ada = ContactFactory(email="ada@old.example")
    agree(ada.address, kind)
    mail = DeliveryFactory(contact=ada, address=ada.address)
    token = Token(mail.message_id, mail.pk, mail.address_id, kind.pk)
    ada.move_to("ada@new.example", UserFactory())
    return ada, token


def test_leaving_counts_where_she_is_now(web, moved):
    ada, token = moved
    one_click(web, f"/u/{sign(token, Purpose.UNSUBSCRIBE)}")
    assert set(active().values_list("address", flat=True)) == {
        token.address_id,
        ada.address_id,
    }


def test_her_undo_ends_both(web, moved):
    _, token = moved
    url = f"/u/{sign(token, Purpose.UNSUBSCRIBE)}"
    one_click(web, url)
    web.post(f"{url}/undo")
    assert not active().exists()


def test_an_undo_ends_nothing_that_another_mail_began(web, moved):
    ada, token = moved
    other = DeliveryFactory(contact=ada, address=ada.address)
    now = Token(other.message_id, other.pk, other.address_id, token.extra)
    one_click(web, f"/u/{sign(now, Purpose.UNSUBSCRIBE)}")
    web.post(f"/u/{sign(token, Purpose.UNSUBSCRIBE)}/undo")
    assert active().get().address_id == ada.address_id


def test_a_kind_switched_off_is_off_where_she_is_now(web, moved):
    ada, token = moved
    web.post(f"/p/{sign(token, Purpose.PREFERENCES)}", {"save": "1"})
    assert active().filter(address=ada.address_id).exists()


def test_a_pause_and_its_end_count_where_she_is_now(web, moved):
    ada, token = moved
    url = f"/p/{sign(token, Purpose.PREFERENCES)}"
    web.post(url, {"pause": "30"})
    assert active().get(address=ada.address_id).reason == Reason.PAUSED
    web.post(url, {"resume": "1"})
    assert not active().exists()


def test_a_pause_that_she_made_where_she_is_now_is_not_ended(web, moved):
    ada, token = moved
    choices.pause(ada.address, 90, Evidence())
    url = f"/p/{sign(token, Purpose.PREFERENCES)}"
    web.post(url, {"pause": "30"})
    web.post(url, {"resume": "1"})
    assert choices.paused_until(ada.address) > timezone.now() + dt.timedelta(days=80)


def test_a_no_said_while_she_has_no_address_comes_along_to_the_next(web, moved):
    ada, token = moved
    staff = UserFactory()
    ada.move_to("", staff)
    one_click(web, f"/u/{sign(token, Purpose.UNSUBSCRIBE)}")
    ada.move_to("ada@third.example", staff)
    assert active().filter(address=ada.address_id).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("post", [{"save": "1"}, {"pause": "30"}])
def test_what_she_chooses_while_she_is_moved_counts_where_she_comes_to(web, post):
    ensure_defaults()
    kind = SubscriptionType.objects.default()
    ada = ContactFactory(email="ada@old.example")
    agree(ada.address, kind)
    mail = DeliveryFactory(contact=ada, address=ada.address)
    token = Token(mail.message_id, mail.pk, mail.address_id, kind.pk)
    url = f"/p/{sign(token, Purpose.PREFERENCES)}"
    staff = UserFactory()
    halfway(
        lambda: ada.move_to("ada@new.example", staff),
        lambda: web.post(url, post),
    )
    assert active().filter(address=ada.address_id).exists()
