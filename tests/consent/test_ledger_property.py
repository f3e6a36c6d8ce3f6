"""Whatever was written holds, and whatever is done to it behind our back is found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from consent.models import Address, ConsentRecord, Seal
from consent.vocabulary import Act, Action, Actor, Mechanism
from tests.consent.test_verify import behind_our_back
from tests.factories import make_address

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
ACTIONS = st.sampled_from([Action.GIVEN, Action.REFUSED, Action.WITHDRAWN])
WRITTEN = st.lists(st.tuples(st.booleans(), ACTIONS, WORDS), min_size=1, max_size=8)
MEND = """
UPDATE consent_address a SET ledger_head = coalesce((
    SELECT hash FROM consent_consentrecord WHERE address_id = a.id
    ORDER BY id DESC LIMIT 1), ''::bytea)
"""


def write(acts):
    """The records of two people, in the order in which they were written."""
    people = [make_address("ana@people.example"), make_address("bo@people.example")]
    for second, action, words in acts:
        pk = people[second].pk
        act = Act(
            action=action,
            mechanism=Mechanism.STAFF,
            actor=Actor.STAFF,
            explanation=words,
        )
        Address.objects.lock([pk])
        ConsentRecord.objects.append([pk], act)
    return list(ConsentRecord.objects.order_by("pk"))


def breaks():
    return ConsentRecord.objects.breaks(0, Address.objects.latest("pk").pk)


@pytest.mark.property
class TestTheLedger(TestCase):
    @settings(max_examples=30, deadline=None)
    @given(acts=WRITTEN)
    def test_holds_whatever_was_written(self, acts):
        write(acts)
        assert breaks() == []

    @settings(max_examples=30, deadline=None)
    @given(acts=WRITTEN, data=st.data())
    def test_tells_of_any_record_that_was_changed(self, acts, data):
        one = data.draw(st.sampled_from(write(acts)))
        behind_our_back(
            "UPDATE consent_consentrecord SET explanation = explanation || '.'"
            " WHERE id = %s",
            one.pk,
        )
        assert len(breaks()) == 1

    @settings(max_examples=30, deadline=None)
    @given(acts=WRITTEN, data=st.data())
    def test_tells_of_any_record_that_is_gone(self, acts, data):
        one = data.draw(st.sampled_from(write(acts)))
        behind_our_back("DELETE FROM consent_consentrecord WHERE id = %s", one.pk)
        assert breaks() != []

    @settings(max_examples=30, deadline=None)
    @given(acts=WRITTEN, data=st.data())
    def test_that_was_sealed_tells_of_any_end_that_was_cut_off(self, acts, data):
        """Though its chains are mended and hold by themselves."""
        first_gone = data.draw(st.sampled_from(write(acts)))
        Seal.objects.seal()
        behind_our_back(
            "DELETE FROM consent_consentrecord WHERE id >= %s", first_gone.pk
        )
        behind_our_back(MEND)
        assert breaks() == []
        assert len(list(Seal.objects.broken())) == 1
