"""What people say to being tracked, apart from the mail they want."""

import datetime as dt

import pytest
from django.utils import timezone

from consent.models import ConsentRecord, Tracking, TrackingChoice
from consent.vocabulary import Act, Action, Actor, Mechanism
from tests.factories import BrandFactory, make_address

pytestmark = pytest.mark.django_db


def act(**known):
    usual = {
        "action": Action.TRACKING_AGREED,
        "mechanism": Mechanism.PREFERENCE_CENTRE,
        "actor": Actor.CONTACT,
    }
    return Act(**usual | known)


@pytest.fixture
def brand():
    return BrandFactory()


@pytest.fixture
def ada():
    return make_address("ada@people.example")


def say(address, brand, *, agreed, **known):
    TrackingChoice.objects.say([address.pk], brand, act(**known), agreed=agreed)


def test_a_word_stands_in_the_ledger(ada, brand):
    say(ada, brand, agreed=False)
    record = ConsentRecord.objects.get(address=ada)
    assert (record.action, record.brand) == (Action.TRACKING_REFUSED, brand)
    assert TrackingChoice.objects.get().record == record


@pytest.mark.parametrize(
    ("first", "later", "agreed"),
    [
        (True, dt.timedelta(minutes=1), False),
        (False, dt.timedelta(minutes=1), True),
        (False, dt.timedelta(minutes=-1), False),
        (True, dt.timedelta(), False),
        (False, dt.timedelta(), False),
    ],
)
def test_the_later_word_counts_and_of_two_at_once_the_no(
    ada, brand, first, later, agreed
):
    now = timezone.now()
    say(ada, brand, agreed=first, occurred_at=now)
    say(ada, brand, agreed=not first, occurred_at=now + later)
    assert TrackingChoice.objects.get().agreed is agreed


@pytest.mark.parametrize(
    ("mode", "needs_consent", "said", "allowed"),
    [
        (Tracking.FULL, False, None, True),
        (Tracking.FULL, False, False, False),
        (Tracking.FULL, True, None, False),
        (Tracking.FULL, True, True, True),
        (Tracking.HYGIENE, True, None, False),
        (Tracking.OFF, False, True, False),
    ],
)
def test_who_may_be_tracked(ada, mode, needs_consent, said, allowed):
    brand = BrandFactory(tracking=mode, tracking_needs_consent=needs_consent)
    if said is not None:
        say(ada, brand, agreed=said)
    assert TrackingChoice.objects.allows(brand, ada) is allowed


def test_a_word_to_one_brand_says_nothing_to_another(ada, brand):
    say(ada, brand, agreed=False)
    assert TrackingChoice.objects.allows(BrandFactory(), ada)


def test_of_two_modes_the_stricter_holds():
    assert Tracking.strictest("full", "hygiene") == Tracking.HYGIENE
    assert Tracking.strictest("off", "hygiene") == Tracking.OFF
