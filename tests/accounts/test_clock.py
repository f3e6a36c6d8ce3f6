"""Times are told as they are where the account is."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Account
from accounts.roles import Role
from tests.factories import ContactFactory, UserFactory

pytestmark = pytest.mark.django_db
LATE = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)


@pytest.fixture
def auckland():
    Account.current()
    Account.objects.update(time_zone="Pacific/Auckland")


def shown(client):
    person = ContactFactory(created_at=LATE)
    url = f"/people/{person.address_id}/everything/"
    return client.get(url).content.decode()


def test_a_page_tells_the_time_of_the_account(client, auckland):
    assert "2 Mar 2026, 12:30" in shown(client)


def test_or_that_of_the_person_who_chose_one(client, auckland):
    client.post("/language/", {"language": "en", "time_zone": "America/Lima"})
    assert "1 Mar 2026, 18:30" in shown(client)


def test_whoever_takes_the_choice_back_is_where_the_account_is(client, auckland):
    client.post("/language/", {"language": "en", "time_zone": "America/Lima"})
    client.post("/language/", {"language": "en", "time_zone": ""})
    assert "2 Mar 2026, 12:30" in shown(client)


def test_a_place_that_is_none_is_refused_in_words(client, auckland):
    answer = client.post("/language/", {"language": "en", "time_zone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert "Mars/Olympus is not one of the available choices" in answer.content.decode()


def test_without_a_choice_it_is_utc(client):
    assert "1 Mar 2026, 23:30" in shown(client)


def test_it_costs_no_query(client, auckland, django_assert_num_queries):
    client.get("/shortcuts/")
    with django_assert_num_queries(2):  # the session, and the person with the zone
        client.get("/shortcuts/")


def test_nothing_of_it_stays_for_the_next_request(client, outsider_client, auckland):
    shown(client)
    page = outsider_client.get("/login/")
    assert page.status_code == 200
    assert timezone.get_current_timezone_name() == "UTC"


def test_who_was_switched_off_is_signed_out(client, alice):
    UserFactory(role=Role.ADMIN)
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert client.get("/").status_code == 302
