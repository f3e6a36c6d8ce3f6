"""What becomes of a form that was sent."""

import datetime as dt

import pytest
from django.utils import timezone

from consent.models import ConsentRecord, Grant, Suppression, TrackingChoice
from consent.vocabulary import Act, Action, Actor, Grade, Mechanism, Reason
from contacts.models import Contact
from deliveries.models import Channel, Delivery, DeliveryState, Message
from signups.models import State, Submission, TooMany
from signups.policy import Limit
from signups.taking import Visitor, invite
from signups.tasks import forget_unconfirmed
from tests.factories import (
    ContactFactory,
    FormFactory,
    SubscriptionTypeFactory,
    agree,
    make_address,
)
from tests.signups.conftest import sign_up

pytestmark = pytest.mark.django_db


def say_no(address, reason=Reason.OWN_OPT_OUT, **scope):
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.UNSUBSCRIBE_PAGE,
        actor=Actor.CONTACT,
        occurred_at=timezone.now() - dt.timedelta(days=3),
    )
    Suppression.objects.suppress([address.pk], reason, act, **scope)


class TestWithDoubleOptIn:
    def test_nothing_is_agreed_before_the_confirmation(self, form):
        submission = sign_up(form)
        assert submission.state == State.PENDING
        assert not Grant.objects.exists()
        assert not Contact.objects.exists()
        assert not ConsentRecord.objects.exists()

    def test_the_mail_is_plain(self, form):
        submission = sign_up(form)
        message = Message.objects.get(pk=submission.message_id)
        assert message.channel == Channel.CONFIRMATION
        assert not message.open_tracked
        assert not message.click_tracked
        assert not message.links.exists()
        assert "[~open" not in message.html
        assert "[~signup" in message.html
        assert "[~disown" in message.text

    def test_it_waits_for_the_ordinary_sender(self, form):
        mail = sign_up(form).mail
        assert mail.state == DeliveryState.QUEUED
        assert mail.occurrence == Submission.objects.get().pk

    def test_who_chooses_the_same_gets_the_same_message(self, form):
        sign_up(form, "ana@people.example")
        sign_up(form, "bea@people.example")
        assert Message.objects.count() == 1
        assert Delivery.objects.count() == 2

    def test_who_had_confirmed_before_gets_no_mail(self, form):
        contact = ContactFactory()
        agree(contact, form.offered()[0], Grade.DOUBLE_OPT_IN)
        assert sign_up(form, contact.email).state == State.KNOWN
        assert not Delivery.objects.exists()

    def test_who_opted_out_since_is_asked_again(self, form):
        contact = ContactFactory()
        agree(contact, form.offered()[0], Grade.DOUBLE_OPT_IN)
        say_no(contact.address)
        assert sign_up(form, contact.email).state == State.PENDING


class TestWithoutDoubleOptIn:
    @pytest.fixture
    def form(self):
        return FormFactory(double_opt_in=False)

    def test_the_yes_is_written_with_the_words_shown(self, form):
        submission = sign_up(form, answers={"first_name": "Ana"}, tracking=True)
        grant = Grant.objects.get()
        assert submission.state == State.TAKEN
        assert (grant.grade, grant.record.mechanism) == ("evidenced", "form")
        assert grant.record.text.body == form.words()
        assert grant.record.source["tracking"] is True
        assert grant.record.consentevidence.ip == "198.51.100.7"
        assert Contact.objects.get().first_name == "Ana"

    def test_switching_to_it_confirms_nobody_who_waits(self):
        form = FormFactory(double_opt_in=True)
        waiting = sign_up(form)
        form.double_opt_in = False
        form.save()
        sign_up(form, "bo@people.example")
        waiting.refresh_from_db()
        assert waiting.state == State.PENDING
        assert not Grant.objects.filter(address=waiting.address).exists()

    @pytest.mark.parametrize("ticked", [True, False])
    def test_the_box_about_tracking_is_her_word_on_it(self, form, ticked):
        form.tracking = "You may see what I open."
        form.save()
        submission = sign_up(form, tracking=ticked)
        choice = TrackingChoice.objects.get()
        assert (choice.brand, choice.agreed) == (form.brand, ticked)
        assert (choice.address, choice.said_at) == (submission.address, submission.at)

    def test_without_such_a_box_nothing_is_said_of_tracking(self, form):
        sign_up(form)
        assert not TrackingChoice.objects.exists()

    def test_nobody_overwrites_what_is_known_of_somebody_else(self, form):
        contact = ContactFactory(first_name="Ada", company="")
        sign_up(form, contact.email, answers={"first_name": "Eve", "company": "Acme"})
        contact.refresh_from_db()
        assert (contact.first_name, contact.company) == ("Ada", "Acme")

    @pytest.mark.parametrize("reason", [Reason.OWN_OPT_OUT, Reason.IMPORTED_OPT_OUT])
    def test_who_opted_out_has_to_confirm(self, form, reason):
        say_no(make_address("ana@people.example"), reason)
        assert sign_up(form).state == State.PENDING
        assert not Grant.objects.exists()
        assert Suppression.objects.active().count() == 1

    def test_a_shared_mailbox_has_to_confirm(self, form):
        assert sign_up(form, "info@shop.example").state == State.PENDING


