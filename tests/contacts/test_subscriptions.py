"""What staff may write about a person's permission."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Account
from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, LegalBasis, Mechanism, Reason
from contacts import subscriptions
from contacts.forms import OptInForm
from contacts.models import Contact
from contacts.subscriptions import Agreement, Refused
from deliveries import refusals
from tests.factories import (
    BrandFactory,
    ContactFactory,
    SubscriptionTypeFactory,
    agree,
)

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


def test_coming_back_to_one_brand_says_no_to_no_other_brand(alice, ada, news):
    elsewhere = SubscriptionTypeFactory(brand=BrandFactory())
    agree(ada, elsewhere)
    act = Act(action=Action.WITHDRAWN, mechanism=Mechanism.STAFF, actor=Actor.STAFF)
    Suppression.objects.suppress(
        [ada.address_id], Reason.STAFF_OPT_OUT, act, brand=news.brand
    )
    subscriptions.opt_in(ada, alice, agreement(news))
    assert mailable(ada, elsewhere)


def test_which_day_it_was_is_asked_where_the_account_lives(alice, ada, news):
    Account.objects.update(time_zone="Pacific/Kiritimati")
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.STAFF,
        actor=Actor.STAFF,
        occurred_at=dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC),
    )
    Suppression.objects.suppress([ada.address_id], Reason.STAFF_OPT_OUT, act)
    with pytest.raises(Refused, match="opted out on 2 March"):
        subscriptions.opt_in(ada, alice, agreement(news, day=dt.date(2026, 3, 1)))


@time_machine.travel(dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC), tick=False)
def test_today_can_be_the_day_she_agreed_wherever_the_account_lives(db):
    Account.current()
    Account.objects.update(time_zone="Pacific/Kiritimati")
    assert "day" not in OptInForm({"day": "2026-03-02"}).errors
    assert "still to come" in str(OptInForm({"day": "2026-03-03"}).errors["day"])


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31"])
def test_a_day_on_which_nobody_agreed_to_anything_is_refused(db, day):
    assert "before 1970" in str(OptInForm({"day": day}).errors["day"])


def test_a_basis_for_personal_mail_does_not_allow_marketing(alice, ada, news):
    subscriptions.opt_in(ada, alice, agreement(news, basis=LegalBasis.CONTRACT))
    assert not mailable(ada, news)


def test_without_an_address_nobody_is_subscribed(alice, news):
    nobody = ContactFactory(email="")
    with pytest.raises(Refused, match="no address"):
        subscriptions.opt_in(nobody, alice, agreement(news))
