"""No over yes: who may lift what, searched for counter-examples."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from consent.models import (
    Address,
    Brand,
    ConsentRecord,
    Grant,
    SubscriptionType,
    Suppression,
    WrongActor,
)
from consent.vocabulary import (
    MAY_LIFT,
    PRECEDENCE,
    Act,
    Action,
    Actor,
    Grade,
    LegalBasis,
    LiftedBy,
    Mechanism,
    Reason,
)
from tests.factories import make_address

NOW = timezone.now()
PERSONAL = (Reason.OWN_OPT_OUT, Reason.COMPLAINT)


def act(actor: Actor, at: dt.datetime = NOW) -> Act:
    return Act(
        action=Action.RESTORED, mechanism=Mechanism.STAFF, actor=actor, occurred_at=at
    )


def said_no(reason: Reason, at: dt.datetime = NOW) -> Address:
    address = make_address(f"{reason.value}@people.example")
    Suppression.objects.suppress([address.pk], reason, act(Actor.CONTACT, at))
    return address


def is_blocked(address: Address) -> bool:
    return Suppression.objects.active().filter(address=address).exists()


@pytest.mark.django_db
class TestTheTable:
    def test_nobody_but_the_person_lifts_what_the_person_said(self):
        for reason in PERSONAL:
            for way in MAY_LIFT[reason]:
                assert PRECEDENCE[way].actors == {Actor.CONTACT}

    def test_a_dead_address_stays_blocked_unless_it_is_judged_anew(self):
        assert MAY_LIFT[Reason.DEAD_ADDRESS] == {LiftedBy.RESCUE}

    def test_a_global_block_ends_with_its_list_only(self):
        assert MAY_LIFT[Reason.GLOBAL_BLOCK] == {LiftedBy.GLOBAL_LIST}

    def test_every_way_has_its_row(self):
        assert set(PRECEDENCE) == set(LiftedBy)

    def test_of_two_equally_old_the_no_wins(self):
        address = said_no(Reason.OWN_OPT_OUT)
        Suppression.objects.lift(LiftedBy.DOUBLE_OPT_IN, act(Actor.CONTACT, NOW))
        assert is_blocked(address)

    def test_a_newer_double_opt_in_wins(self):
        address = said_no(Reason.COMPLAINT)
        later = act(Actor.CONTACT, NOW + dt.timedelta(seconds=1))
        Suppression.objects.lift(LiftedBy.DOUBLE_OPT_IN, later)
        assert not is_blocked(address)

    @pytest.mark.parametrize(("minutes", "blocked"), [(9, False), (11, True)])
    def test_the_own_undo_works_for_ten_minutes(self, minutes, blocked):
        address = said_no(Reason.OWN_OPT_OUT)
        later = act(Actor.CONTACT, NOW + dt.timedelta(minutes=minutes))
        Suppression.objects.lift(LiftedBy.OWN_UNDO, later)
        assert is_blocked(address) is blocked

    def test_a_yes_lifts_no_no(self):
        address = said_no(Reason.OWN_OPT_OUT)
        kind = SubscriptionType.objects.default()
        later = act(Actor.CONTACT, NOW + dt.timedelta(days=1))
        Grant.objects.give([address.pk], kind, later, Grade.DOUBLE_OPT_IN)
        assert Suppression.objects.active().covering(kind).exists()

    @pytest.mark.parametrize("reason", PERSONAL)
    @pytest.mark.parametrize("way", ["staff", "undo", "unbounce", "late_confirmation"])
    def test_the_database_itself_refuses_the_wrong_way(self, reason, way):
        said_no(reason)
        record = ConsentRecord.objects.get()
        with pytest.raises(IntegrityError, match="as_its_reason_allows"):
            Suppression.objects.update(
                lifted_at=NOW, lifted_by=way, lifted_record=record
            )

    def test_a_no_is_never_deleted(self):
        said_no(Reason.STAFF_OPT_OUT)
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM consent_suppression")

    def test_an_erased_address_that_comes_back_is_still_blocked(self):
        address = said_no(Reason.OWN_OPT_OUT)
        Address.objects.filter(pk=address.pk).update(key=None)

        again = make_address(f"{Reason.OWN_OPT_OUT.value}@people.example")

        assert again.pk == address.pk
        assert is_blocked(again)

    def test_scopes_cover_what_they_name(self):
        default = SubscriptionType.objects.default()
        other = Brand.objects.create(name="Other", slug="other")
        theirs = SubscriptionType.objects.create(brand=other, name="News", slug="n")
        sibling = SubscriptionType.objects.create(
            brand=default.brand, name="Tips", slug="tips"
        )
        no = act(Actor.CONTACT)
        by_type, by_brand = make_address("t@x.example"), make_address("b@x.example")
        suppress = Suppression.objects.suppress
        suppress([by_type.pk], Reason.OWN_OPT_OUT, no, subscription_type=default)
        suppress([by_brand.pk], Reason.OWN_OPT_OUT, no, brand=default.brand)

        def blocked_for(kind):
            rows = Suppression.objects.active().covering(kind)
            return set(rows.values_list("address_id", flat=True))

        assert blocked_for(default) == {by_type.pk, by_brand.pk}
        assert blocked_for(sibling) == {by_brand.pk}
        assert blocked_for(theirs) == set()

    def test_two_records_of_one_address_in_one_statement_are_refused(self):
        address = make_address("ana@people.example")
        two = [
            ConsentRecord(
                address=address,
                action=Action.GIVEN,
                mechanism=Mechanism.FORM,
                actor=Actor.CONTACT,
                basis=LegalBasis.CONSENT,
                occurred_at=NOW,
            )
            for _ in range(2)
        ]
        with pytest.raises(IntegrityError, match="two records of one address"):
            ConsentRecord.objects.bulk_create(two)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(LiftedBy),
        st.sampled_from([actor for actor in Actor if actor is not Actor.CONTACT]),
        st.integers(-5, 5),
    ),
    max_size=8,
)


@pytest.mark.property
class TestNobodyElseLiftsWhatAPersonSaid(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(reason=st.sampled_from(PERSONAL), acts=ACTS)
    def test_whatever_staff_imports_and_the_system_try(self, reason, acts):
        address = said_no(reason)
        for way, actor, days in acts:
            try:
                Suppression.objects.lift(way, act(actor, NOW + dt.timedelta(days=days)))
            except WrongActor:
                assert actor not in PRECEDENCE[way].actors
        assert is_blocked(address)


def test_a_program_ends_no_no_of_any_kind():
    ways = {way for way, rule in PRECEDENCE.items() if Actor.PROGRAM in rule.actors}
    assert ways == set()
