"""What staff may write about a person's permission."""

import datetime as dt

import pytest
from django.utils import timezone

from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, LegalBasis, Mechanism, Reason
from contacts import subscriptions
from contacts.models import Contact
from contacts.subscriptions import Agreement, Refused
from deliveries import refusals
from tests.factories import ContactFactory, SubscriptionTypeFactory, agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return ContactFactory(email="ada@people.example", first_name="Ada")


@pytest.fixture
def news():
    return SubscriptionType.objects.default()


def agreement(news, **fields):
    return Agreement(
        **{
            "subscription_type": news,
            "basis": LegalBasis.CONSENT,
            "explanation": "Asked for it on the phone.",
            "day": timezone.now().date(),
            **fields,
        }
    )


def mailable(contact, one):
    return refusals.mailable(Contact.objects.filter(pk=contact.pk), one).exists()


def test_opting_in_makes_her_mailable_with_a_record(alice, ada, news):
    subscriptions.opt_in(ada, alice, agreement(news))
    assert mailable(ada, news)
    record = Grant.objects.get().record
    assert (record.user, record.mechanism) == (alice, Mechanism.STAFF)


def test_opting_out_of_one_type_leaves_the_others(alice, ada, news):
    other = SubscriptionTypeFactory()
    agree(ada, news)
    agree(ada, other)
    subscriptions.opt_out(ada, alice, news)
    assert not mailable(ada, news)
    assert mailable(ada, other)


def test_undoing_a_staff_opt_out_brings_the_old_yes_back(alice, ada, news):
    agree(ada, news)
    no = subscriptions.opt_out(ada, alice)
    assert subscriptions.undo_opt_out(no, alice)
    assert mailable(ada, news)


def test_opting_out_twice_writes_once(alice, ada):
    assert subscriptions.opt_out(ada, alice)
    assert subscriptions.opt_out(ada, alice) is None


@pytest.mark.parametrize(
    "reason",
    [Reason.COMPLAINT, Reason.OWN_OPT_OUT, Reason.IMPORTED_OPT_OUT, Reason.SUNSET],
)
def test_staff_cannot_undo_a_no_that_is_not_theirs(alice, ada, news, reason):
    act = Act(
        action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT
    )
    Suppression.objects.suppress([ada.address_id], reason, act)
    with pytest.raises(Refused):
        subscriptions.opt_in(ada, alice, agreement(news))
    assert not Grant.objects.exists()


def test_what_she_agreed_to_before_the_opt_out_does_not_count(alice, ada, news):
    subscriptions.opt_out(ada, alice)
    with pytest.raises(Refused, match="does not count"):
        subscriptions.opt_in(ada, alice, agreement(news, day=dt.date(2020, 1, 1)))


def test_coming_back_to_one_type_leaves_the_no_to_the_others(alice, ada, news):
    other = SubscriptionTypeFactory()
    agree(ada, other)
    subscriptions.opt_out(ada, alice)
    subscriptions.opt_in(ada, alice, agreement(news))
    assert mailable(ada, news)
    assert not mailable(ada, other)


def test_a_basis_for_personal_mail_does_not_allow_marketing(alice, ada, news):
    subscriptions.opt_in(ada, alice, agreement(news, basis=LegalBasis.CONTRACT))
    assert not mailable(ada, news)


def test_without_an_address_nobody_is_subscribed(alice, news):
    nobody = ContactFactory(email="")
    with pytest.raises(Refused, match="no address"):
        subscriptions.opt_in(nobody, alice, agreement(news))
