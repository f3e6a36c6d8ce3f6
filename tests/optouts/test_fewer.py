"""Fewer emails of one kind, by the wish of a person, until she wants all again."""

import datetime as dt

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from consent.models import (
    ConsentEvidence,
    ConsentRecord,
    OwnLimit,
    SubscriptionType,
    Suppression,
)
from consent.vocabulary import Act, Action, Actor, Evidence, Mechanism
from contacts.models import Contact
from deliveries import audience
from deliveries.models import Bound
from deliveries.tokens import Purpose, Token, sign
from optouts import fewer
from tests.factories import (
    BrandFactory,
    ContactFactory,
    DeliveryFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    UserFactory,
)
from tests.factories import agree as agree_with
from tests.optouts.conftest import agree, token_of
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def web():
    """Her browser, not signed in."""
    return Client(enforce_csrf_checks=True, headers={"user-agent": "Reader/1.0"})


@pytest.fixture
def page(ana, kind):
    agree(ana, kind)
    return f"/p/{token_of(ana, kind, Purpose.PREFERENCES)}"


def said(answer):
    return " ".join(answer.content.decode().split())


def ask(web, page, kind, often, **more):
    form = {"kind": kind.pk, f"often-{kind.pk}": often, "save": "1"}
    return web.post(page, form | more)


def limits(address):
    return fewer.limits_of(address)


def offered(web, page):
    shown = said(web.get(page))
    return [days for days in ("7", "30", "91") if f'<option value="{days}"' in shown]


class TestThePage:
    def test_a_wish_is_kept_said_and_shown_again(self, web, page, ana, kind):
        answer = said(ask(web, page, kind, "30"))
        assert f"“{kind}” from now on: at most once a month." in answer
        assert "Nothing changed" not in answer
        assert '<option value="30" selected>at most once a month' in answer
        assert limits(ana) == {kind.pk: 30}

    def test_it_stands_in_the_ledger_with_its_proof(self, web, page, kind):
        ask(web, page, kind, "91")
        record = ConsentRecord.objects.latest("id")
        assert (record.action, record.actor) == (Action.FEWER, Actor.CONTACT)
        assert record.subscription_type == kind
        assert record.explanation == "One email in 91 days at most."
        proof = ConsentEvidence.objects.get(record=record)
        assert proof.user_agent == "Reader/1.0"

    def test_she_wants_them_all_again(self, web, page, ana, kind):
        ask(web, page, kind, "7")
        answer = said(ask(web, page, kind, ""))
        assert f"“{kind}” comes as often as it is sent again." in answer
        assert limits(ana) == {}
        acts = ConsentRecord.objects.order_by("-id").values_list("action", flat=True)
        assert list(acts[:2]) == [Action.AS_SENT, Action.FEWER]

    @pytest.mark.parametrize("often", ["", "0", "8", "-7", "x", "9" * 5000, "\0"])
    def test_what_nobody_offers_changes_nothing(self, web, page, ana, kind, often):
        assert "Nothing changed" in said(ask(web, page, kind, often))
        assert not OwnLimit.objects.exists()

    def test_an_older_page_without_the_question_says_nothing(
        self, web, page, ana, kind
    ):
        ask(web, page, kind, "30")
        web.post(page, {"kind": kind.pk, "save": "1"})
        assert limits(ana) == {kind.pk: 30}

    def test_looking_changes_nothing(self, web, page, kind):
        web.get(page, {f"often-{kind.pk}": "30", "save": "1"})
        assert not OwnLimit.objects.exists()

    def test_kinds_of_another_brand_are_not_hers_to_choose_here(self, web, page, ana):
        other = SubscriptionTypeFactory(brand=BrandFactory())
        ask(web, page, other, "30")
        assert limits(ana) == {}

    def test_less_mail_is_no_opt_out(self, web, page, kind):
        ask(web, page, kind, "30")
        assert not Suppression.objects.exists()

    def test_only_what_is_less_than_promised_is_offered(self, web, page, kind):
        assert offered(web, page) == ["7", "30", "91"]
        promise = {"promised_mails": 1, "promised_days": 30}
        SubscriptionType.objects.filter(pk=kind.pk).update(**promise)
        assert offered(web, page) == ["91"]

    def test_it_is_asked_in_the_language_of_the_reader(self, page):
        shown = Client(headers={"accept-language": "fi"}).get(page).content.decode()
        assert "at most once" not in shown


