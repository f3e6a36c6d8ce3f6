import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries import audience
from deliveries.models import Delivery, DeliveryState
from tests.factories import ContactFactory, MessageFactory, agree

pytestmark = pytest.mark.django_db

NO = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)


@pytest.fixture
def message():
    return MessageFactory()


def reader(message, **fields):
    contact = ContactFactory(**fields)
    agree(contact, message.subscription_type)
    return contact


@pytest.fixture
def everybody(message):
    """Four people: one who gets it, and three who do not."""
    reader(message, email="ada@gmail.com")
    left = reader(message)
    Suppression.objects.suppress([left.address_id], Reason.OWN_OPT_OUT, NO)
    ContactFactory()
    ContactFactory(email="")
    return Contact.objects.all()


EXPECTED = {"": 1, "own_opt_out": 1, "no_consent": 1, "no_address": 1}


def test_everybody_gets_a_row_and_the_counts_add_up(message, everybody):
    assert audience.preview(everybody, message.subscription_type) == EXPECTED
    counts = audience.fix(message, everybody)
    assert counts == EXPECTED
    assert counts.total() == everybody.count() == Delivery.objects.count()
    row = Delivery.objects.get(state=DeliveryState.QUEUED)
    assert (row.provider, row.open_tracked, row.click_tracked) == ("gmail", True, True)
    assert Delivery.objects.get(reason="no_address").address_id is None


def test_fixing_twice_adds_nobody_and_changes_nothing(message, everybody):
    audience.fix(message, everybody)
    before = list(Delivery.objects.order_by("pk").values_list())
    assert audience.fix(message, everybody) == EXPECTED
    assert list(Delivery.objects.order_by("pk").values_list()) == before


def test_a_fixed_message_is_compiled_and_never_changes(message, everybody):
    audience.fix(message, everybody)
    assert message.frozen_at
    assert "Yes, keep me" in message.html
    message.subject = "Something else"
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        message.save()


def test_somebody_in_two_segments_gets_one_mail(message):
    contact = reader(message)
    one = Contact.objects.filter(pk=contact.pk)
    twice = one.filter(address__grant__isnull=False) | one
    assert audience.fix(message, twice) == {"": 1}


def test_the_law_is_told_before_the_reasons_of_a_caller(message, everybody):
    mail = message.subscription_type
    expected = {"asked": 1, **EXPECTED}
    del expected[""]
    for who in (Q(pk__gt=0), Q(email="ada@gmail.com")):
        extra = [("asked", who, "Was asked before.")]
        assert audience.preview(everybody, mail, extra=extra) == expected
    assert audience.fix(message, everybody, extra=extra) == expected


def test_a_caller_can_give_reasons_of_its_own(message):
    reader(message, first_name="Old")
    reader(message)
    counts = audience.preview(
        Contact.objects.all(),
        message.subscription_type,
        extra=[("asked", Q(first_name="Old"), "Was asked before.")],
    )
    assert counts == {"": 1, "asked": 1}


def test_a_later_date_is_kept(message):
    reader(message)
    later = timezone.now() + dt.timedelta(days=2)
    audience.fix(message, Contact.objects.all(), due_at=later)
    assert Delivery.objects.get().due_at == later


def test_nobody_at_all_is_no_error(message):
    assert audience.fix(message, Contact.objects.none()) == {}


def test_the_work_is_a_fixed_number_of_statements(
    message, django_assert_max_num_queries
):
    for _ in range(30):
        reader(message)
    # four of them once for each version of the rules, to write it down
    with django_assert_max_num_queries(25):
        audience.fix(message, Contact.objects.all())
