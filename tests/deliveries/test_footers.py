"""The footer of a marketing email speaks the language of the words above it."""

import datetime as dt
import email
from email.header import decode_header, make_header

import pytest
from django.db.models import CharField, Value
from django.utils import translation

from accounts.languages import Language
from accounts.models import Account
from campaigns import preview
from consent.models import TypeTranslation
from contacts.models import Contact
from deliveries import audience, sending
from deliveries.footers import OUR_EMAILS, WORDS, footer_of, since
from deliveries.models import Channel
from deliveries.rendering import compile_message
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    MessageFactory,
    agree,
)

pytestmark = pytest.mark.django_db

FINNISH = Value("fi", output_field=CharField())
VARIANT = {"subject": "Hei", "preview_text": "", "blocks": []}


@pytest.fixture
def message():
    found = MessageFactory(subject="Hello", variants={"fi": VARIANT, "sv": VARIANT})
    brand = found.brand
    brand.legal_name, brand.postal_address = "Northwind Oy", "Katu 1"
    brand.save()
    return found


def compiled(message):
    compile_message(message)
    return message


@pytest.mark.parametrize("table", [WORDS, OUR_EMAILS])
def test_every_language_of_the_pages_has_its_words(table):
    assert set(table) == set(Language.values)


def test_a_variant_speaks_its_language(message):
    said = compiled(message).variants["fi"]
    for part in ("html", "text"):
        assert "Saat tämän viestin lähettäjältä Northwind Oy" in said[part]
        assert "Peruuta tilaus" in said[part]
        assert "Unsubscribe" not in said[part]


def test_the_emails_own_words_stay_in_english(message):
    assert "Unsubscribe" in compiled(message).html
    assert "You get this email from Northwind Oy because" in message.text


def test_the_emails_own_words_have_the_language_of_the_readers(message):
    Account.objects.update(language="pl")
    assert "Wypisz się" in compiled(message).html


def test_a_language_that_the_pages_do_not_speak_has_that_of_the_readers(message):
    Account.objects.update(language="nb")
    assert "Meld deg av" in compiled(message).variants["sv"]["html"]


def test_the_emails_own_words_are_read_aloud_in_the_language_of_the_readers(message):
    Account.objects.update(language="pl")
    assert '<html lang="pl"' in compiled(message).html


def test_a_footer_in_another_language_than_the_words_says_which(message):
    said = compiled(message).variants
    assert '<html lang="sv"' in said["sv"]["html"]
    assert '<span lang="en">You get this email' in said["sv"]["html"]
    assert "<span lang" not in said["fi"]["html"]


def test_the_type_has_its_name_in_that_language(message):
    kind = message.subscription_type
    TypeTranslation.objects.create(
        subscription_type=kind, language="fi", name="Uutiskirje"
    )
    assert "”Uutiskirje”" in compiled(message).variants["fi"]["text"]


def test_it_is_the_same_whoever_is_spoken_to_meanwhile(message):
    with translation.override("fr"):
        assert "Unsubscribe" in compiled(message).html
        assert "Peruuta tilaus" in message.variants["fi"]["html"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("", " on 5 May 2026"),
        ("en", " on 5 May 2026"),
        ("fi", " 5. toukokuuta 2026"),
        ("fr", " le 5 mai 2026"),
        ("nb", " 5. mai 2026"),
        ("pl", " 5 maja 2026"),
    ],
)
def test_the_day_of_the_yes_is_told_in_it(language, said):
    assert since(dt.date(2026, 5, 5), language) == said


def test_a_mail_without_consent_has_no_ways_out(message):
    kind = message.subscription_type
    footer = footer_of(message.brand, kind, Channel.SERVICE, "fi")
    assert not footer.has_ways_out


def test_the_mail_that_leaves_says_so(message, sink):
    reader = ContactFactory(language="fi")
    agree(reader, message.subscription_type)
    people = Contact.objects.annotate(tongue=FINNISH)
    audience.fix(message, people)
    sending.send_due()
    (sent,) = sink.received
    mail = email.message_from_bytes(sent.content)
    text = mail.get_payload(0).get_payload(decode=True).decode()
    assert str(make_header(decode_header(mail["Subject"]))) == "Hei"
    assert "Peruuta tilaus: http" in text


def test_the_preview_shows_it():
    draft = MarketingEmailFactory(variants={"fi": VARIANT})
    page = preview.preview(draft, contact_id=None, language="fi")
    assert "Peruuta tilaus" in page
