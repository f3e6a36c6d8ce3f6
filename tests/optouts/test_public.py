"""The ways out as the world uses them: browsers, mailbox providers, scanners."""

import datetime as dt
import threading
import time

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from consent.models import Brand, ConsentEvidence, Grant, SubscriptionType, Suppression
from consent.vocabulary import (
    Act,
    Action,
    Actor,
    Grade,
    Mechanism,
    Reason,
    Scope,
)
from deliveries import underway
from deliveries.models import Delivery, DeliveryState
from deliveries.tokens import Purpose, Token, sign
from optouts.models import Farewell, Why
from tests.factories import (
    DeliveryFactory,
    MessageFactory,
    SubscriptionTypeFactory,
)
from tests.optouts.conftest import agree, token_of

pytestmark = pytest.mark.django_db
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def web():
    """Somebody's browser, or a mailbox provider: strict about CSRF, not signed in."""
    return Client(enforce_csrf_checks=True, headers={"user-agent": "Reader/1.0"})


@pytest.fixture
def url(ana, kind):
    return f"/u/{token_of(ana, kind)}"


@pytest.fixture
def preferences_url(ana, kind):
    return f"/p/{token_of(ana, kind, Purpose.PREFERENCES)}"


def one_click(web, url):
    return web.post(url, ONE_CLICK, content_type=FORM)


def active():
    return Suppression.objects.active().order_by("id")


def said(answer):
    return " ".join(answer.content.decode().split())


def suppress(address, reason, at=None, **scope):
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.IMPORT,
        actor=Actor.SYSTEM,
        occurred_at=at or timezone.now(),
    )
    Suppression.objects.suppress([address.pk], reason, act, **scope)


class TestEvidence:
    @pytest.mark.parametrize(
        ("nearest", "recorded"),
        [("10.0.0.2", "198.51.100.9"), ("203.0.113.7", "203.0.113.7")],
        ids=["behind our proxy", "claimed by the visitor"],
    )
    def test_it_names_the_visitor_not_the_proxy(self, web, url, nearest, recorded):
        web.post(
            url, {}, REMOTE_ADDR=nearest, headers={"x-forwarded-for": "198.51.100.9"}
        )
        assert ConsentEvidence.objects.get().ip == recorded


class TestOneClick:
    @pytest.mark.parametrize("end", ["", "/"])
    def test_it_opts_out_of_the_type_of_the_mail(self, web, url, kind, end):
        answer = one_click(web, url + end)
        assert answer.status_code == 200
        row = active().get()
        assert (row.scope, row.subscription_type) == (Scope.TYPE, kind)
        assert row.record.mechanism == Mechanism.ONE_CLICK

    def test_multipart_is_understood(self, web, url):
        answer = web.post(url, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert active().count() == 1

    def test_it_answers_without_redirect_and_cookie_however_often(self, web, url):
        answers = [one_click(web, url) for _ in range(3)]
        for answer in answers:
            assert answer.status_code == 200
            assert "Location" not in answer
            assert not answer.cookies
            assert answer.content == answers[0].content
        assert active().count() == 1

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            ("", FORM),
            ("nonsense", "text/plain"),
            ("--x", "multipart/form-data; boundary=x"),
            ("--x", "multipart/form-data"),
            ("x=" + "y" * 3_000_000, FORM),
            (ONE_CLICK, "application/json"),
            ("scope=%00&x=%00", FORM),
        ],
    )
    def test_whatever_the_body_is_the_person_leaves(self, web, url, body, content_type):
        answer = web.post(url, body, content_type=content_type)
        assert answer.status_code == 200
        assert active().count() == 1

    def test_what_proves_it_is_kept_beside_the_record(self, web, url):
        one_click(web, url)
        proof = ConsentEvidence.objects.get()
        assert proof.ip == "127.0.0.1"
        assert proof.user_agent == "Reader/1.0"
        assert proof.digest() == bytes(proof.record.evidence_hash)

    def test_it_works_for_an_erased_address(self, web, url, ana):
        type(ana).objects.filter(pk=ana.pk).update(key=None)
        assert one_click(web, url).status_code == 200
        assert active().count() == 1

    def test_a_mail_without_a_known_type_ends_all_marketing(self, web, ana):
        one_click(web, f"/u/{token_of(ana)}")
        assert active().get().scope == Scope.EVERYTHING

    def test_it_is_marked_on_the_mail(self, web, kind):
        delivery = DeliveryFactory(message=MessageFactory(subscription_type=kind))
        token = Token(delivery.message_id, delivery.pk, delivery.address_id, kind.pk)
        one_click(web, f"/u/{sign(token, Purpose.UNSUBSCRIBE)}")
        delivery.refresh_from_db()
        assert delivery.unsubscribed_at


