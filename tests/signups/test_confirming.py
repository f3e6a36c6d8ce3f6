"""The two links of a confirmation mail."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from consent.models import ConsentRecord, Grant, Suppression
from consent.vocabulary import Evidence, Reason
from contacts.models import Contact
from deliveries import refusals
from deliveries.models import Delivery, DeliveryState
from deliveries.tokens import Purpose
from optouts import choices
from signups import confirming
from signups.confirming import Press
from signups.models import State, Submission
from signups.tasks import forget_unconfirmed
from tests.factories import (
    BrandFactory,
    ContactFactory,
    FormFactory,
    SubscriptionTypeFactory,
    agree,
)
from tests.signups.conftest import BROWSER, path_of, sign_up
from tests.signups.test_taking import say_no
from tests.threads import together

HAND = {"gesture": "pointer", "dwell": "4000"}
PRESS = Press(
    ip="203.0.113.9", user_agent="Firefox/140", accept_language="en",
    gesture="pointer", dwell=4_000,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def anybody():
    return Client(enforce_csrf_checks=True, **BROWSER)


@pytest.fixture
def submission(form):
    return delivered(sign_up(form, answers={"first_name": "Ana"}))


def delivered(submission, minutes=10):
    at = timezone.now() - dt.timedelta(minutes=minutes)
    Delivery.objects.filter(pk=submission.delivery_id).update(
        state=DeliveryState.DELIVERED, started_at=at, delivered_at=at
    )
    return submission


def state_of(submission):
    return Submission.objects.get(pk=submission.pk).state


class TestThePage:
    def test_says_what_is_sent_to_whom_and_burns_nothing(self, anybody, submission):
        for _ in range(3):
            response = anybody.get(path_of(submission))
        page = response.content.decode()
        assert "One more step" in page
        assert "a…@people.example" in page
        assert "ana@people.example" not in page
        assert not response.cookies
        assert state_of(submission) == State.PENDING

    @pytest.mark.parametrize("method", ["head", "options", "put", "get"])
    def test_no_other_method_confirms(self, anybody, submission, method):
        getattr(anybody, method)(path_of(submission), HTTP_SEC_PURPOSE="prefetch")
        assert state_of(submission) == State.PENDING

    def test_forged_cut_and_swapped_tokens_are_all_the_same_nothing(
        self, anybody, submission
    ):
        good = path_of(submission)
        away = path_of(submission, Purpose.DISOWN)
        swapped = good.replace("/s/", "/n/"), away.replace("/n/", "/s/")
        unsubscribe = path_of(submission, Purpose.UNSUBSCRIBE).replace("/u/", "/s/")
        forged = good[:-9] + ("a" if good[-9] != "a" else "b") + good[-8:]
        pages = set()
        for path in (*swapped, good[:-4], forged, unsubscribe, "/s/nonsense"):
            response = anybody.post(path, HAND)
            assert response.status_code == 404
            pages.add(response.content)
        assert len(pages) == 1
        assert state_of(submission) == State.PENDING


class TestYes:
    def test_a_hand_on_the_button_subscribes(self, anybody, submission):
        response = anybody.post(path_of(submission), HAND)
        assert response["Location"] == path_of(submission)
        assert "You are subscribed" in anybody.get(path_of(submission)).content.decode()
        grant = Grant.objects.get()
        evidence = grant.record.consentevidence
        assert grant.grade == "double_opt_in"
        assert grant.record.text == submission.text
        assert evidence.ip == "203.0.113.9"
        assert evidence.detail["submitted_from"] == "198.51.100.7"
        assert evidence.detail["delivery"] == submission.delivery_id
        assert Contact.objects.get().first_name == "Ana"

    def test_may_be_mailed_from_then_on(self, anybody, submission):
        anybody.post(path_of(submission), HAND)
        kind = submission.types.get()
        assert refusals.mailable(Contact.objects.all(), kind).count() == 1

    def test_a_second_press_changes_nothing(self, anybody, submission):
        anybody.post(path_of(submission), HAND)
        records = ConsentRecord.objects.count()
        assert anybody.post(path_of(submission), HAND).status_code == 302
        assert ConsentRecord.objects.count() == records

    def test_without_script_a_browser_may_press_later(self, anybody, submission):
        assert anybody.post(path_of(submission)).status_code == 302
        assert state_of(submission) == State.CONFIRMED

    def test_right_after_the_mail_it_is_asked_for_the_digits(self, anybody, submission):
        delivered(submission, minutes=0)
        response = anybody.post(path_of(submission))
        code = confirming.code_of(submission)
        assert f"type {code}" in response.content.decode()
        assert state_of(submission) == State.PENDING
        wrong = f"{(int(code) + 1) % 10_000:04}"
        anybody.post(path_of(submission), {"code": wrong})
        assert state_of(submission) == State.PENDING
        anybody.post(path_of(submission), {"code": code})
        assert state_of(submission) == State.CONFIRMED

    def test_a_scanner_confirms_nothing(self, submission):
        scanner = Client(REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="python-requests/2")
        scanner.post(path_of(submission))
        assert state_of(submission) == State.PENDING
        assert not Grant.objects.exists()

    def test_a_press_faster_than_reading_is_no_hand(self, anybody, submission):
        delivered(submission, minutes=0)
        anybody.post(path_of(submission), HAND | {"dwell": "200"})
        assert state_of(submission) == State.PENDING

    def test_what_was_removed_can_only_be_signed_up_anew(self, anybody, submission):
        path = path_of(submission)
        Submission.objects.filter(pk=submission.pk).forget()
        response = anybody.post(path, HAND)
        assert "was removed" in response.content.decode()
        assert not Grant.objects.exists()

    def test_what_was_confirmed_meanwhile_is_not_removed(self, anybody, submission):
        anybody.post(path_of(submission), HAND)
        assert Submission.objects.filter(pk=submission.pk).forget() == 0
        assert state_of(submission) == State.CONFIRMED

    def test_it_overwrites_what_was_known(self, anybody, form):
        contact = ContactFactory(first_name="Old")
        submission = sign_up(form, contact.email, answers={"first_name": "New"})
        anybody.post(path_of(delivered(submission)), HAND)
        contact.refresh_from_db()
        assert contact.first_name == "New"


class TestComingBack:
    """Only the person's own double opt-in ends her own opt-out; and only so far."""

    def back(self, form, email="ana@people.example"):
        submission = delivered(sign_up(form, email))
        assert confirming.confirm(submission, PRESS)

    @pytest.mark.parametrize(
        "reason",
        [Reason.OWN_OPT_OUT, Reason.COMPLAINT, Reason.IMPORTED_OPT_OUT, Reason.SUNSET],
    )
    def test_ends_an_opt_out_from_this_kind(self, form, reason):
        contact = ContactFactory()
        say_no(contact.address, reason, subscription_type=form.offered()[0])
        self.back(form, contact.email)
        assert refusals.mailable(Contact.objects.all(), form.offered()[0]).exists()

    def test_the_page_names_what_it_ends(self, anybody, form):
        contact = ContactFactory()
        say_no(contact.address)
        path = path_of(delivered(sign_up(form, contact.email)))
        page = anybody.get(path).content.decode()
        assert "You are opted out of all our marketing email" in page

    def test_the_rest_of_an_opt_out_from_everything_stays(self, form):
        contact = ContactFactory()
        same_brand = SubscriptionTypeFactory(brand=form.brand)
        other_brand = SubscriptionTypeFactory(brand=BrandFactory())
        for kind in (form.offered()[0], same_brand, other_brand):
            agree(contact, kind)
        say_no(contact.address)
        self.back(form, contact.email)
        people = Contact.objects.all()
        assert refusals.mailable(people, form.offered()[0]).exists()
        assert not refusals.mailable(people, same_brand).exists()
        assert not refusals.mailable(people, other_brand).exists()

    def test_a_pause_goes_on_for_what_she_did_not_sign_up_for(self, form):
        contact, other = ContactFactory(), SubscriptionTypeFactory(brand=form.brand)
        agree(contact, other)
        choices.pause(contact.address, 30, Evidence())
        self.back(form, contact.email)
        people = Contact.objects.all()
        assert refusals.mailable(people, form.offered()[0]).exists()
        assert not refusals.mailable(people, other).exists()

    def test_an_opt_out_after_the_sign_up_stands(self, anybody, form):
        contact = ContactFactory()
        submission = delivered(sign_up(form, contact.email))
        Submission.objects.update(at=timezone.now() - dt.timedelta(days=4))
        submission.refresh_from_db()
        say_no(contact.address)
        before = anybody.get(path_of(submission)).content.decode()
        assert "That stands, whatever you press" in before
        assert "Your yes ends" not in before
        assert confirming.confirm(submission, PRESS)
        assert not refusals.mailable(Contact.objects.all(), form.offered()[0]).exists()
        assert "You are opted out" in anybody.get(path_of(submission)).content.decode()

    def test_a_dead_address_stays_blocked(self, form):
        contact = ContactFactory()
        say_no(contact.address, Reason.DEAD_ADDRESS)
        self.back(form, contact.email)
        assert Suppression.objects.active().filter(reason="dead_address").exists()


