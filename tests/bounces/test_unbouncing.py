"""Giving an address back: who may, how often, and what is never given back."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Account
from accounts.roles import Role
from bounces import acting, judging, unbouncing
from bounces.models import Change, Release, Way
from bounces.unbouncing import NotUnbounced, Quota, obstacles, unbounce
from consent.models import Brand, ConsentRecord, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries import refusals
from deliveries.models import Delivery, DeliveryState, DomainState
from tests.factories import (
    BrandFactory,
    ContactFactory,
    DeliveryFactory,
    UserFactory,
    agree,
)
from tests.threads import together

pytestmark = pytest.mark.django_db
NOTE = "Ticket 48213"
NOON = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)  # no month turns meanwhile


@pytest.fixture
def rosa(sender):
    return UserFactory(role=Role.ADMIN)


def bounced(reason="POLICY", no=Reason.IMPORTED_BOUNCE, **fields):
    contact = ContactFactory(hard_bounce_reason=reason, **fields)
    agree(contact, SubscriptionType.objects.default())
    act = Act(action=Action.SUPPRESSED, mechanism=Mechanism.IMPORT, actor=Actor.IMPORT)
    Suppression.objects.suppress([contact.address_id], no, act)
    return contact


def give_back(contact, user):
    return unbounce(contact, user, Change.ALLOWED, NOTE)


def may_be_mailed(contact):
    kind = SubscriptionType.objects.default()
    return refusals.mailable(Contact.objects.filter(pk=contact.pk), kind).exists()


@pytest.mark.parametrize("reason", ["POLICY", "SPAM", "CONTENT", "OTHER"])
def test_an_unbounced_contact_can_be_mailed_again(rosa, reason):
    contact = bounced(reason)
    assert not may_be_mailed(contact)
    release = give_back(contact, rosa)
    assert may_be_mailed(contact)
    contact.refresh_from_db()
    assert contact.hard_bounce_reason == ""
    assert (release.was, release.note, release.user) == (reason, NOTE, rosa)


def test_the_ledger_says_who_gave_it_back_and_why(rosa):
    contact = bounced()
    give_back(contact, rosa)
    record = ConsentRecord.objects.filter(address=contact.address_id).latest("pk")
    assert (record.action, record.user) == (Action.RELEASED, rosa)
    assert NOTE in record.explanation


@pytest.mark.parametrize("reason", ["UNKNOWN_USER", "MAILBOX_FULL"])
def test_a_locked_kind_is_refused_with_another_way(rosa, reason):
    contact = bounced(reason)
    with pytest.raises(NotUnbounced, match=r"another address|new address"):
        give_back(contact, rosa)
    assert not may_be_mailed(contact)


def test_a_dead_address_is_locked_whatever_the_contact_says(rosa):
    contact = bounced("OTHER", Reason.DEAD_ADDRESS)
    with pytest.raises(NotUnbounced, match="no such mailbox"):
        give_back(contact, rosa)


def test_it_works_once_per_address_even_for_a_new_contact(rosa):
    contact = bounced(email="ana@people.example")
    give_back(contact, rosa)
    contact.forget(rosa)
    again = bounced(email="Ana@people.example")
    with pytest.raises(NotUnbounced, match="once already"):
        give_back(again, rosa)


def test_it_needs_the_permission(sender):
    contact, user = bounced(), UserFactory()
    with pytest.raises(NotUnbounced, match="administrator"):
        give_back(contact, user)


def test_it_needs_an_address_to_send_from(rosa):
    Brand.objects.update(from_email="")
    assert "No email sending domain" in obstacles(bounced(), rosa)[0]


@pytest.mark.parametrize("state", [DomainState.NEW, DomainState.FAILING])
def test_it_needs_a_connected_domain(rosa, sender, state):
    sender.state = state
    sender.save()
    contact = bounced()
    with pytest.raises(NotUnbounced, match="connect its domain"):
        give_back(contact, rosa)
    assert not may_be_mailed(contact)


def test_the_connected_domain_of_another_brand_is_enough(rosa, sender):
    Brand.objects.update(from_email="news@unknown.example")
    BrandFactory(from_email=f"hello@{sender}")
    assert obstacles(bounced(), rosa) == []


def test_whoever_is_not_bounced_is_not_unbounced(rosa):
    with pytest.raises(NotUnbounced, match="No bounce"):
        give_back(ContactFactory(), rosa)


def test_a_complaint_is_never_lifted_with_a_bounce(rosa):
    contact = bounced()
    acting.complain(
        [contact.address_id],
        Act(
            action=Action.WITHDRAWN,
            mechanism=Mechanism.FEEDBACK_LOOP,
            actor=Actor.MAILBOX_PROVIDER,
        ),
    )
    give_back(contact, rosa)
    assert not may_be_mailed(contact)


class TestQuota:
    def use(self, user, count, at=None):
        return Release.objects.bulk_create(
            Release(
                address=ContactFactory().address,
                way=Way.PERSON,
                user=user,
                was="POLICY",
                change=Change.ALLOWED,
                note=NOTE,
                at=at or timezone.now(),
            )
            for _ in range(count)
        )

    @pytest.mark.parametrize(
        ("contacts", "limit"),
        [(0, 10), (499, 10), (600, 12), (49_999, 999), (50_000, 1000), (10**6, 1000)],
    )
    def test_is_two_per_cent_between_ten_and_a_thousand(
        self, contacts, limit, monkeypatch
    ):
        total = (contacts, True)
        monkeypatch.setattr(type(Contact.objects.all()), "total", lambda _: total)
        assert Quota.of(Account.current()).limit == limit

    def test_that_is_used_up_says_when_it_renews(self, rosa):
        self.use(rosa, 10)
        with pytest.raises(NotUnbounced, match="New ones are there on 1 "):
            give_back(bounced(), rosa)

    @time_machine.travel(NOON, tick=False)
    def test_of_last_month_does_not_count(self, rosa):
        month = Account.current().today().replace(day=1)
        begin = dt.datetime.combine(month, dt.time(), Account.current().zone)
        self.use(rosa, 10, begin - dt.timedelta(seconds=1))
        assert Quota.of(Account.current()).left == 10

    def test_is_not_used_by_other_ways(self, rosa):
        Release.objects.create(
            address=ContactFactory().address, way=Way.TIMED, was="MAILBOX_FULL"
        )
        assert Quota.of(Account.current()).used == 0


class TestRecords:
    def test_cannot_be_changed(self, rosa):
        give_back(bounced(), rosa)
        with pytest.raises(DatabaseError), transaction.atomic():
            Release.objects.update(note="Something else")

    def test_cannot_be_deleted(self, rosa):
        give_back(bounced(), rosa)
        with pytest.raises(DatabaseError), transaction.atomic():
            Release.objects.all().delete()

    def test_tell_what_became_of_the_address(self, rosa):
        contact = bounced()
        give_back(contact, rosa)
        found = Release.objects.with_outcome().get()
        assert not (found.is_delivered_since or found.is_blocked_again)
        DeliveryFactory(contact=contact, started_at=timezone.now())
        assert Release.objects.with_outcome().get().is_delivered_since
        acting.kill([contact.address_id])
        assert Release.objects.with_outcome().get().is_blocked_again


def test_a_new_hard_bounce_blocks_again_and_for_good(rosa):
    contact = bounced()
    give_back(contact, rosa)
    DeliveryFactory(
        contact=contact,
        state=DeliveryState.REFUSED,
        delivered_at=None,
        smtp_code=550,
        enhanced_code="5.1.1",
        reply="550 5.1.1 user unknown",
    )
    judging.judge_refusals()
    with pytest.raises(NotUnbounced):
        give_back(contact, rosa)
    assert not may_be_mailed(contact)


def test_failures_before_the_unbounce_do_not_count_after_it(rosa):
    contact = ContactFactory()
    now = timezone.now()
    for day in (60, 50, 40, 30, 20):
        soft(contact, now - dt.timedelta(days=day))
    judging.judge_refusals()
    contact.refresh_from_db()
    assert contact.hard_bounce_reason == "OTHER"
    give_back(contact, rosa)
    soft(contact, now + dt.timedelta(minutes=1))
    judging.judge_refusals()
    contact.refresh_from_db()
    assert contact.hard_bounce_reason == ""


def soft(contact, at):
    DeliveryFactory(
        contact=contact,
        state=DeliveryState.EXPIRED,
        started_at=at,
        delivered_at=None,
        smtp_code=451,
        enhanced_code="4.3.0",
        reply="451 4.3.0 server in trouble",
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_the_last_one_exactly_one_gets_it(rosa):
    TestQuota().use(rosa, 9)
    contacts = [bounced(), bounced()]

    def work(contact):
        try:
            give_back(contact, rosa)
        except NotUnbounced as problem:
            return str(problem)
        return "done"

    said = together(*(partial(work, one) for one in contacts))
    assert sorted(said)[1] == "done"
    assert sorted(said)[0].startswith("All 10 unbounces")
    assert Release.objects.filter(way=Way.PERSON).count() == 10
    assert Delivery.objects.count() == 0
    assert unbouncing.Quota.of(Account.current()).left == 0
