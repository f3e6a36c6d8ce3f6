"""In which language a reader is spoken to."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from accounts.languages import known
from accounts.models import Account
from accounts.speaking import chosen, kept, speak

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_before():
    with translation.override("en"):
        yield


def asking(query="", accept=""):
    headers = {"accept-language": accept} if accept else {}
    return RequestFactory().get(f"/{query}", headers=headers)


def spoken(request, own=""):
    speak(request, own)
    return translation.get_language()


@pytest.mark.parametrize(
    ("code", "language"),
    [
        *(
            ("fi", "fi"),
            ("FI", "fi"),
            ("pl-PL", "pl"),
            ("fr_CA", "fr"),
            ("nb-NO", "nb"),
        ),
        *(("no", "nb"), ("nn", "nb"), ("en-GB", "en")),
        *(("", ""), ("sv", ""), ("finnish", ""), ("*", ""), ("-", "")),
    ],
)
def test_a_code_means_one_of_ours_or_none(code, language):
    assert known(code) == language


def test_what_is_chosen_on_the_page_wins():
    assert spoken(asking("?lang=pl", accept="fr"), own="fi") == "pl"


def test_what_is_known_of_the_reader_comes_next():
    assert spoken(asking("?lang=xx", accept="fr"), own="fi-FI") == "fi"


def test_then_what_the_browser_asks_for():
    assert spoken(asking(accept="sv, pl;q=0.5, fr;q=0.8"), own="sv") == "fr"


def test_then_the_language_of_the_account():
    Account.objects.update_or_create(id=1, defaults={"language": "nb"})
    assert spoken(asking(accept="sv"), own="") == "nb"


def test_an_address_keeps_what_was_chosen():
    assert kept(asking("?lang=fi"), "/u/token") == "/u/token?lang=fi"


def test_an_address_stays_as_it_is_where_nothing_was_chosen():
    assert kept(asking(accept="fi"), "/u/token") == "/u/token"


def test_an_address_with_thousands_of_values_chooses_nothing(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    assert chosen(asking("?a=1&b=2&lang=fi")) == ""
