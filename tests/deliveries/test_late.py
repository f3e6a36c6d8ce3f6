"""Mail that a server accepted long after its reader had opted out is found."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from consent.models import Suppression
from consent.vocabulary import Action, LiftedBy, Reason
from deliveries import late
from deliveries.models import Late
from tests.factories import (
    DeliveryFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    no_because,
)

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def mail():
    """Accepted a moment ago."""
    message = MessageFactory(frozen_at=timezone.now())
    return DeliveryFactory(message=message, delivered_at=timezone.now())


def leave(mail, ago, reason=Reason.OWN_OPT_OUT, **scope):
    """She said no so long before her mail was accepted."""
    Suppression.objects.suppress([mail.address_id], reason, no_because(reason), **scope)
    Suppression.objects.update(created_at=mail.delivered_at - ago)


def test_accepted_six_minutes_after_the_no(mail):
    leave(mail, 6 * MINUTE)
    assert late.find() == 1
    found = Late.objects.get()
    assert (found.delivery_id, found.minutes) == (mail.pk, 6)


@pytest.mark.parametrize("ago", [4 * MINUTE, -MINUTE])
def test_what_was_on_its_way_for_a_moment_is_none(mail, ago):
    leave(mail, ago)
    assert late.find() == 0


def test_it_is_told_once(mail):
    leave(mail, 6 * MINUTE)
    assert (late.find(), late.find()) == (1, 0)


def test_a_no_to_another_kind_of_mail_is_none(mail):
    leave(mail, 6 * MINUTE, subscription_type=SubscriptionTypeFactory())
    assert late.find() == 0


def test_a_no_to_this_kind_of_mail_is_one(mail):
    leave(mail, 6 * MINUTE, subscription_type=mail.message.subscription_type)
    assert late.find() == 1


def test_a_bounce_is_no_opt_out(mail):
    leave(mail, 6 * MINUTE, Reason.BOUNCED)
    assert late.find() == 0


def test_a_no_that_was_taken_back_before_is_none(mail):
    leave(mail, 60 * MINUTE)
    back = replace(no_because(Reason.OWN_OPT_OUT), action=Action.RESTORED)
    Suppression.objects.all().lift(LiftedBy.OWN_UNDO, back)
    Suppression.objects.update(lifted_at=mail.delivered_at - 10 * MINUTE)
    assert late.find() == 0
