"""The pages of a mail in the language of who reads them."""

import datetime as dt

import pytest
from django.test import Client

from consent.models import Suppression, TypeTranslation
from consent.vocabulary import Reason
from contacts.models import Contact
from deliveries.tokens import Purpose
from tests.factories import ContactFactory
from tests.optouts.conftest import agree, token_of
from tests.optouts.test_public import FORM, ONE_CLICK, suppress

pytestmark = pytest.mark.django_db

LEAVE = {
    "en": "Stop all marketing email",
    "fi": "Lopeta kaikki markkinointiviestit",
    "fr": "Arrêter tous les e-mails commerciaux",
    "nb": "Stopp all markedsføring på e-post",
    "pl": "Zatrzymaj wszystkie wiadomości marketingowe",
}


@pytest.fixture
def url(ana, kind):
    return f"/u/{token_of(ana, kind)}"


@pytest.fixture
def preferences_url(ana, kind):
    return f"/p/{token_of(ana, kind, Purpose.PREFERENCES)}"


@pytest.fixture
def finn(ana):
    return ContactFactory(email="ana@people.example", language="fi-FI")


def page(url, accept="", **data):
    web = Client(headers={"accept-language": accept} if accept else {})
    answer = web.post(url, data) if data else web.get(url)
    return answer.content.decode()


@pytest.mark.parametrize("language", LEAVE)
def test_a_page_speaks_as_the_browser_asks(url, language):
    shown = page(url, accept=language)
    assert f'<html lang="{language}">' in shown
    assert LEAVE[language] in shown


def test_the_language_of_the_contact_comes_before_that_of_the_browser(url, finn):
    assert LEAVE["fi"] in page(url, accept="fr")


def test_a_language_chosen_on_the_page_comes_before_all(url, finn):
    assert LEAVE["pl"] in page(f"{url}?lang=pl", accept="fr")


def test_every_page_leads_to_itself_in_the_other_languages(url):
    shown = page(url)
    assert all(f'href="?lang={language}"' in shown for language in LEAVE)


def test_what_was_chosen_is_kept_on_the_way_on(url):
    shown = page(f"{url}?lang=fi")
    assert f'action="http://testserver{url}?lang=fi"' in shown.replace(
        "http://127.0.0.1:8000", "http://testserver"
    )


def test_leaving_answers_in_the_same_language(url):
    shown = page(f"{url}?lang=nb", scope="everything")
    assert "Du er meldt av" in shown
    assert "/undo?lang=nb" in shown


def test_a_day_is_written_as_the_language_writes_it(preferences_url, ana, kind):
    at = dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
    suppress(ana, Reason.COMPLAINT, at=at)
    assert "3 listopada 2026" in page(preferences_url, accept="pl")
    assert "3. marraskuuta 2026" in page(preferences_url, accept="fi")
    assert "3 November 2026" in page(preferences_url, accept="en")


def test_a_number_has_the_plural_of_the_language(preferences_url, ana, kind):
    agree(ana, kind)
    assert "30 päivää" in page(preferences_url, accept="fi")


def test_a_type_is_told_in_the_words_of_the_language(preferences_url, kind):
    TypeTranslation.objects.create(
        subscription_type=kind,
        language="fi",
        name="Uutiskirje",
        frequency="kuukausittain",
    )
    assert "Uutiskirje" in page(preferences_url, accept="fi")
    assert "kuukausittain" in page(preferences_url, accept="fi")


def test_what_of_a_type_is_not_translated_is_told_as_it_is(preferences_url, kind):
    TypeTranslation.objects.create(subscription_type=kind, language="fi", frequency="x")
    assert kind.name in page(preferences_url, accept="fi")
    assert kind.name in page(preferences_url, accept="pl")


class TestOneClick:
    """With the language middleware on: it answers at once, and keeps nothing."""

    def press(self, url, accept="fi"):
        headers = {"accept-language": accept}
        return Client(headers=headers).post(url, ONE_CLICK, content_type=FORM)

    @pytest.mark.parametrize("query", ["", "?lang=pl", "?lang=", "?lang=xx"])
    def test_it_opts_out_without_redirect_or_cookie(self, url, query, ana):
        answer = self.press(url + query)
        assert answer.status_code == 200
        assert not answer.cookies
        assert Suppression.objects.active().filter(address=ana).exists()

    def test_choosing_a_language_sets_no_cookie(self, url):
        answer = Client().get(f"{url}?lang=fi")
        assert answer.status_code == 200
        assert not answer.cookies


class TestEverywhereElse:
    def test_a_cut_link_is_explained_in_the_language_of_the_browser(self, url):
        assert "Ten odnośnik nie działa" in page(url[:-4], accept="pl")

    def test_so_is_an_address_that_leads_nowhere(self):
        shown = page("/nowhere/", accept="fr")
        assert "Il n’y a rien ici" in shown
        assert '<html lang="fr"' in shown

    def test_the_console_speaks_english_until_somebody_chooses(self, client):
        shown = client.get("/contacts/", headers={"accept-language": "fi"})
        assert '<html lang="en"' in shown.content.decode()

    def test_its_door_speaks_the_language_of_the_browser(self):
        assert "Kirjaudu sisään" in page("/login/", accept="fi")

    def test_no_reader_is_spoken_to_as_the_one_before(self, url):
        page(url, accept="pl")
        assert LEAVE["en"] in page(url)

    def test_nothing_of_the_contact_changes(self, url, finn):
        page(f"{url}?lang=pl")
        assert Contact.objects.get(pk=finn.pk).language == "fi-FI"