class TestComplaints:
    def test_no_script_can_make_us_write_to_who_reported_us(self, form):
        say_no(make_address("ana@people.example"), Reason.COMPLAINT)
        assert sign_up(form, visitor=Visitor(gesture=False)).state == State.CAPPED
        assert not Delivery.objects.exists()

    def test_a_hand_on_the_button_may_ask(self, form):
        say_no(make_address("ana@people.example"), Reason.COMPLAINT)
        assert sign_up(form).state == State.PENDING


class TestLimits:
    def test_a_second_mail_within_ten_minutes_is_not_sent(self, form):
        assert sign_up(form).state == State.PENDING
        assert sign_up(form).state == State.CAPPED
        assert Delivery.objects.count() == 1

    def test_every_form_counts(self, form):
        sign_up(form)
        assert sign_up(FormFactory()).state == State.CAPPED

    def test_after_ten_minutes_one_more_may_go(self, form):
        sign_up(form)
        Submission.objects.update(at=timezone.now() - dt.timedelta(minutes=11))
        assert sign_up(form).state == State.PENDING

    def test_three_a_day_and_no_more(self, form):
        for hours in (3, 2, 1):
            one = sign_up(form)
            earlier = timezone.now() - dt.timedelta(hours=hours)
            Submission.objects.filter(pk=one.pk).update(at=earlier)
        assert sign_up(form).state == State.CAPPED
        assert Delivery.objects.count() == 3

    def test_one_form_takes_so_many_from_all_places_together(self, form, monkeypatch):
        two = (Limit(2, dt.timedelta(minutes=10)),)
        monkeypatch.setattr("signups.models.submission.WITH_FORM", two)
        for number in (1, 2):
            place = Visitor(ip=f"198.51.100.{number}")
            sign_up(form, f"person{number}@people.example", visitor=place)
        elsewhere = Visitor(ip="198.51.100.3")
        with pytest.raises(TooMany):
            sign_up(form, "person3@people.example", visitor=elsewhere)
        assert sign_up(FormFactory(), "person3@people.example", visitor=elsewhere).pk

    def test_one_place_sends_ten_in_ten_minutes(self, form):
        for number in range(10):
            sign_up(form, f"person{number}@people.example")
        with pytest.raises(TooMany):
            sign_up(form, "person11@people.example")
        elsewhere = Visitor(ip="198.51.100.8")
        assert sign_up(form, "person12@people.example", visitor=elsewhere).pk


class TestForgetting:
    def test_what_nobody_confirmed_is_removed(self, form):
        submission = sign_up(form, answers={"first_name": "Ana"})
        Submission.objects.update(at=timezone.now() - dt.timedelta(days=8))
        address = submission.address
        forget_unconfirmed()
        submission.refresh_from_db()
        address.refresh_from_db()
        assert submission.state == State.EXPIRED
        assert (submission.email, submission.answers, submission.ip) == ("", {}, None)
        assert address.key is None

    def test_not_before_its_days_are_over(self, form):
        sign_up(form)
        Submission.objects.update(at=timezone.now() - dt.timedelta(days=6))
        forget_unconfirmed()
        assert Submission.objects.get().state == State.PENDING

    def test_an_address_that_something_else_knows_stays(self, form):
        contact = ContactFactory()
        sign_up(form, contact.email)
        Submission.objects.update(at=timezone.now() - dt.timedelta(days=8))
        forget_unconfirmed()
        contact.address.refresh_from_db()
        assert contact.address.key == contact.email

    def test_an_opt_out_keeps_its_address(self, form):
        address = make_address("ana@people.example")
        say_no(address)
        sign_up(form)
        Submission.objects.update(at=timezone.now() - dt.timedelta(days=8))
        forget_unconfirmed()
        address.refresh_from_db()
        assert address.key == "ana@people.example"

    def test_a_yes_stays(self):
        sign_up(FormFactory(double_opt_in=False))
        Submission.objects.update(at=timezone.now() - dt.timedelta(days=90))
        forget_unconfirmed()
        assert Submission.objects.get().email == "ana@people.example"


class TestInviting:
    def test_staff_send_a_link_and_change_nothing(self, alice):
        contact, kind = ContactFactory(), SubscriptionTypeFactory()
        say_no(contact.address)
        assert invite(contact, kind, alice)
        submission = Submission.objects.get()
        assert submission.invited_by == alice
        assert submission.mail.state == DeliveryState.QUEUED
        assert Suppression.objects.active().exists()
        assert not Grant.objects.exists()

    def test_not_again_within_ten_minutes(self, alice):
        contact, kind = ContactFactory(), SubscriptionTypeFactory()
        assert invite(contact, kind, alice)
        assert not invite(contact, kind, alice)
        assert Delivery.objects.count() == 1

    def test_not_without_an_address(self, alice):
        contact = ContactFactory(email="", address=None)
        assert not invite(contact, SubscriptionTypeFactory(), alice)