class TestTheWord:
    @pytest.fixture
    def say(self, ana, kind):
        def say(days, at):
            act = Act(
                action=Action.FEWER,
                mechanism=Mechanism.PREFERENCE_CENTRE,
                actor=Actor.CONTACT,
                occurred_at=at,
            )
            OwnLimit.objects.say([ana.pk], kind, act, days)

        return say

    @pytest.mark.parametrize(
        ("first", "then", "later", "counts"),
        [
            (7, 91, 1, 91),
            (91, 7, 1, 7),
            (91, 7, -1, 91),
            (7, 91, 0, 91),
            (91, 7, 0, 91),
            (None, 7, 0, 7),
            (7, None, 0, 7),
            (7, None, 1, None),
        ],
    )
    def test_the_later_counts_and_of_two_at_once_the_one_for_less(
        self, say, first, then, later, counts
    ):
        now = timezone.now()
        say(first, now)
        say(then, now + dt.timedelta(minutes=later))
        assert OwnLimit.objects.get().days == counts

    def test_days_that_nobody_offers_cannot_be_kept(self, say):
        with pytest.raises(IntegrityError, match="own_limit_days_are_offered"):
            say(8, timezone.now())


class TestSending:
    @pytest.fixture
    def ada(self, kind):
        ada = ContactFactory()
        agree_with(ada, kind)
        return ada

    def wish(self, contact, kind, often="30"):
        form = {f"often-{kind.pk}": often}
        fewer.save(contact.address, kind.brand, form, Evidence())

    def got(self, contact, kind, days):
        at = timezone.now() - dt.timedelta(days=days)
        message = MessageFactory(subscription_type=kind, frozen_at=at)
        DeliveryFactory(contact=contact, message=message, started_at=at)

    def fixed(self, kind, **message):
        made = MessageFactory(subscription_type=kind, **message)
        return dict(audience.fix(made, Contact.objects.all()))

    def test_who_has_had_the_one_is_left_out_with_a_reason(self, ada, kind):
        self.got(ada, kind, days=29)
        self.wish(ada, kind)
        assert self.fixed(kind) == {"wants_fewer": 1}

    def test_and_gets_the_next_when_the_days_are_over(self, ada, kind):
        self.got(ada, kind, days=31)
        self.wish(ada, kind)
        assert self.fixed(kind) == {"": 1}

    def test_each_has_days_of_her_own(self, ada, kind):
        bea = ContactFactory()
        agree_with(bea, kind)
        for person, often in ((ada, "7"), (bea, "91")):
            self.got(person, kind, days=10)
            self.wish(person, kind, often)
        assert self.fixed(kind) == {"": 1, "wants_fewer": 1}

    def test_a_wish_that_ended_keeps_nobody_out(self, ada, kind):
        self.got(ada, kind, days=1)
        self.wish(ada, kind)
        self.wish(ada, kind, "")
        assert self.fixed(kind) == {"": 1}

    def test_it_is_about_one_kind(self, ada, kind):
        other = SubscriptionTypeFactory(brand=kind.brand)
        agree_with(ada, other)
        self.got(ada, kind, days=1)
        self.wish(ada, kind)
        assert self.fixed(other) == {"": 1}

    def test_an_exception_from_the_limit_of_the_account_is_none_from_it(
        self, ada, kind
    ):
        self.got(ada, kind, days=1)
        self.wish(ada, kind)
        assert self.fixed(kind, bound=Bound.PROMISE) == {"wants_fewer": 1}
        assert self.fixed(kind, bound=Bound.NOTHING) == {"": 1}

    def test_no_wish_keeps_a_mail_that_is_no_marketing(self, ada, kind):
        self.got(ada, kind, days=1)
        self.wish(ada, kind)
        assert self.fixed(kind, channel="service") == {"": 1}


class TestElsewhere:
    @pytest.fixture
    def moved(self, kind):
        """She, and the page that came with a mail to her address of before."""
        ada = ContactFactory(email="ada@old.example")
        agree(ada.address, kind)
        mail = DeliveryFactory(contact=ada, address=ada.address)
        token = Token(mail.message_id, mail.pk, mail.address_id, kind.pk)
        return ada, f"/p/{sign(token, Purpose.PREFERENCES)}"

    def test_it_comes_along_to_a_new_address(self, web, moved, kind):
        ada, page = moved
        ask(web, page, kind, "30")
        ada.move_to("ada@new.example", UserFactory())
        assert limits(ada.address) == {kind.pk: 30}

    def test_asked_with_an_older_mail_it_holds_where_she_is_now(self, web, moved, kind):
        ada, page = moved
        ada.move_to("ada@new.example", UserFactory())
        ask(web, page, kind, "30")
        assert limits(ada.address) == {kind.pk: 30}

    def test_more_is_had_again_only_where_it_is_asked_for(self, web, moved, kind):
        """The box of before may be another's by now."""
        ada, page = moved
        ask(web, page, kind, "30")
        ada.move_to("ada@new.example", UserFactory())
        ask(web, page, kind, "")
        assert limits(ada.address) == {kind.pk: 30}

    def test_asking_for_fewer_is_a_sign_of_life(self):
        world = World()
        person = world.asked(delivered_ago=dt.timedelta(days=15))
        form = {f"often-{world.kind.pk}": "91"}
        fewer.save(person.address, world.kind.brand, form, Evidence())
        assert world.outcome(person) == "signal"
