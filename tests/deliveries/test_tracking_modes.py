"""Off, hygiene only and full; and people who did not agree to be tracked."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from consent.models import Tracking, TrackingChoice
from consent.vocabulary import Act, Action, Actor, Mechanism
from contacts.models import Contact
from deliveries import audience, measuring, rollups, sending, settling
from deliveries.letters import Letter
from deliveries.models import Delivery, Event, LastSeen, LinkKind, Verdict
from deliveries.tokens import Purpose
from tests.deliveries.test_tracking import path_of
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    LinkFactory,
    MessageFactory,
    agree,
)

pytestmark = pytest.mark.django_db

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"
READER = {
    "user-agent": CHROME,
    "accept-language": "en",
    "x-forwarded-for": "203.0.113.7",
}
SHOP = {
    "id": "d",
    "kind": "button",
    "label": "Shop",
    "url": "https://shop.example/offer",
}


@pytest.fixture
def message():
    found = MessageFactory()
    found.blocks = [*found.blocks, SHOP]
    found.save()
    return found


@pytest.fixture
def ada(message):
    contact = ContactFactory()
    agree(contact, message.subscription_type)
    return contact


def track(message, mode, *, needs_consent=False):
    message.brand.tracking = mode
    message.brand.tracking_needs_consent = needs_consent
    message.brand.save()


def say(contact, brand, *, agreed):
    act = Act(
        action=Action.TRACKING_REFUSED,
        mechanism=Mechanism.PREFERENCE_CENTRE,
        actor=Actor.CONTACT,
    )
    measuring.say([contact.address_id], brand, act, agreed=agreed)


def flags():
    return Delivery.objects.values_list("open_tracked", "click_tracked", "dated").get()


def fix(message):
    audience.fix(message, Contact.objects.all())


def html_of(sink):
    return Letter.of(sink.received[0].content).html


def later(minutes=16):
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes)):
        settling.settle_all()
        rollups.fold_all()


class TestAudience:
    @pytest.mark.parametrize(
        ("mode", "known"),
        [
            (Tracking.FULL, (True, True, False)),
            (Tracking.HYGIENE, (False, False, True)),
            (Tracking.OFF, (False, False, False)),
        ],
    )
    def test_each_mail_says_what_will_be_known_of_it(self, message, ada, mode, known):
        track(message, mode)
        fix(message)
        assert flags() == known

    def test_an_email_may_be_stricter_than_its_brand(self, message, ada):
        message.open_tracked = False
        message.save()
        fix(message)
        assert flags() == (False, True, False)

    def test_an_email_is_never_laxer_than_its_brand(self, message, ada):
        message.tracking = Tracking.FULL
        message.save()
        track(message, Tracking.OFF)
        fix(message)
        assert flags() == (False, False, False)

    @pytest.mark.parametrize(
        ("said", "tracked"), [(None, False), (True, True), (False, False)]
    )
    def test_where_consent_is_needed_only_who_gave_it_is_tracked(
        self, message, ada, said, tracked
    ):
        track(message, Tracking.FULL, needs_consent=True)
        if said is not None:
            say(ada, message.brand, agreed=said)
        fix(message)
        assert flags() == (tracked, tracked, False)

    def test_who_refused_is_not_tracked_where_none_is_needed(self, message, ada):
        say(ada, message.brand, agreed=False)
        fix(message)
        assert flags() == (False, False, False)


class TestMail:
    def test_of_who_is_tracked_has_the_picture_and_our_links(self, sink, message, ada):
        fix(message)
        sending.send_due()
        html = html_of(sink)
        assert "/o/" in html
        assert "shop.example" not in html

    def test_of_who_is_not_has_neither_and_the_button_works(self, sink, message, ada):
        track(message, Tracking.FULL, needs_consent=True)
        fix(message)
        sending.send_due()
        html = html_of(sink)
        assert "/o/" not in html
        assert "https://shop.example/offer" in html
        assert html.count("/c/") == 1

    def test_is_asked_about_once_more_as_it_starts(self, sink, message, ada):
        fix(message)
        say(ada, message.brand, agreed=False)
        sending.send_due()
        assert "/o/" not in html_of(sink)
        assert flags() == (False, False, False)

    def test_that_was_to_be_untracked_stays_so_after_a_late_yes(
        self, sink, message, ada
    ):
        track(message, Tracking.FULL, needs_consent=True)
        fix(message)
        say(ada, message.brand, agreed=True)
        sending.send_due()
        assert "/o/" not in html_of(sink)
        assert flags() == (False, False, False)

    def test_follows_a_brand_that_became_stricter_meanwhile(self, sink, message, ada):
        fix(message)
        track(message, Tracking.HYGIENE)
        sending.send_due()
        assert flags() == (False, False, True)
        assert "/o/" in html_of(sink)


@pytest.fixture
def mail(message):
    """One that was tracked in full when it left, to Ada, with three links."""
    contact = ContactFactory()
    found = DeliveryFactory(message=message, contact=contact)
    kinds = (LinkKind.CONFIRM, LinkKind.ORDINARY, LinkKind.ORDINARY)
    for position, kind in enumerate(kinds):
        url = "" if kind == LinkKind.CONFIRM else f"https://shop.example/{position}"
        LinkFactory(message=message, position=position, kind=kind, url=url)
    agree(contact, message.subscription_type)
    return found


@pytest.fixture
def follow(outsider_client, mail):
    """`follow(1)`: somebody follows the second link, or does it by HEAD."""

    def go(position, method="get", headers=READER):
        return getattr(outsider_client, method)(
            path_of(mail, position), headers=headers
        )

    return go


@pytest.fixture
def look(outsider_client, mail):
    return lambda: outsider_client.get(path_of(mail, 0, Purpose.OPEN), headers=READER)


class TestOff:
    def test_a_link_of_before_leads_on_and_is_not_recorded(self, message, follow, look):
        track(message, Tracking.OFF)
        assert follow(1)["Location"] == "https://shop.example/1"
        assert look().status_code == 200
        assert not Event.objects.exists()

    def test_the_way_to_the_button_is_an_answer(self, message, follow):
        track(message, Tracking.OFF)
        assert follow(0)["Location"].startswith("/y/")
        assert Event.objects.get().link.kind == LinkKind.CONFIRM


class TestHygieneOnly:
    @pytest.fixture(autouse=True)
    def mode(self, message, mail):
        track(message, Tracking.HYGIENE)
        Delivery.objects.update(open_tracked=False, click_tracked=False, dated=True)

    def test_only_the_day_is_kept_when_the_window_is_over(self, follow, look, mail):
        look()
        follow(1)
        later()
        today = timezone.now().date()
        seen = LastSeen.objects.get()
        assert (seen.address_id, seen.opened_on) == (mail.address_id, today)
        assert seen.clicked_on == today
        assert not Event.objects.exists()

    def test_the_mail_itself_knows_nothing(self, follow, mail):
        follow(1)
        later()
        mail.refresh_from_db()
        assert (mail.opened_at, mail.clicked_at) == (None, None)

    def test_the_day_is_overwritten_by_the_next(self, look, mail):
        LastSeen.objects.create(
            address_id=mail.address_id,
            brand=mail.message.brand,
            opened_on=dt.date(2020, 2, 3),
        )
        look()
        later()
        assert LastSeen.objects.get().opened_on == timezone.now().date()

    def test_machines_leave_no_day_and_no_row(self, follow):
        follow(1, method="head")
        for position in (1, 2):
            follow(position)
        later()
        assert not LastSeen.objects.exists()
        assert not Event.objects.exists()

    def test_a_row_waits_for_a_neighbour_whose_window_is_open(self, follow):
        """Else the second half of a burst would pass for a person."""
        now, second = timezone.now(), dt.timedelta(seconds=1)
        for position, at in ((1, now), (2, now + second)):
            with time_machine.travel(at, tick=False):
                follow(position)
        with time_machine.travel(now + settling.window() + second / 2, tick=False):
            settling.settle_all()
        assert Event.objects.filter(verdict=Verdict.PENDING).count() == 2
        later()
        assert not Event.objects.exists()
        assert not LastSeen.objects.exists()

    def test_the_contact_has_the_day_and_counts_anew(self, mail, look):
        long_ago = timezone.now() - dt.timedelta(days=40)
        Delivery.objects.update(delivered_at=long_ago)
        look()
        later()
        contact = Contact.objects.get(pk=mail.contact_id)
        assert contact.last_opened_at.date() == timezone.now().date()
        assert (contact.opened, contact.sends_since_engagement) == (0, 0)

    def test_the_button_confirms_as_ever(self, outsider_client, follow, mail):
        follow(0)
        hand = {"gesture": "pointer", "dwell": "2100"}
        outsider_client.post(path_of(mail, 0, Purpose.CONFIRM), hand, headers=READER)
        mail.refresh_from_db()
        assert mail.confirmed_at is not None

    def test_an_answer_is_kept_with_its_evidence(self, follow):
        follow(0)
        later()
        assert Event.objects.get().verdict == Verdict.HUMAN


class TestRefusing:
    def test_makes_mail_of_before_go_dark(self, message, mail, follow, look):
        say(mail.contact, message.brand, agreed=False)
        follow(1)
        look()
        assert not Event.objects.exists()

    def test_makes_nobody_of_it_one_who_did_not_open(self, message, mail):
        say(mail.contact, message.brand, agreed=False)
        assert flags() == (False, False, False)

    def test_leaves_what_was_known_before(self, message, mail):
        Delivery.objects.update(opened_at=timezone.now())
        say(mail.contact, message.brand, agreed=False)
        assert flags() == (True, False, False)

    def test_takes_the_day_away(self, message, mail):
        LastSeen.objects.create(
            address_id=mail.address_id,
            brand=message.brand,
            opened_on=timezone.now().date(),
        )
        say(mail.contact, message.brand, agreed=False)
        assert not LastSeen.objects.exists()

    def test_the_last_word_is_kept_at_a_changed_address(self, message, mail, alice):
        say(mail.contact, message.brand, agreed=False)
        mail.contact.move_to("ada@new.example", alice)
        assert TrackingChoice.objects.filter(
            address__key="ada@new.example", agreed=False
        ).exists()


class TestSendsSince:
    def test_do_not_count_what_was_not_tracked(self, mail):
        tracked = DeliveryFactory(contact=mail.contact, message=MessageFactory())
        Delivery.objects.filter(pk=mail.pk).update(
            open_tracked=False, click_tracked=False
        )
        rollups.rebuild()
        found = Contact.objects.get(pk=tracked.contact_id)
        assert (found.delivered, found.sends_since_engagement) == (2, 1)