class TestPage:
    @pytest.mark.parametrize("method", ["get", "head", "options"])
    @pytest.mark.parametrize("page", ["", "/", "/undo", "/why"])
    def test_looking_changes_nothing(self, web, url, method, page):
        answer = getattr(web, method)(url + page)
        assert answer.status_code in {200, 204}
        assert not answer.cookies
        assert not active().exists()

    def test_it_offers_two_equal_buttons(self, web, url, kind):
        page = said(web.get(url))
        assert f'<button name="scope" value="type">Stop “{kind}”</button>' in page
        assert '<button name="scope" value="everything">Stop all marketing' in page

    def test_all_marketing_can_be_stopped(self, web, url):
        answer = web.post(url, {"scope": "everything"})
        assert active().get().scope == Scope.EVERYTHING
        assert "We send no marketing email to a…@people.example" in said(answer)

    def test_it_may_not_be_stored_indexed_or_referred_to(self, web, url):
        for answer in (web.get(url), web.post(url), web.get("/u/none")):
            assert answer["Referrer-Policy"] == "no-referrer"
            assert "no-store" in answer["Cache-Control"]
            assert "noindex" in answer["X-Robots-Tag"]

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("path", ["/u/k1-nonsense", "/p/k1-nonsense", "/u/x/undo"])
    def test_an_unknown_token_is_the_same_404_for_all(self, web, method, path):
        answer = getattr(web, method)(path)
        assert answer.status_code == 404
        assert "This link does not work" in said(answer)

    def test_a_token_for_another_purpose_opts_nobody_out(self, web, ana, kind):
        for purpose in set(Purpose) - {Purpose.UNSUBSCRIBE}:
            answer = web.post(f"/u/{token_of(ana, kind, purpose)}")
            assert answer.status_code == 404
        assert not active().exists()

    def test_later_it_says_since_when(self, web, url):
        one_click(web, url)
        page = said(web.get(url))
        assert "You are unsubscribed" in page
        assert "since" in page

    def test_why_may_be_told_afterwards(self, web, url):
        web.post(url, {"scope": "type"})
        answer = web.post(url + "/why", {"why": "too_many"})
        assert "Thank you for telling us" in said(answer)
        assert Farewell.objects.get().why == Why.TOO_MANY

    @pytest.mark.parametrize("step", ["/why", "/undo"])
    def test_a_null_in_what_follows_is_no_accident(self, web, url, step):
        one_click(web, url)
        body = {"why": "\0", "words": "\0", "scope": "\0"}
        assert web.post(url + step, body).status_code < 500

    def test_pages_take_few_queries(self, web, url, django_assert_num_queries):
        with django_assert_num_queries(7):
            web.get(url)


class TestUndo:
    def test_it_can_be_undone_for_ten_minutes(self, web, url):
        assert "Undo" in said(web.post(url, {"scope": "type"}))
        answer = web.post(url + "/undo")
        assert "Undone. Everything is as it was" in said(answer)
        assert not active().exists()

    def test_after_that_it_stays(self, web, url, ana):
        suppress(ana, Reason.OWN_OPT_OUT, at=timezone.now() - dt.timedelta(minutes=11))
        answer = web.post(url + "/undo")
        assert "There was nothing to undo" in said(answer)
        assert active().count() == 1

    def test_it_ends_nothing_but_the_own_opt_out(self, web, url, ana):
        suppress(ana, Reason.COMPLAINT)
        web.post(url, {"scope": "type"})
        web.post(url + "/undo")
        assert active().get().reason == Reason.COMPLAINT