class TestItWasNotMe:
    def test_a_get_explains(self, anybody, submission):
        response = anybody.get(path_of(submission, Purpose.DISOWN))
        assert "It wasn’t you?" in response.content.decode()
        assert state_of(submission) == State.PENDING

    def test_the_press_forgets_and_no_form_writes_again(self, anybody, submission):
        anybody.post(path_of(submission, Purpose.DISOWN))
        Submission.objects.update(at=timezone.now() - dt.timedelta(days=3))
        submission.refresh_from_db()
        assert (submission.state, submission.answers) == (State.DISOWNED, {})
        assert sign_up(FormFactory()).state == State.CAPPED

    def test_that_holds_for_good(self, anybody, submission):
        answer = anybody.post(path_of(submission, Purpose.DISOWN), follow=True)
        assert "no form of ours writes to you again" in answer.content.decode()
        long_ago = timezone.now() - dt.timedelta(days=4_000)
        Submission.objects.update(at=long_ago, settled_at=long_ago)
        forget_unconfirmed()
        assert sign_up(FormFactory()).state == State.CAPPED

    def test_it_cannot_be_confirmed_afterwards(self, anybody, submission):
        anybody.post(path_of(submission, Purpose.DISOWN))
        anybody.post(path_of(submission), HAND)
        assert not Grant.objects.exists()

    def test_it_takes_back_what_somebody_confirmed(self, anybody, submission):
        anybody.post(path_of(submission), HAND)
        anybody.post(path_of(submission, Purpose.DISOWN))
        kind = submission.types.get()
        assert not refusals.mailable(Contact.objects.all(), kind).exists()
        assert Suppression.objects.active().get().reason == Reason.OWN_OPT_OUT


@pytest.mark.django_db(transaction=True)
def test_of_two_confirmations_at_once_one_is_written(form):
    submission = delivered(sign_up(form))

    def press():
        mine = Submission.objects.select_related("form").get(pk=submission.pk)
        return confirming.confirm(mine, PRESS)

    assert together(press, press) == [True, True]
    assert ConsentRecord.objects.count() == 1
    assert Grant.objects.count() == 1
