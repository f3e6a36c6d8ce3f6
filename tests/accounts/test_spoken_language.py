"""Which language the console speaks, to whom."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User

pytestmark = pytest.mark.django_db
FINNISH = {"Accept-Language": "fi-FI,fi;q=0.9"}


def language(client, path="/", **headers):
    page = client.get(path, headers=headers or None).content.decode()
    return page.partition('<html lang="')[2].partition('"')[0]


def test_english_until_she_chooses(client):
    assert language(client, **FINNISH) == "en"


def test_what_she_chose(client):
    client.post("/language/", {"language": "pl", "time_zone": ""})
    assert language(client, **FINNISH) == "pl"


def test_she_is_told_so_in_the_language_she_chose(client):
    sent = {"language": "fi", "time_zone": ""}
    page = client.post("/language/", sent, follow=True).content.decode()
    assert "Tallennettu. Sivusi näkyvät" in page
    assert "Kieli ja aikavyöhyke" in page


def test_a_language_that_is_none_of_ours_is_refused_in_words(client):
    answer = client.post("/language/", {"language": "tlh", "time_zone": ""})
    assert answer.status_code == 422
    assert "tlh is not one of the available choices" in answer.content.decode()


def test_the_door_speaks_as_the_browser_asks(outsider_client):
    assert language(outsider_client, "/login/", **FINNISH) == "fi"
    assert language(outsider_client, "/login/") == "en"


def test_the_administration_stays_in_english(client):
    User.objects.update(language="fi")
    assert language(client, "/admin/", **FINNISH).startswith("en")


def test_programs_are_answered_in_english(outsider_client):
    answer = outsider_client.get("/api/v1/contacts", headers=FINNISH)
    assert answer.status_code == 401
    assert "Send a token" in answer.content.decode()


def test_nothing_of_it_stays_for_the_next_request(client, outsider_client):
    User.objects.update(language="pl")
    assert language(client) == "pl"
    assert language(outsider_client, "/login/") == "en"


def test_the_database_knows_no_other(alice):
    alice.language = "tlh"
    with pytest.raises(IntegrityError, match="user_language"), transaction.atomic():
        alice.save()
