"""Whatever programs do after somebody left, she is not mailed."""

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.roles import Role
from contacts.models import Contact
from deliveries import refusals
from tests.api.asking import Program, told
from tests.factories import SubscriptionTypeFactory, UserFactory
from tests.threads import halfway, together

SAID = {"explanation": "Said so."}
LEFT = ["leaves", "left_by_staff", "is_listed"]
STEPS = st.lists(
    st.sampled_from(
        [*LEFT, "agrees", "moves", "loses_it", "is_forgotten", "is_entered"]
    ),
    max_size=5,
)


class Ada:
    """One person, as programs see her."""

    def __init__(self):
        self.program = Program(UserFactory(role=Role.ADMIN))
        self.news = SubscriptionTypeFactory()
        self.moved = 0
        self.is_entered()

    @property
    def email(self):
        return f"ada{self.moved}@people.example"

    @property
    def pk(self):
        return Contact.objects.get(email=self.email).pk

    def agrees(self):
        body = SAID | {
            "subscription_type": self.news.pk,
            "basis": "consent",
            "agreed_on": timezone.now().date().isoformat(),
        }
        self.program.post(f"/contacts/{self.pk}/subscribe", body)

    def leaves(self):
        self.program.post(f"/contacts/{self.pk}/unsubscribe", SAID)

    def left_by_staff(self):
        body = SAID | {"asked_by": "staff", "subscription_type": self.news.pk}
        self.program.post(f"/contacts/{self.pk}/unsubscribe", body)

    def is_listed(self):
        self.program.post("/suppressions", SAID | {"emails": [self.email]})

    def moves(self):
        there = f"/contacts/{self.pk}"
        self.moved += 1
        assert self.program.patch(there, {"email": self.email}).status_code == 200

    def loses_it(self):
        """Her address, and has another one later."""
        there = f"/contacts/{self.pk}"
        if self.program.patch(there, {"email": None}).status_code == 200:
            self.moved += 1
            assert self.program.patch(there, {"email": self.email}).status_code == 200

    def is_forgotten(self):
        Contact.objects.get(email=self.email).forget(self.program.owner)
        self.is_entered()

    def is_entered(self):
        self.program.post("/contacts", {"email": self.email, "first_name": "Ada"})

    def is_mailed(self):
        return refusals.mailable(Contact.objects.all(), self.news).exists()


@pytest.mark.property
class TestAnySteps(TestCase):
    @settings(max_examples=25)
    @given(before=STEPS, leaving=st.sampled_from(LEFT), after=STEPS)
    def test_after_she_left(self, before, leaving, after):
        ada = Ada()
        for step in (*before, leaving, *after):
            getattr(ada, step)()
        assert not ada.is_mailed()


@pytest.mark.django_db
def test_an_address_with_her_no_is_not_taken_away_alone():
    ada = Ada()
    ada.leaves()
    there = f"/contacts/{ada.pk}"
    assert told(ada.program.patch(there, {"email": None})) == (409, "has_said_no")
    ada.moves()
    ada.agrees()
    assert not ada.is_mailed()


@pytest.mark.django_db
def test_she_is_mailed_while_she_did_not_leave():
    ada = Ada()
    ada.agrees()
    assert ada.is_mailed()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_agreeing_and_leaving_at_the_same_moment(attempt):
    ada = Ada()
    together(ada.agrees, ada.leaves)
    assert not ada.is_mailed()


@pytest.mark.django_db(transaction=True)
def test_leaving_while_her_address_is_changed():
    ada = Ada()
    there = f"/contacts/{ada.pk}/unsubscribe"
    answer = halfway(ada.moves, lambda: ada.program.post(there, SAID))
    assert answer.json()["changed"]
    ada.agrees()
    assert not ada.is_mailed()


@pytest.mark.django_db(transaction=True)
def test_leaving_while_she_is_forgotten():
    ada = Ada()
    there = f"/contacts/{ada.pk}/unsubscribe"
    contact = Contact.objects.get(pk=ada.pk)
    halfway(
        lambda: contact.forget(ada.program.owner),
        lambda: ada.program.post(there, SAID),
    )
    ada.is_entered()
    ada.agrees()
    assert not ada.is_mailed()
