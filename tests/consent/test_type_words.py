"""A subscription type in other languages."""

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation

from consent.models import SubscriptionType, TypeTranslation
from tests.factories import SubscriptionTypeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    return SubscriptionTypeFactory(name="News", description="All of it")


@pytest.fixture
def url(kind):
    return reverse("consent:type_words", args=[kind.pk])


def told(kind, language):
    with translation.override(language):
        return SubscriptionType.objects.get(pk=kind.pk).words


def test_an_outsider_has_to_sign_in(outsider_client, url):
    assert reverse("login") in outsider_client.get(url).url


def test_words_are_kept_by_language(client, url, kind):
    client.post(url, {"fi_name": "Uutiset", "pl_frequency": "co miesiąc"})
    assert told(kind, "fi").name == "Uutiset"
    assert told(kind, "pl").details == "All of it, co miesiąc"


def test_what_it_is_for_is_told_in_the_language_of_the_reader(client, url, kind):
    client.post(url, {"fi_purpose": "kertoa uutuuksista"})
    assert told(kind, "fi").details.endswith("kertoa uutuuksista")
    assert told(kind, "fr").details == "All of it"


def test_what_is_empty_stays_as_it_is(client, url, kind):
    client.post(url, {"fi_name": "Uutiset"})
    assert told(kind, "fi").description == "All of it"
    assert told(kind, "fr").name == "News"


def test_emptied_words_are_gone(client, url, kind):
    client.post(url, {"fi_name": "Uutiset"})
    client.post(url, {"fi_name": ""})
    assert not TypeTranslation.objects.exists()


def test_what_was_kept_is_shown_again(client, url):
    client.post(url, {"nb_name": "Nyheter"})
    assert 'value="Nyheter"' in client.get(url).content.decode()


def test_too_long_words_are_refused_and_stay(client, url):
    answer = client.post(url, {"fi_name": "x" * 121, "fi_frequency": "joskus"})
    assert answer.status_code == 422
    assert 'value="joskus"' in answer.content.decode()
    assert not TypeTranslation.objects.exists()


def test_a_language_nobody_speaks_is_refused(kind):
    with pytest.raises(IntegrityError, match="type_translation_language_is_known"):
        TypeTranslation.objects.create(subscription_type=kind, language="xx")


def test_a_type_has_one_set_of_words_in_each_language(kind):
    TypeTranslation.objects.create(subscription_type=kind, language="fi", name="a")
    with pytest.raises(IntegrityError, match="once_per_language"):
        TypeTranslation.objects.create(subscription_type=kind, language="fi", name="b")
