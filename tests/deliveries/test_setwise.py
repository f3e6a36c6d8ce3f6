"""Every way of asking the table of refusals gives the same answer."""

import random

import pytest
from django.db import connection
from django.db.models import TextField, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.models import Address, Grant, SubscriptionType, Suppression
from consent.vocabulary import (
    Act,
    Action,
    Actor,
    Grade,
    LegalBasis,
    LiftedBy,
    Mechanism,
    Reason,
)
from contacts.models import Contact
from deliveries import audience
from deliveries.models import Channel
from deliveries.refusals import annotate_refusal, applying, mailable, refused
from deliveries.setwise import judged
from tests.factories import (
    ContactFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    agree,
    no_because,
)

pytestmark = [pytest.mark.django_db, pytest.mark.property]

BACK = Act(action=Action.RELEASED, mechanism=Mechanism.STAFF, actor=Actor.STAFF)


class World:
    """Thirty people who said every kind of yes and no, to two brands."""

    def __init__(self, seed):
        self.dice = random.Random(seed)  # noqa: S311
        ours = SubscriptionType.objects.default()
        sister = SubscriptionTypeFactory(brand=ours.brand)
        self.types = [ours, sister, SubscriptionTypeFactory()]
        for _ in range(30):
            self.person()

    def person(self):
        contact = ContactFactory(email="") if self.rarely() else ContactFactory()
        if not contact.address_id:
            return
        for kind in self.types:
            if self.dice.random() < 0.7:
                self.say_yes(contact, kind)
        for _ in range(self.dice.choice([0, 0, 1, 1, 2, 3])):
            self.say_no(contact)
        if self.rarely():
            Address.objects.filter(pk=contact.address_id).update(key=None)

    def rarely(self):
        return self.dice.random() < 0.1

    def say_yes(self, contact, kind):
        grade, basis = self.dice.choice(list(Grade)), self.dice.choice(list(LegalBasis))
        agree(contact, kind, grade, basis=basis)

    def say_no(self, contact):
        kind, reason = self.dice.choice(self.types), self.dice.choice(list(Reason))
        scope = self.dice.choice(
            [{}, {"brand": kind.brand}, {"subscription_type": kind}]
        )
        no = no_because(reason)
        Suppression.objects.suppress([contact.address_id], reason, no, **scope)
        if self.rarely():
            Suppression.objects.filter(
                address=contact.address_id,
                reason__in=[Reason.BOUNCED, Reason.DEAD_ADDRESS],
            ).lift(LiftedBy.UNBOUNCE, BACK)


def one_by_one(kind, channel):
    rows = annotate_refusal(Contact.objects.all(), kind, channel)
    return dict(rows.values_list("pk", "refusal"))


def at_once(kind, channel):
    own = Value("", output_field=TextField())
    people = Contact.objects.annotate(own=own).values_list("address_id", "own", "pk")
    asked = judged(people, kind, channel)
    with connection.cursor() as cursor:
        cursor.execute(asked.sql, asked.params)
        return {row[2]: row[-1] for row in cursor.fetchall()}


def by_reason(kind, channel):
    keys = ["", *(row.key for row in applying(channel, passing=False))]
    return {
        pk: key
        for key in keys
        for pk in refused(Contact.objects.all(), key, kind, channel).values_list(
            "pk", flat=True
        )
    }


@given(seed=st.integers(0, 10**6))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_joins_say_what_the_look_ups_say(seed):
    world = World(seed)
    for kind in world.types:
        for channel in Channel:
            expected = one_by_one(kind, channel)
            assert len(expected) == Contact.objects.count()
            assert at_once(kind, channel) == expected
            assert by_reason(kind, channel) == expected
            allowed = mailable(Contact.objects.all(), kind, channel)
            assert {one.pk for one in allowed} == {
                pk for pk, reason in expected.items() if not reason
            }
    check_audience(world)
    Contact.objects.all().delete()


def check_audience(world):
    """Preview and fix count what each person was told."""
    message = MessageFactory(subscription_type=world.types[1])
    told = list(one_by_one(world.types[1], Channel.MARKETING).values())
    counts = {reason: told.count(reason) for reason in told}
    everybody = Contact.objects.all()
    assert audience.preview(everybody, message.subscription_type) == counts
    assert audience.fix(message, everybody) == counts


def test_the_world_is_full_of_reasons():
    """Or the test above would show little."""
    found = set()
    for seed in range(6):
        world = World(seed)
        for channel in (Channel.MARKETING, Channel.ONE_TO_ONE):
            found |= set(one_by_one(world.types[0], channel).values())
    assert found >= {*Reason.values, "", "no_address", "no_consent"}
    assert set(Grant.objects.values_list("grade", flat=True)) == set(Grade.values)
