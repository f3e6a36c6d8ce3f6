"""Why did I get this? A page for whoever wonders, whoever that is."""

import pytest

from consent.models import Address, ConsentRecord, ConsentText, Grant, Suppression
from consent.vocabulary import LegalBasis, Mechanism
from deliveries import audience, sending
from deliveries.models import Channel, Delivery, Event
from deliveries.tokens import Purpose
from tests.deliveries.test_tracking import path_of
from tests.factories import ContactFactory, DeliveryFactory, MessageFactory, agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(sink):
    """Sent, to Ada, who agreed in a form."""
    message = MessageFactory(subscription_type__name="The Letter")
    contact = ContactFactory(email="ada.bell@people.example", first_name="Ada")
    words = ConsentText.of("Oui, envoyez-moi la lettre.", "fr")
    agree(contact, message.subscription_type, text_id=words.pk)
    audience.fix(message, type(contact).objects.all())
    sending.send_due()
    return Delivery.objects.get()


@pytest.fixture
def page(outsider_client, delivery):
    """`page(lang="fi")`: what it says."""

    path = path_of(delivery, purpose=Purpose.WHY)

    def read(**query):
        return outsider_client.get(path, query)

    return read


def test_the_footer_of_the_mail_leads_there(sink, delivery):
    (mail,) = sink.received
    said = mail.content.replace(b"=\r\n", b"").decode()
    kind = delivery.message.subscription_type_id
    assert said.count(path_of(delivery, kind, purpose=Purpose.WHY)) == 2


def test_says_what_she_agreed_to_and_with_whom(page, delivery):
    said = page().content.decode()
    brand = delivery.message.brand.name
    assert f"agreed to get <strong>The Letter</strong> from {brand}" in said


def test_says_where_she_agreed(page):
    assert "In a form" in page().content.decode()


def test_shows_the_words_in_their_own_language(page):
    quote = '<blockquote lang="fr">Oui, envoyez-moi la lettre.</blockquote>'
    assert quote in page().content.decode()


def test_offers_the_ways_out(page, delivery):
    said = page().content.decode()
    kind = delivery.message.subscription_type_id
    for purpose in (Purpose.PREFERENCES, Purpose.UNSUBSCRIBE):
        assert path_of(delivery, kind, purpose=purpose) in said


def test_tells_a_forwarded_reader_neither_address_nor_name(page):
    said = page().content.decode()
    assert "a…@people.example" in said
    assert "ada.bell" not in said
    assert "Ada" not in said


def test_is_kept_nowhere_and_told_to_nobody(page):
    answer = page()
    assert answer["Cache-Control"] == "no-store, max-age=0"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies


def test_looking_changes_nothing(page):
    counts = [model.objects.count() for model in (ConsentRecord, Event, Suppression)]
    page()
    assert counts == [
        model.objects.count() for model in (ConsentRecord, Event, Suppression)
    ]


def test_a_post_is_not_for_this_page(outsider_client, delivery):
    path = path_of(delivery, purpose=Purpose.WHY)
    assert outsider_client.post(path).status_code == 405


def test_asks_the_database_little(page, django_assert_max_num_queries):
    page()
    with django_assert_max_num_queries(7):
        page()


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fi", "Miksi sain tämän viestin?"),
        ("fr", "Pourquoi ai-je reçu ce message ?"),
        ("nb", "Hvorfor fikk jeg denne e-posten?"),
        ("pl", "Dlaczego dostaję tę wiadomość?"),
    ],
)
def test_speaks_the_language_of_the_reader(page, language, title):
    assert f"<h1>{title}</h1>" in page(lang=language).content.decode()


def test_the_ways_out_speak_it_too(page):
    assert "?lang=fi" in page(lang="fi").content.decode()


def test_goes_on_telling_after_she_left(page):
    Grant.objects.all().delete()
    assert "Oui, envoyez-moi la lettre." in page().content.decode()


def test_has_no_address_of_whom_was_erased(page):
    Address.objects.update(key=None)
    assert "people.example" not in page().content.decode()


def test_tells_a_customer_that_it_is_for_that(outsider_client, message):
    contact = ContactFactory()
    soft = LegalBasis.SOFT_OPT_IN
    agree(contact, message.subscription_type, basis=soft, mechanism=Mechanism.IMPORT)
    audience.fix(message, type(contact).objects.all())
    path = path_of(Delivery.objects.get(), purpose=Purpose.WHY)
    said = outsider_client.get(path).content.decode()
    assert "you are a customer of" in said
    assert "it came to us in a list" in said
    assert "The words were not kept." in said


def test_a_mail_of_before_the_proofs_shows_the_yes_of_today(page):
    Delivery.objects.update(consent=None)
    assert "Oui, envoyez-moi la lettre." in page().content.decode()


def test_says_where_there_is_no_yes_any_more(page):
    Delivery.objects.update(consent=None)
    Grant.objects.all().delete()
    assert "is not on file any more" in page().content.decode()


def test_says_of_a_test_that_it_was_one(outsider_client):
    trial = DeliveryFactory(message__channel=Channel.TEST)
    path = path_of(trial, purpose=Purpose.WHY)
    assert "It was a test." in outsider_client.get(path).content.decode()


@pytest.mark.parametrize("purpose", [Purpose.UNSUBSCRIBE, Purpose.VIEW])
def test_a_token_for_something_else_shows_nothing(outsider_client, delivery, purpose):
    token = path_of(delivery, purpose=purpose)[3:]
    assert outsider_client.get(f"/w/{token}").status_code == 404


def test_a_mail_that_is_gone_tells_of_the_yes_of_today(page):
    Delivery.objects.all().delete()
    assert "Oui, envoyez-moi la lettre." in page().content.decode()


def test_nonsense_shows_nothing(outsider_client):
    assert outsider_client.get("/w/nonsense").status_code == 404
