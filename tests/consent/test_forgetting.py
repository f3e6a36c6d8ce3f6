"""What proved an agreement goes long after it ended, and not before."""

import datetime as dt

import pytest
import time_machine

from consent.forgetting import forget
from consent.models import (
    ConsentEvidence,
    ConsentRecord,
    Grant,
    SubscriptionType,
    Suppression,
)
from consent.vocabulary import (
    Act,
    Action,
    Actor,
    Evidence,
    Grade,
    LegalBasis,
    Mechanism,
    Reason,
)
from tests.factories import SubscriptionTypeFactory, make_address

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
LONG_AGO, LATELY = NOW - dt.timedelta(days=2_000), NOW - dt.timedelta(days=300)
PROOF = Evidence(raw_address="Ana@people.example", ip="203.0.113.7")


@pytest.fixture
def ana():
    return make_address("ana@people.example")


@pytest.fixture
def kind():
    return SubscriptionType.objects.default()


def agree(address, kind, at=LONG_AGO):
    act = Act(
        action=Action.GIVEN,
        mechanism=Mechanism.FORM,
        actor=Actor.CONTACT,
        basis=LegalBasis.CONSENT,
        evidence=PROOF,
    )
    with time_machine.travel(at, tick=False):
        Grant.objects.give([address.pk], kind, act, Grade.EVIDENCED)


def leave(address, at=LONG_AGO, **scope):
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.UNSUBSCRIBE_PAGE,
        actor=Actor.CONTACT,
        evidence=PROOF,
    )
    with time_machine.travel(at, tick=False):
        Suppression.objects.suppress([address.pk], Reason.OWN_OPT_OUT, act, **scope)


def forgotten():
    with time_machine.travel(NOW, tick=False):
        return forget()


def test_evidence_goes_long_after_she_left(ana, kind):
    agree(ana, kind)
    leave(ana)
    assert forgotten() == 2
    assert not ConsentEvidence.objects.exists()


def test_the_records_stay_and_their_chain_is_whole(ana, kind):
    agree(ana, kind)
    leave(ana)
    forgotten()
    assert ConsentRecord.objects.filter(address=ana).count() == 2
    assert ConsentRecord.objects.breaks(0, 10**9) == []


def test_an_agreement_that_stands_is_proved_for_ever(ana, kind):
    agree(ana, kind)
    assert forgotten() == 0


def test_who_left_lately_is_remembered_from_the_beginning(ana, kind):
    agree(ana, kind)
    leave(ana, LATELY)
    assert forgotten() == 0


def test_one_agreement_that_stands_keeps_what_proves_it(ana, kind):
    agree(ana, kind)
    agree(ana, SubscriptionTypeFactory())
    leave(ana, subscription_type=kind)
    assert forgotten() == 0


def test_who_left_each_of_them_is_forgotten(ana, kind):
    other = SubscriptionTypeFactory()
    agree(ana, kind)
    leave(ana, subscription_type=kind)
    agree(ana, other)
    leave(ana, brand=other.brand)
    assert forgotten() == 4


def test_others_are_left_alone(ana, kind):
    agree(make_address("bo@people.example"), kind)
    leave(ana)
    forgotten()
    assert ConsentEvidence.objects.get().record.address.key == "bo@people.example"


def test_twice_is_once(ana):
    leave(ana)
    assert (forgotten(), forgotten()) == (1, 0)
