"""The pages of contacts in another language, and what stays English whoever acts."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Job
from bounces import acting
from bounces.categories import CATEGORIES
from consent.models import ConsentRecord, SubscriptionType
from console.held_names import COLUMNS
from console.holdings import HOLDINGS
from console.timeline import timeline
from contacts import subscriptions
from contacts.models import PropertyDefinition
from deliveries.bounce_names import NAMES
from deliveries.models import DeliveryState, Event, EventKind, Verdict
from tests.factories import ContactFactory, DeliveryFactory, agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return ContactFactory(email="ada@people.example", first_name="Ada")


def text_of(answer):
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def record(client, ada):
    return text_of(client.get(reverse("contacts:detail", args=[ada.pk])))


def happened(ada):
    """Title and text of what the timeline tells in Finnish."""
    with override("fi"):
        return [(one.title, one.text) for one in timeline(ada)[0]]


def mail_to(ada, **state):
    return DeliveryFactory(contact=ada, address=ada.address, **state)


class TestTheRecord:
    def test_says_why_somebody_gets_nothing(self, client, ada, alice, in_finnish):
        subscriptions.opt_out(ada, alice)
        page = record(client, ada)
        assert "Ei markkinointiviestejä: Ada." in page
        assert "Henkilöstö voi purkaa sen perustellusti." in page

    def test_has_no_word_of_english_in_its_frame(self, client, ada, in_finnish):
        page = record(client, ada)
        for word in ("Activity", "Subscriptions", "Why?", "Never", "More actions"):
            assert word not in page

    def test_counts_the_subscriptions(self, client, ada, in_finnish):
        agree(ada, SubscriptionType.objects.default())
        assert "Voi lähettää viestejä: 1/1 tilauksesta" in record(client, ada)


class TestTheTimeline:
    def test_tells_a_consent_with_its_source(self, ada, alice):
        with override("en"):
            subscriptions.opt_out(ada, alice)
        title, text = happened(ada)[0]
        assert title == "Kieltäytynyt"
        assert text.startswith("Henkilöstö · ") and f"kirjaaja: {alice}" in text

    def test_tells_why_a_mail_was_not_sent(self, ada):
        mail = mail_to(
            ada,
            state=DeliveryState.NOT_SENT,
            started_at=None,
            delivered_at=None,
            reason="no_consent",
        )
        title, text = next(one for one in happened(ada) if str(mail.message) in one[0])
        assert title == f"Ei lähetetty: ”{mail.message}”"
        assert text.startswith("Tälle tilaukselle ei ole kirjattu suostumusta")

    def test_tells_why_a_mail_bounced(self, ada):
        mail_to(
            ada,
            state=DeliveryState.REFUSED,
            bounced_at=timezone.now(),
            bounce_category="mailbox_full",
        )
        assert any("postilaatikko täynnä" in text for _, text in happened(ada))

    def test_tells_who_was_behind_a_click(self, ada):
        mail = mail_to(ada)
        Event.objects.create(
            kind=EventKind.CLICK,
            delivery_id=mail.pk,
            message=mail.message,
            address=ada.address,
            verdict=Verdict.MACHINE,
        )
        assert (f"Klikkasi: ”{mail.message}”", "Kone") in happened(ada)


class TestWhatIsKept:
    def test_is_the_label_of_a_job(self, client, ada, in_finnish):
        asked = {"id": [ada.pk], "step": "review", "explanation": "Asked by phone."}
        client.post(reverse("contacts:bulk_opt_out"), asked)
        assert Job.objects.get().label == "Opt out: 1 contacts"

    def test_is_the_label_of_a_conversion(self, client, in_finnish):
        points = PropertyDefinition.objects.create(
            name="points", label="Points", kind="string"
        )
        client.post(
            reverse("contacts:property_convert", args=[points.pk]),
            {"step": "review", "kind": "number", "options": ""},
        )
        assert Job.objects.get().label == "Convert “Points” to number"

    def test_is_why_an_address_was_blocked(self, ada):
        with override("fi"):
            acting.kill([ada.address_id])
        assert ConsentRecord.objects.get().explanation == "The address does not exist"

    def test_is_the_name_of_a_table_in_the_file(self, client, ada, in_finnish):
        page = reverse("console:everything_json", args=[ada.address_id])
        assert "The contact" in client.get(page).json()


class TestTheWords:
    @pytest.mark.parametrize("category", CATEGORIES)
    def test_of_bounces_are_those_of_their_keys(self, category):
        assert NAMES[category] == category.replace("_", " ")

    @pytest.mark.parametrize("holding", HOLDINGS, ids=lambda one: str(one.title))
    def test_of_everything_held_are_there(self, holding):
        names = {column.partition("__")[0] for column in holding.columns}
        assert names <= COLUMNS.keys()

    def test_of_everything_held_are_told(self, client, ada, in_finnish):
        page = reverse("console:everything", args=[ada.address_id])
        assert "Etunimi" in text_of(client.get(page))
