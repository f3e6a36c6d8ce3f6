"""The confirm page speaks to its reader."""

import pytest

from consent.models import ConsentRecord
from tests.deliveries import test_confirm_page

pytestmark = pytest.mark.django_db

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"
BROWSER = {"user-agent": CHROME, "accept-language": "en"}
OUTSIDE = {**BROWSER, "x-forwarded-for": "203.0.113.7"}
HAND = {"gesture": "pointer", "dwell": "2100"}
# the same world
letter = test_confirm_page.letter
delivery = test_confirm_page.delivery
reader = test_confirm_page.reader


class TestLanguages:
    def press(self, reader, language):
        reader.client.post(f"{reader.page}?lang={language}", HAND, headers=OUTSIDE)
        return ConsentRecord.objects.order_by("id").last().text

    def test_the_record_holds_the_words_in_the_language_they_were_shown_in(
        self, reader
    ):
        text = self.press(reader, "fi")
        assert text.language == "fi"
        assert text.body.startswith("Kyllä, jatka tilaustani: The Letter")

    def test_the_answer_stays_in_the_chosen_language(self, reader):
        answer = reader.client.post(f"{reader.page}?lang=pl", HAND, headers=OUTSIDE)
        assert answer.url == f"{reader.page}?lang=pl"
