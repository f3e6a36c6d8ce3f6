"""The pages of writing in another language, and what of an email stays as it is."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from campaigns.blocks import new
from campaigns.conditions import unfinished
from campaigns.differences import differences
from campaigns.missing import Missing
from campaigns.models import MarketingEmail
from campaigns.readiness import complaints
from tests.campaigns.posting import address, typed
from tests.factories import MarketingEmailFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def email():
    return MarketingEmailFactory(subject="Hello")


ENGLISH = (
    *("Subject", "Preview", "Cancel", "Save", "Versions", "Settings", "Personal field"),
    *("Footer", "Checks", "Everybody", "Who gets", "Share", "Nothing", "Position"),
)


@pytest.mark.parametrize(
    "name", ["content", "versions", "settings", "template_create", "share"]
)
def test_a_page_has_no_word_of_english_in_its_frame(client, email, in_finnish, name):
    page = client.get(address(name, email)).content.decode()
    assert 'lang="fi"' in page
    assert [word for word in ENGLISH if f">{word}" in page] == []


def test_an_email_begins_with_the_words_of_its_template(client, in_finnish):
    posted = {"name": "Uutisia", "starter": "newsletter"}
    assert client.post(reverse("campaigns:create"), posted).status_code == 302
    assert MarketingEmail.objects.get().subject == "What is new this month"


def test_saving_is_told_with_the_time_as_it_is_written_there(client, email, in_finnish):
    answer = client.post(address("autosave", email), typed(email)).json()
    assert answer["sentence"].startswith("Tallennettu ")


def test_what_is_wrong_is_said_in_the_language_of_whoever_looks(email):
    email.subject, email.blocks = "", [new("button", label="Press")]
    with override("fi"):
        told = [one.sentence for one in complaints(email)]
    assert "Kirjoita aihe." in told
    assert "Painike ei vie mihinkään. Anna sille osoite." in told
    assert "Write a subject." in [one.sentence for one in complaints(email)]


def test_a_condition_about_nothing_is_told_by_what_it_is_about():
    rule = {"field": "segment", "operator": "member", "values": [], "typed": "Ystävät"}
    with override("fi"):
        told = unfinished([new("text", only=rule)])
    assert told[0][0].endswith("segmenttiä ”Ystävät” ei ole.")


def test_a_lack_is_counted_by_the_rules_of_the_language():
    with override("pl"):
        told = [Missing("city", "Miasto", n, "x").sentence for n in (1, 2, 5)]
    assert [one.split(": ")[1].split(";")[0] for one in told] == [
        *("1 osoba", "2 osoby", "5 osób"),
    ]


def test_a_difference_names_the_block_and_what_is_empty():
    before = {"subject": "", "preview_text": "", "blocks": []}
    with override("fi"):
        subject, block = differences(
            before, {**before, "subject": "Hei", "blocks": [new("divider")]}
        )
    assert (subject.label, subject.before) == ("Aihe", "Tyhjä")
    assert (block.label, block.before) == ("Erotin", "Ei ole")
