"""Agreeing and leaving by the API: a no always wins."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import (
    OPT_OUT_REASONS,
    Actor,
    Evidence,
    Mechanism,
    Reason,
)
from contacts.models import Contact
from deliveries import refusals
from deliveries.models import DeliveryState
from optouts import fewer
from tests.api.asking import told
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    SubscriptionTypeFactory,
    agree,
    no_because,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db):
    return ContactFactory(email="ada@people.example", first_name="Ada")


@pytest.fixture
def news(db):
    return SubscriptionType.objects.default()


def yes(news, **fields):
    return {
        "subscription_type": news.pk,
        "basis": "consent",
        "explanation": "Ticked the box in the shop, order 17.",
        "agreed_on": timezone.now().date().isoformat(),
        **fields,
    }


NO = {"explanation": "Wrote to the help desk."}


def say_no(ada, reason, **scope):
    Suppression.objects.suppress([ada.address_id], reason, no_because(reason), **scope)


def mailable(ada, news):
    return refusals.mailable(Contact.objects.filter(pk=ada.pk), news).exists()


class TestSubscribing:
    def test_makes_her_mailable(self, program, ada, news):
        answer = program.post(f"/contacts/{ada.pk}/subscribe", yes(news))
        assert answer.json() == {"state": "subscribed"}
        assert mailable(ada, news)

    def test_stands_in_the_ledger_as_what_it_was(self, program, alice, ada, news):
        program.post(f"/contacts/{ada.pk}/subscribe", yes(news))
        record = Grant.objects.get().record
        assert (record.mechanism, record.actor) == (Mechanism.API, Actor.PROGRAM)
        assert (record.user, record.source) == (alice, {"via": "API token “CRM sync”"})
        assert record.explanation == "Ticked the box in the shop, order 17."

    def test_stands_in_the_audit_log(self, program, ada, news):
        program.post(f"/contacts/{ada.pk}/subscribe", yes(news))
        entry = AuditEntry.objects.get(verb__startswith="opted in")
        assert entry.detail == {"via": "API token “CRM sync”"}

    @pytest.mark.parametrize("reason", OPT_OUT_REASONS)
    def test_lifts_no_opt_out_of_any_kind(self, program, ada, news, reason):
        say_no(ada, reason)
        answer = program.post(f"/contacts/{ada.pk}/subscribe", yes(news))
        assert told(answer) == (409, "said_no")
        assert Suppression.objects.active().count() == 1
        assert not Grant.objects.exists()

    def test_lifts_no_pause_and_no_bounce(self, program, ada, news):
        say_no(ada, Reason.PAUSED)
        say_no(ada, Reason.DEAD_ADDRESS)
        program.post(f"/contacts/{ada.pk}/subscribe", yes(news))
        assert Suppression.objects.active().count() == 2
        assert not mailable(ada, news)

    def test_a_no_to_another_type_is_another_no(self, program, ada, news):
        say_no(ada, Reason.OWN_OPT_OUT, subscription_type=SubscriptionTypeFactory())
        answer = program.post(f"/contacts/{ada.pk}/subscribe", yes(news))
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("subscription_type", 10**9),
            ("subscription_type", None),
            ("basis", "none"),
            ("basis", "because"),
            ("explanation", ""),
            ("explanation", "a\0b"),
            ("explanation", None),
            ("agreed_on", "yesterday"),
            ("agreed_on", 0),
            ("subscription_type", "1"),
            ("agreed_on", "9999-12-31"),
            ("agreed_on", "0001-01-01"),
            ("agreed_on", "1969-12-31"),
        ],
    )
    def test_what_cannot_be_is_refused(self, program, ada, news, field, value):
        answer = program.post(
            f"/contacts/{ada.pk}/subscribe", yes(news, **{field: value})
        )
        assert told(answer) == (422, "invalid")
        assert answer.json()["errors"][0]["pointer"] == f"#/{field}"

    def test_twice_with_a_key_is_one_record(self, program, ada, news):
        body, key = yes(news), {"Idempotency-Key": "a"}
        for _ in range(2):
            program.post(f"/contacts/{ada.pk}/subscribe", body, **key)
        history = program.get(f"/contacts/{ada.pk}/consent-history").json()
        assert len(history["items"]) == 1

    def test_without_an_address_there_is_nothing_to_subscribe(self, program, news):
        nobody = ContactFactory(email="")
        answer = program.post(f"/contacts/{nobody.pk}/subscribe", yes(news))
        assert told(answer) == (409, "said_no")


class TestUnsubscribing:
    def test_from_everything(self, program, ada, news):
        agree(ada, news)
        answer = program.post(f"/contacts/{ada.pk}/unsubscribe", NO)
        assert answer.json() == {"changed": True, "in_flight": 0}
        assert not mailable(ada, news)

    def test_from_one_type_leaves_the_others(self, program, ada, news):
        other = SubscriptionTypeFactory()
        agree(ada, other)
        program.post(
            f"/contacts/{ada.pk}/unsubscribe", NO | {"subscription_type": news.pk}
        )
        assert mailable(ada, other)

    def test_is_the_persons_own_unless_staff_asked(self, program, ada):
        program.post(f"/contacts/{ada.pk}/unsubscribe", NO)
        program.post(f"/contacts/{ada.pk}/unsubscribe", NO | {"asked_by": "staff"})
        reasons = Suppression.objects.order_by("pk").values_list("reason", flat=True)
        assert [*reasons] == [Reason.OWN_OPT_OUT, Reason.STAFF_OPT_OUT]

    def test_twice_is_once(self, program, ada):
        program.post(f"/contacts/{ada.pk}/unsubscribe", NO)
        answer = program.post(f"/contacts/{ada.pk}/unsubscribe", NO)
        assert answer.json()["changed"] is False
        assert Suppression.objects.count() == 1

    def test_says_what_is_on_its_way(self, program, ada, monkeypatch):
        monkeypatch.setattr("deliveries.underway.PATIENCE", 0)
        DeliveryFactory(contact=ada, state=DeliveryState.STARTED, settled_at=None)
        answer = program.post(f"/contacts/{ada.pk}/unsubscribe", NO)
        assert answer.json()["in_flight"] == 1

    def test_an_archived_type_or_none_is_refused(self, program, ada):
        gone = SubscriptionTypeFactory(archived_at=timezone.now())
        for pk in (gone.pk, 10**9):
            body = NO | {"subscription_type": pk}
            answer = program.post(f"/contacts/{ada.pk}/unsubscribe", body)
            assert told(answer) == (422, "invalid")
        assert not Suppression.objects.exists()


class TestReading:
    def test_where_she_stands_with_each_type(self, program, ada, news):
        left, never = SubscriptionTypeFactory(), SubscriptionTypeFactory()
        agree(ada, news)
        say_no(ada, Reason.OWN_OPT_OUT, subscription_type=left)
        found = program.get(f"/contacts/{ada.pk}/subscriptions").json()
        states = {one["subscription_type"]: one["state"] for one in found}
        assert states == {
            news.pk: "subscribed",
            left.pk: "unsubscribed",
            never.pk: "not_specified",
        }

    def test_how_it_came_about(self, program, ada, news):
        agree(ada, news)
        say_no(ada, Reason.OWN_OPT_OUT)
        found = program.get(f"/contacts/{ada.pk}/consent-history").json()["items"]
        assert [one["action"] for one in found] == ["given", "withdrawn"]
        assert found[0]["subscription_type"] == news.pk

    def test_the_types_there_are(self, program, news):
        SubscriptionTypeFactory(archived_at=timezone.now())
        found = program.get("/subscription-types").json()
        assert [(one["id"], one["brand"]) for one in found] == [
            (news.pk, news.brand.name)
        ]

    def test_what_a_type_is_for_is_told(self, program, news):
        news.purpose = "to sell hats"
        news.save(update_fields=["purpose"])
        (found,) = program.get("/subscription-types").json()
        assert found["purpose"] == "to sell hats"

    def test_fewer_as_she_asked_is_told(self, program, ada, news):
        SubscriptionTypeFactory()
        wish = {f"often-{news.pk}": "30"}
        fewer.save(ada.address, news.brand, wish, Evidence())
        found = program.get(f"/contacts/{ada.pk}/subscriptions").json()
        told = {one["subscription_type"]: one["one_email_in_days"] for one in found}
        assert told[news.pk] == 30
        assert set(told.values()) == {30, None}

    @pytest.mark.parametrize("what", ["subscriptions", "consent-history"])
    def test_of_nobody_there_is_nothing(self, program, what):
        assert told(program.get(f"/contacts/1000000/{what}"))[0] == 404

    def test_costs_the_same_for_many(self, program, ada, django_assert_num_queries):
        for kind in SubscriptionTypeFactory.create_batch(5):
            agree(ada, kind)
        program.get("/properties")
        with django_assert_num_queries(6):
            program.get(f"/contacts/{ada.pk}/subscriptions")
        with django_assert_num_queries(3):
            program.get(f"/contacts/{ada.pk}/consent-history")


def test_a_day_before_the_no_does_not_count_either(program, ada, news):
    say_no(ada, Reason.STAFF_OPT_OUT)
    day = (timezone.now() - dt.timedelta(days=3)).date().isoformat()
    answer = program.post(f"/contacts/{ada.pk}/subscribe", yes(news, agreed_on=day))
    assert told(answer) == (409, "said_no")
