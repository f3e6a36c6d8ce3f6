"""One message in several languages: compiled once each, sent by the reader's."""

import email
from email.header import decode_header, make_header

import pytest
from django.db.models import Case, CharField, Value, When

from contacts.models import Contact
from deliveries import audience, sending
from deliveries.browser import as_read_by
from deliveries.languages import all_blocks, languages, spoken
from deliveries.models import Delivery
from deliveries.tokens import Token
from tests.factories import ContactFactory, MessageFactory, agree


def text(words, **more):
    return {"id": words.lower(), "kind": "text", "html": f"<p>{words}</p>", **more}


BUTTON = {"id": "b", "kind": "confirm", "label": "Yes", "url": ""}
LINK = {"kind": "button", "url": "https://brand.example/"}
FINNISH = {
    "subject": "Hei {{ first_name | ystävä }}",
    "preview_text": "",
    "blocks": [
        text("Kirje"),
        {**BUTTON, "label": "Kyllä"},
        {"id": "l", **LINK, "label": "Lue"},
    ],
}
OWN = [text("Letter"), BUTTON, {"id": "l", **LINK, "label": "Read"}]


@pytest.mark.django_db
class TestAMessage:
    @pytest.fixture
    def message(self):
        return MessageFactory(subject="Hello", blocks=OWN, variants={"fi": FINNISH})

    @pytest.fixture
    def sent(self, message, sink):
        """The mails of one who reads Finnish and one who reads nothing that is there,
        by language."""
        for name in ("fi", "sv"):
            reader = ContactFactory(first_name="", language=name)
            agree(reader, message.subscription_type)
        tongue = Case(
            When(language="fi", then=Value("fi")),
            default=Value(""),
            output_field=CharField(),
        )
        audience.fix(message, Contact.objects.annotate(tongue=tongue))
        sending.send_due()
        rows = Delivery.objects.select_related("contact")
        by_address = {one.contact.email: one.language for one in rows}
        return {
            by_address[one.rcpt_to]: email.message_from_bytes(one.content)
            for one in sink.received
        }

    def test_has_its_own_words_and_those_of_its_variants(self, message):
        assert languages(message) == ["", "fi"]
        assert spoken(message, "fi").subject == FINNISH["subject"]
        assert spoken(message, "sv").subject == "Hello"
        assert [one["id"] for one in all_blocks(message)][:2] == ["letter", "b"]

    def test_is_sent_in_the_language_of_each_reader(self, sent):
        words = {
            language: mail.get_payload()[0].get_payload(decode=True).decode()
            for language, mail in sent.items()
        }
        assert "Kirje" in words["fi"]
        assert "Letter" not in words["fi"]
        assert "Letter" in words[""]

    def test_has_a_subject_in_each(self, sent):
        assert str(make_header(decode_header(sent["fi"]["Subject"]))) == "Hei ystävä"

    def test_says_in_which_language_it_is(self, sent):
        html = sent["fi"].get_payload()[1].get_payload(decode=True).decode()
        assert '<html lang="fi"' in html

    def test_tells_the_links_of_its_languages_apart(self, sent, message):
        links = message.links.order_by("position")
        told = [(one.language, one.kind, one.label) for one in links]
        assert told == [
            ("", "confirm", "Yes"),
            ("", "ordinary", "Read"),
            ("fi", "confirm", "Kyllä"),
            ("fi", "ordinary", "Lue"),
        ]

    def test_is_shown_in_the_browser_in_the_language_it_was_sent_in(self, sent):
        mail = Delivery.objects.get(language="fi")
        assert "Kirje" in as_read_by(_token(mail))


def _token(mail):
    return Token(
        message_id=mail.message_id, delivery_id=mail.pk, address_id=mail.address_id
    )
