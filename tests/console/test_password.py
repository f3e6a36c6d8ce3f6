"""Changing one's own password."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

PAGE = reverse("console:password")
NEW = "a-much-longer-word-than-before-7"


def change(client, **entered):
    asked = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    return client.post(PAGE, asked | entered)


def test_the_new_password_counts_and_the_old_one_no_more(client, alice):
    answer = change(client)
    assert answer.url == reverse("console:overview")
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert AuditEntry.objects.get().verb == "changed the password"


def test_this_browser_stays_signed_in_and_others_do_not(client, alice):
    other = Client()
    other.force_login(alice)
    change(client)
    assert client.get(PAGE).status_code == 200
    assert other.get(PAGE).url.startswith(reverse("login"))


@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        ({"old_password": "wrong"}, "That is not your password"),
        ({"new_password2": "something-else-77"}, "didn’t match"),
        ({"new_password1": "12345678", "new_password2": "12345678"}, "too common"),
        ({"new_password1": "short-7", "new_password2": "short-7"}, "too short"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(client, alice, entered, sentence):
    answer = change(client, **entered)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_whoever_found_the_browser_open_cannot_try_many_passwords(client, alice):
    for number in range(20):
        change(client, old_password=f"guess-{number}")
    answer = change(client)
    assert answer.status_code == 422
    assert "Too many tries" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_it_is_reached_from_the_menu(client):
    assert f'href="{PAGE}"' in client.get(PAGE).content.decode()


def test_an_outsider_is_sent_to_sign_in(outsider_client):
    assert change(outsider_client).url.startswith(reverse("login"))