class TestPreferences:
    @pytest.fixture
    def tips(self, kind):
        return SubscriptionType.objects.create(
            brand=kind.brand, name="Tips", slug="tips", frequency="once a month"
        )

    def test_it_shows_what_she_gets(self, web, preferences_url, ana, kind, tips):
        agree(ana, kind)
        page = said(web.get(preferences_url))
        assert f'name="kind" value="{kind.pk}" checked' in page
        assert f'name="kind" value="{tips.pk}"><span>Tips</span>' in page
        assert "once a month" in page

    def test_it_tells_what_each_kind_is_for(self, web, preferences_url, tips):
        tips.purpose = "to sell hats"
        tips.save(update_fields=["purpose"])
        page = said(web.get(preferences_url))
        assert "once a month · What for: to sell hats" in page

    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_looking_changes_nothing(self, web, preferences_url, ana, kind, method):
        agree(ana, kind)
        getattr(web, method)(preferences_url)
        assert not active().exists()
        assert Grant.objects.count() == 1

    def test_a_choice_is_saved_and_said(self, web, preferences_url, ana, kind, tips):
        agree(ana, kind)
        answer = web.post(preferences_url, {"kind": tips.pk, "save": "1"})
        assert f"You do not get “{kind}” any more" in said(answer)
        assert "From now on you get “Tips”" in said(answer)
        assert active().get().subscription_type == kind
        assert Grant.objects.get(subscription_type=tips).grade == Grade.EVIDENCED

    def test_saving_what_is_already_so_changes_nothing(
        self, web, preferences_url, ana, kind
    ):
        agree(ana, kind)
        answer = web.post(preferences_url, {"kind": kind.pk, "save": "1"})
        assert "Nothing changed" in said(answer)
        assert Grant.objects.count() == 1

    def test_everything_can_be_stopped(self, web, preferences_url, ana, kind):
        agree(ana, kind)
        answer = web.post(preferences_url, {"kind": kind.pk, "everything": "1"})
        assert "You are unsubscribed from everything" in said(answer)
        assert active().get().scope == Scope.EVERYTHING

    def test_an_old_own_opt_out_is_not_lifted_by_a_tick(
        self, web, preferences_url, ana, kind
    ):
        long_ago = timezone.now() - dt.timedelta(days=3)
        suppress(ana, Reason.OWN_OPT_OUT, at=long_ago, subscription_type=kind)
        answer = web.post(preferences_url, {"kind": kind.pk, "save": "1"})
        assert active().count() == 1
        assert not Grant.objects.exists()
        assert "It cannot be switched on here" in said(answer)

    @pytest.mark.parametrize(
        "reason", [Reason.COMPLAINT, Reason.IMPORTED_OPT_OUT, Reason.DEAD_ADDRESS]
    )
    def test_what_only_a_new_sign_up_ends_stays(
        self, web, preferences_url, ana, kind, reason
    ):
        suppress(ana, reason)
        web.post(preferences_url, {"kind": kind.pk, "save": "1"})
        assert active().get().reason == reason

    def test_who_was_silent_too_long_may_come_back(
        self, web, preferences_url, ana, kind, tips
    ):
        other = Brand.objects.create(name="Other", slug="other")
        for one in (kind, tips):
            agree(ana, one)
        suppress(ana, Reason.SUNSET)
        answer = web.post(preferences_url, {"kind": kind.pk, "save": "1"})

        assert f"From now on you get “{kind}”" in said(answer)
        assert not active().covering(kind).exists()
        assert active().covering(tips).get().reason == Reason.OWN_OPT_OUT
        assert active().get(brand=other).reason == Reason.SUNSET

    def test_types_of_other_brands_are_not_shown(self, web, preferences_url):
        other = Brand.objects.create(name="Other", slug="other")
        SubscriptionType.objects.create(brand=other, name="Secret", slug="s")
        assert "Secret" not in said(web.get(preferences_url))

    def test_it_takes_as_many_queries_for_many_types(
        self, web, preferences_url, tips, django_assert_num_queries
    ):
        with django_assert_num_queries(14):
            web.get(preferences_url)


class TestWaiting:
    @pytest.fixture
    def kind(self, db):
        """Not the default one: tests with real transactions empty the tables."""
        return SubscriptionTypeFactory()

    @pytest.fixture
    def started(self, ana, kind):
        message = MessageFactory(subscription_type=kind)
        return DeliveryFactory(
            message=message,
            contact=None,
            address=ana,
            state=DeliveryState.STARTED,
            settled_at=None,
            delivered_at=None,
        )

    def test_it_says_what_was_on_the_way_already(self, web, url, started, monkeypatch):
        monkeypatch.setattr(underway, "PATIENCE", 0.2)
        answer = web.post(url, {"scope": "type"})
        assert "1 email was on the way already" in said(answer)

    def test_it_waits_no_longer_than_its_patience(self, started, monkeypatch):
        monkeypatch.setattr(underway, "PATIENCE", 0.2)
        begin = time.monotonic()
        assert underway.in_flight(started.address_id) == 1
        assert 0.2 <= time.monotonic() - begin < 5

    @pytest.mark.django_db(transaction=True)
    def test_it_waits_for_the_outcome(self, started, monkeypatch):
        monkeypatch.setattr(underway, "PATIENCE", 20)

        def settle():
            time.sleep(0.3)
            Delivery.objects.filter(pk=started.pk).update(
                state=DeliveryState.DELIVERED,
                delivered_at=timezone.now(),
                settled_at=timezone.now(),
            )
            connection.close()

        thread = threading.Thread(target=settle)
        thread.start()
        assert underway.in_flight(started.address_id) == 0
        thread.join()


def test_a_number_of_any_length_is_no_accident(web, preferences_url):
    body = {"save": "1", "kind": "9" * 5_000}
    assert web.post(preferences_url, body).status_code == 200


def test_a_null_among_the_preferences_is_no_accident(web, preferences_url):
    body = {"types": "\0", "everything": "\0", "language": "\0"}
    assert web.post(preferences_url, body).status_code < 500
