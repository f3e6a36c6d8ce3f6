"""How often somebody is mailed at most, asked for many at once and for each mail."""

import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Account
from consent.vocabulary import Evidence
from contacts.models import Contact
from deliveries import audience, sending
from deliveries.frequency import limits_of
from deliveries.models import Bound, Channel, Delivery
from optouts import fewer
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    agree,
)

pytestmark = pytest.mark.django_db
WEEK = {"cap_mails": 2, "cap_days": 7}
PROMISE = {"promised_mails": 1, "promised_days": 30}


@pytest.fixture
def account():
    Account.current()
    Account.objects.update(**WEEK)


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


@pytest.fixture
def ada(kind):
    ada = ContactFactory()
    agree(ada, kind)
    return ada


def got(contact, kind, days=1, **fields):
    """She got a mail of this kind so many days ago."""
    at = timezone.now() - dt.timedelta(days=days)
    message = MessageFactory(
        subscription_type=kind, frozen_at=at, channel=fields.pop("channel", "marketing")
    )
    DeliveryFactory(contact=contact, message=message, **{"started_at": at} | fields)


def fixed(kind, bound=Bound.EVERYTHING):
    """The reasons of a new mailing to everybody."""
    message = MessageFactory(subscription_type=kind, bound=bound)
    return dict(audience.fix(message, Contact.objects.all()))


def test_who_got_as_many_as_the_account_allows_is_left_out(account, kind, ada):
    got(ada, kind, days=1)
    got(ada, SubscriptionTypeFactory(), days=6)
    assert fixed(kind) == {"got_enough": 1}


def test_one_less_is_not_enough(account, kind, ada):
    got(ada, kind)
    assert fixed(kind) == {"": 1}


@pytest.mark.parametrize(
    "other",
    [
        {"days": 8},
        {"channel": "one_to_one"},
        {"state": "not_sent", "reason": "opted_out"},
        {"state": "queued"},
    ],
)
def test_what_is_older_was_not_sent_or_is_no_marketing_does_not_count(
    account, kind, ada, other
):
    got(ada, kind)
    if "state" in other:
        other = other | dict.fromkeys(("started_at", "delivered_at", "settled_at"))
    got(ada, kind, **other)
    assert fixed(kind) == {"": 1}


def test_a_promise_counts_the_mails_of_its_type_alone(kind, ada):
    kind.promised_mails, kind.promised_days = 1, 30
    kind.save()
    got(ada, SubscriptionTypeFactory())
    assert fixed(kind) == {"": 1}
    Delivery.objects.update(started_at=timezone.now())
    assert fixed(kind) == {"more_than_promised": 1}


def test_an_exception_from_the_limit_is_none_from_the_promise(account, ada):
    kind = SubscriptionTypeFactory(**PROMISE)
    agree(ada, kind)
    other = SubscriptionTypeFactory()
    got(ada, other)
    got(ada, other)
    assert fixed(kind, Bound.PROMISE) == {"": 1}
    Delivery.objects.update(started_at=timezone.now())
    assert fixed(kind, Bound.PROMISE) == {"more_than_promised": 1}


def test_nothing_holds_for_who_is_asked_whether_to_stay(account, ada):
    kind = SubscriptionTypeFactory(**PROMISE)
    agree(ada, kind)
    got(ada, kind)
    got(ada, kind)
    assert fixed(kind, Bound.NOTHING) == {"": 1}


def test_of_two_mailings_fixed_at_once_the_second_is_asked_again(
    sink, message, queue_for
):
    Account.current()
    Account.objects.update(cap_mails=1, cap_days=1)
    queue_for(1)
    contact = Contact.objects.get()
    second = MessageFactory(subscription_type=message.subscription_type)
    assert dict(audience.fix(second, Contact.objects.all())) == {"": 1}
    sending.send_due()
    mails = Delivery.objects.filter(contact=contact).order_by("message_id")
    assert list(mails.values_list("state", "reason")) == [
        ("delivered", ""),
        ("not_sent", "got_enough"),
    ]


def test_who_wants_fewer_by_then_is_asked_again_as_the_mail_starts(
    sink, message, queue_for
):
    queue_for(1)
    contact, kind = Contact.objects.get(), message.subscription_type
    second = MessageFactory(subscription_type=kind)
    assert dict(audience.fix(second, Contact.objects.all())) == {"": 1}
    wish = {f"often-{kind.pk}": "30"}
    fewer.save(contact.address, kind.brand, wish, Evidence())
    sending.send_due()
    mails = Delivery.objects.filter(contact=contact).order_by("message_id")
    assert list(mails.values_list("state", "reason")) == [
        ("delivered", ""),
        ("not_sent", "wants_fewer"),
    ]


def test_no_limit_keeps_a_mail_that_is_no_marketing(account, kind, ada):
    got(ada, kind)
    got(ada, kind)
    message = MessageFactory(subscription_type=kind, channel=Channel.SERVICE)
    assert dict(audience.fix(message, Contact.objects.all())) == {"": 1}


def test_the_question_before_is_the_same_as_the_answer(account, kind, ada):
    for number in range(4):
        person = ContactFactory()
        agree(person, kind)
        for _ in range(number):
            got(person, kind)
    before = audience.preview(
        Contact.objects.all(), kind, limits=limits_of(kind, Bound.EVERYTHING)
    )
    assert dict(before) == fixed(kind) == {"": 3, "got_enough": 2}


@pytest.mark.parametrize(
    "half", [{"cap_mails": 2}, {"cap_days": 7}, {"cap_mails": 0, "cap_days": 7}]
)
def test_half_a_limit_cannot_be_set(half):
    Account.current()
    with pytest.raises(IntegrityError, match="account_cap_has_mails_and_days"):
        Account.objects.update(**half)


@pytest.mark.parametrize(
    "half", [{"promised_mails": 2}, {"promised_mails": 2, "promised_days": 8}]
)
def test_half_a_promise_cannot_be_made(half):
    with pytest.raises(IntegrityError, match="promise_is_whole"):
        SubscriptionTypeFactory(**half)
