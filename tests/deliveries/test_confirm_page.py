"""The thank-you page and what becomes of its button."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from consent.models import ConsentEvidence, ConsentRecord, Grant, Suppression
from consent.vocabulary import Act, Action, Actor, Grade, LiftedBy, Mechanism, Reason
from deliveries import settling
from deliveries.models import Channel, Delivery, Event, EventKind, LinkKind, Verdict
from deliveries.tokens import Purpose
from tests.deliveries.test_tracking import path_of
from tests.factories import (
    DeliveryFactory,
    LinkFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    agree,
)

pytestmark = pytest.mark.django_db

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"
BROWSER = {"user-agent": CHROME, "accept-language": "en"}
OUTSIDE = {**BROWSER, "x-forwarded-for": "203.0.113.7"}
HAND = {"gesture": "pointer", "dwell": "2100"}


@pytest.fixture
def letter():
    return SubscriptionTypeFactory(
        name="The Letter",
        frequency="once a month",
        brand__website="https://brand.example",
    )


@pytest.fixture
def delivery(letter):
    delivery = DeliveryFactory(message=MessageFactory(subscription_type=letter))
    LinkFactory(message=delivery.message, position=0, kind=LinkKind.CONFIRM, url="")
    LinkFactory(message=delivery.message, position=1)
    LinkFactory(message=delivery.message, position=2)
    agree(delivery.contact, letter)
    return delivery


@pytest.fixture
def reader(outsider_client, delivery):
    return Reader(outsider_client, delivery)


class Reader:
    """Somebody, or something, with the mail of one delivery before it."""

    def __init__(self, client, delivery):
        self.client = client
        self.delivery = delivery

    def click(self, position=0, method="get", headers=OUTSIDE):
        path = path_of(self.delivery, position)
        return getattr(self.client, method)(path, headers=headers)

    @property
    def page(self):
        return path_of(self.delivery, 0, Purpose.CONFIRM)

    def look(self):
        return self.client.get(self.page, headers=OUTSIDE).content.decode()

    def press(self, data=None, headers=OUTSIDE):
        return self.client.post(self.page, data or {}, headers=headers)

    @property
    def confirmed_at(self):
        return Delivery.objects.get(pk=self.delivery.pk).confirmed_at

    @property
    def grade(self):
        return Grant.objects.get(address=self.delivery.address_id).grade


def wait(minutes=16):
    """Time goes by, and the settle job runs."""
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes)):
        return settling.settle_all()


def opt_out(delivery, reason, action=Action.WITHDRAWN):
    act = Act(action=action, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.SYSTEM)
    Suppression.objects.suppress([delivery.address_id], reason, act)


class TestLooking:
    def test_asks_for_one_more_step(self, reader):
        page = reader.look()
        assert "One more step" in page
        assert "The Letter" in page
        assert "once a month" in page
        assert page.count("<button") == 1
        assert "onfirmed" not in page

    def test_changes_nothing(self, reader):
        before = Delivery.objects.values().get()
        reader.look()
        reader.client.head(reader.page)
        wait()
        assert Delivery.objects.values().get() == before
        assert not Event.objects.exists()
        assert reader.grade == Grade.EVIDENCED

    def test_is_kept_and_told_nowhere(self, reader):
        response = reader.client.get(reader.page)
        assert not response.cookies
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "no-referrer"

    def test_offers_the_ways_out(self, reader):
        page = reader.look()
        assert "/u/" in page
        assert "/p/" in page

    def test_of_nonsense_is_a_page_that_says_so(self, outsider_client):
        assert outsider_client.get("/y/nonsense").status_code == 404
        assert outsider_client.post("/y/nonsense").status_code == 404

    def test_with_a_token_for_something_else_is_refused(self, reader):
        token = path_of(reader.delivery, 0, Purpose.UNSUBSCRIBE)[3:]
        assert reader.client.post(f"/y/{token}", HAND).status_code == 404
        assert reader.confirmed_at is None

    def test_other_methods_are_refused(self, reader):
        assert reader.client.put(reader.page).status_code == 405


class TestPressWithAHand:
    @pytest.fixture(autouse=True)
    def _press(self, reader):
        reader.click()
        self.response = reader.press(HAND)

    def test_confirms_at_once(self, reader):
        assert reader.confirmed_at is not None
        assert "You stay subscribed" in reader.look()

    def test_shows_the_page_again(self, reader):
        assert self.response.status_code == 302
        assert self.response["Location"] == reader.page
        assert not self.response.cookies

    def test_gives_the_grade_and_its_evidence(self, reader):
        assert reader.grade == Grade.RECONFIRMED
        record = Grant.objects.get().record
        assert (record.action, record.mechanism) == (
            Action.RENEWED,
            Mechanism.PERMISSION_PASS,
        )
        evidence = ConsentEvidence.objects.get(record=record)
        assert (evidence.ip, evidence.user_agent) == ("203.0.113.7", CHROME)
        assert evidence.detail["verdict"] == "human"
        assert evidence.detail["signals"] == {"gesture": -4}
        assert "The Letter" in record.text.body

    def test_counts_as_a_click_and_as_an_open(self, reader):
        delivery = Delivery.objects.get()
        assert delivery.clicked_at is not None
        assert delivery.opened_at == delivery.clicked_at

    def test_twice_is_once(self, reader):
        before = ConsentRecord.objects.count()
        reader.press(HAND)
        wait()
        assert ConsentRecord.objects.count() == before


class TestPressWithoutScript:
    def test_is_noted_and_waits(self, reader):
        reader.click()
        reader.press()
        assert reader.confirmed_at is None
        page = reader.look()
        assert "Thanks, noted" in page
        assert "onfirmed" not in page
        assert Event.objects.awaited().filter(kind=EventKind.CONFIRM).exists()

    def test_confirms_when_the_window_is_over(self, reader):
        with time_machine.travel(timezone.now() - dt.timedelta(seconds=4)):
            reader.click()
        reader.press()
        wait()
        assert reader.confirmed_at is not None
        assert reader.grade == Grade.RECONFIRMED

    @pytest.mark.parametrize(
        "data", [{"gesture": "pointer"}, {"gesture": "x", "dwell": "9"}, {"dwell": "9"}]
    )
    def test_half_an_evidence_is_none(self, reader, data):
        reader.click()
        reader.press(data)
        assert reader.confirmed_at is None

    def test_on_this_machine_haste_is_no_sign(self, reader):
        reader.click(headers=BROWSER)
        reader.press(headers=BROWSER)
        wait()
        assert reader.confirmed_at is not None

    def test_elsewhere_haste_is_a_sign(self, reader):
        reader.click()
        reader.press()
        wait()
        assert reader.confirmed_at is None

    def test_a_later_press_by_a_person_wins(self, reader):
        reader.click()
        reader.press()
        wait()
        reader.press(HAND)
        assert reader.confirmed_at is not None


class TestScanner:
    """Every link within two seconds, HEAD first, the script run, the form sent."""

    @pytest.mark.parametrize("data", [{}, HAND], ids=["script", "script and hand"])
    @pytest.mark.parametrize("headers", [OUTSIDE, BROWSER], ids=["outside", "local"])
    def test_confirms_nobody(self, reader, data, headers):
        for method in ("head", "get"):
            for position in range(3):
                reader.click(position, method, headers)
        reader.press(data, headers)
        wait()
        assert reader.confirmed_at is None
        assert reader.grade == Grade.EVIDENCED
        assert set(Event.objects.values_list("verdict", flat=True)) == {Verdict.MACHINE}

    def test_counts_for_nothing(self, reader):
        for position in range(3):
            reader.click(position)
        wait()
        delivery = Delivery.objects.get()
        assert delivery.opened_at is None
        assert delivery.clicked_at is None
        assert delivery.unverified_click_at is None

    def test_that_sends_the_form_a_minute_later_confirms_nobody(self, reader):
        with time_machine.travel(timezone.now() - dt.timedelta(minutes=1)):
            for position in range(3):
                reader.click(position)
        reader.press()
        wait()
        assert reader.confirmed_at is None

    def test_with_a_single_link_to_follow_confirms_nobody(self, reader):
        reader.delivery.message.links.exclude(position=0).delete()
        reader.click(0, "head", BROWSER)
        reader.click(0, "get", BROWSER)
        reader.press(headers=BROWSER)
        wait()
        assert reader.confirmed_at is None

    def test_does_not_stand_in_the_way_of_the_person(self, reader):
        with time_machine.travel(timezone.now() - dt.timedelta(hours=2)):
            for position in range(3):
                reader.click(position)
            reader.press()
            wait()
        reader.click()
        reader.press(HAND)
        assert reader.confirmed_at is not None

    def test_leaves_no_evidence(self, reader):
        before = ConsentEvidence.objects.count()
        self.test_confirms_nobody(reader, HAND, OUTSIDE)
        assert ConsentEvidence.objects.count() == before


class TestLateClick:
    def test_after_the_campaign_opted_her_out_brings_her_back(self, reader):
        opt_out(reader.delivery, Reason.SUNSET, Action.SUNSET)
        assert "Press the button to get" in reader.look()
        reader.press(HAND)
        lifted = Suppression.objects.get()
        assert lifted.lifted_by == LiftedBy.LATE_CONFIRMATION
        assert lifted.lifted_record.action == Action.LATE_CONFIRMED
        assert reader.grade == Grade.RECONFIRMED
        assert "You stay subscribed" in reader.look()

    def test_without_script_waits_for_the_verdict(self, reader):
        opt_out(reader.delivery, Reason.SUNSET, Action.SUNSET)
        reader.press()
        assert Suppression.objects.active().exists()
        wait()
        assert not Suppression.objects.active().exists()

    def test_comes_back_even_when_this_mail_was_confirmed_before(self, reader):
        reader.press(HAND)
        opt_out(reader.delivery, Reason.SUNSET, Action.SUNSET)
        reader.press(HAND)
        assert not Suppression.objects.active().exists()

    @pytest.mark.parametrize(
        "reason",
        [
            Reason.OWN_OPT_OUT,
            Reason.IMPORTED_OPT_OUT,
            Reason.STAFF_OPT_OUT,
            Reason.COMPLAINT,
        ],
    )
    def test_after_any_other_opt_out_changes_nothing(self, reader, reason):
        opt_out(reader.delivery, reason)
        opt_out(reader.delivery, Reason.SUNSET, Action.SUNSET)
        page = reader.look()
        assert "You are not subscribed" in page
        assert "<button" not in page
        assert "https://brand.example" in page
        reader.press(HAND)
        wait()
        assert Suppression.objects.active().count() == 2
        assert reader.confirmed_at is None

    def test_an_opt_out_between_press_and_verdict_wins(self, reader):
        reader.press()
        opt_out(reader.delivery, Reason.OWN_OPT_OUT)
        wait()
        assert reader.confirmed_at is None
        assert reader.grade == Grade.EVIDENCED

    def test_an_opt_out_from_another_type_is_no_obstacle(self, reader):
        act = Act(
            action=Action.WITHDRAWN,
            mechanism=Mechanism.PREFERENCE_CENTRE,
            actor=Actor.CONTACT,
        )
        Suppression.objects.suppress(
            [reader.delivery.address_id],
            Reason.OWN_OPT_OUT,
            act,
            subscription_type=SubscriptionTypeFactory(),
        )
        reader.press(HAND)
        assert reader.confirmed_at is not None


class TestTestSend:
    def test_confirms_nobody(self, reader):
        message = MessageFactory(channel=Channel.TEST)
        reader.delivery = DeliveryFactory(message=message)
        assert "This was a test" in reader.look()
        reader.press(HAND)
        assert reader.confirmed_at is None
        assert not Event.objects.exists()

    def test_a_mail_no_longer_on_file_confirms_nobody(self, reader):
        Delivery.objects.all().delete()
        assert "This was a test" in reader.look()
        assert reader.press(HAND).status_code == 302


class TestConfirmLinkWithAPageOfItsOwn:
    @pytest.fixture(autouse=True)
    def _own_page(self, delivery):
        delivery.message.links.filter(position=0).update(url="https://brand.example/ty")

    def test_confirms_by_the_verdict_on_the_click(self, reader):
        reader.click()
        assert reader.confirmed_at is None
        wait()
        assert reader.confirmed_at is not None
        assert reader.grade == Grade.RECONFIRMED

    def test_of_a_scanner_confirms_nobody(self, reader):
        for position in range(3):
            reader.click(position)
        wait()
        assert reader.confirmed_at is None


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_are_one_yes(reader):
    before = ConsentRecord.objects.count()

    def press(_):
        try:
            return Reader(Client(), reader.delivery).press(HAND).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(press, range(8))) == {302}
    assert ConsentRecord.objects.count() == before + 1
    assert reader.confirmed_at is not None
