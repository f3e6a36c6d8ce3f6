"""Moves on the list of blocks."""

import pytest

from campaigns import blocks
from campaigns.starters import STARTERS, find
from deliveries.problems import BLOCK, problems
from tests.factories import MarketingEmailFactory

A, B, C = ({"id": word, "kind": "divider"} for word in "abc")


def ids(found):
    return "".join(block["id"][:1] for block in found)


@pytest.mark.parametrize(
    ("move", "order"),
    [(("b", -1), "bac"), (("b", 1), "acb"), (("a", -1), "abc"), (("x", 1), "abc")],
)
def test_a_block_moves_one_place(move, order):
    assert ids(blocks.move([A, B, C], *move)) == order


def test_a_block_is_added_below_the_chosen_one():
    assert ids(blocks.add([A, B], C, "a")) == "acb"
    assert ids(blocks.add([A, B], C, "gone")) == "abc"


def test_a_copy_has_an_id_of_its_own_and_stands_below():
    found = blocks.duplicate([A, B], "a")
    assert len(found) == 3
    assert found[1]["kind"] == "divider"
    assert len({block["id"] for block in found}) == 3


def test_an_email_has_an_end():
    full = [{"id": str(n), "kind": "divider"} for n in range(blocks.MOST_BLOCKS)]
    assert blocks.add(full, A) == full


WRITTEN = [one for one in STARTERS if one.key != "html"]


@pytest.mark.parametrize("starter", WRITTEN, ids=lambda one: one.key)
def test_every_starter_can_be_sent_as_it_is(db, starter):
    email = MarketingEmailFactory.build(
        kind=starter.kind, subject=starter.subject or "Hello", blocks=starter.build()
    )
    email.subscription_type.brand.postal_address = "1 Example Street"
    found = problems(email, confirm_required=email.is_reengagement)
    assert [one for one in found if one.level == BLOCK] == []


def test_an_unknown_starter_is_the_blank_one():
    assert find("gone").key == "blank"
