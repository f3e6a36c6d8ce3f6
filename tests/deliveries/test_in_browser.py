"""The mail as a page, and that every address in a mail has a page."""

import pytest
from django.urls import resolve

from deliveries import audience
from deliveries.links import PATHS
from deliveries.models import Delivery
from deliveries.rendering import compile_message
from deliveries.tokens import Purpose
from tests.deliveries.test_tracking import path_of
from tests.factories import ContactFactory, MessageFactory, agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery():
    message = MessageFactory()
    compile_message(message)
    contact = ContactFactory(first_name="Ada")
    agree(contact, message.subscription_type)
    audience.fix(message, type(contact).objects.all())
    return Delivery.objects.get()


def test_shows_what_the_reader_got(outsider_client, delivery):
    response = outsider_client.get(path_of(delivery, purpose=Purpose.VIEW))
    page = response.content.decode()
    assert "Hello Ada" in page
    assert "/c/" in page
    assert "/u/" in page
    assert "script-src" not in response["Content-Security-Policy"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies


def test_says_when_there_is_no_such_mail(outsider_client, delivery):
    assert outsider_client.get("/v/nonsense").status_code == 404
    path = path_of(delivery, purpose=Purpose.VIEW)
    Delivery.objects.all().delete()
    assert outsider_client.get(path).status_code == 404


def test_a_token_for_something_else_shows_nothing(outsider_client, delivery):
    token = path_of(delivery, purpose=Purpose.UNSUBSCRIBE)[3:]
    assert outsider_client.get(f"/v/{token}").status_code == 404


def test_a_post_changes_nothing(outsider_client, delivery):
    path = path_of(delivery, purpose=Purpose.VIEW)
    assert outsider_client.post(path).status_code == 405


@pytest.mark.parametrize("purpose", PATHS)
def test_every_address_in_a_mail_has_a_page_without_a_sign_in(delivery, purpose):
    view = resolve(path_of(delivery, purpose=purpose)).func
    assert view.login_required is False
