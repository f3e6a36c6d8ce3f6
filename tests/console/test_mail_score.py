"""The score of email health: what earns points, what costs them, in which words."""

from collections import Counter

import pytest

from console.mail_rates import Place
from console.mail_score import PARTS, WORDS, Score

GOOD = {
    **dict.fromkeys(("sent", "delivered", "told"), 10_000),
    **dict.fromkeys(("open_tracked", "click_tracked"), 10_000),
    "opened": 2_500,
    "clicked": 200,
}


def score(**sums):
    return Score.of(Place("all", Counter({**GOOD, **sums}), least=400))


def points(found):
    return {one.part.label: one.points for one in found.parts}


def test_ten_points_are_to_be_had():
    assert sum(one.points for one in PARTS) == 10


def test_mail_that_is_read_and_nobody_minds_has_ten():
    assert (score().value, score().word) == (10, "Excellent")


def test_mail_that_nobody_reads_and_many_mind_has_one():
    found = score(opened=0, clicked=0, hard=900, complaints=90, unsubscribed=900)
    assert (found.value, found.word) == (1, "Poor")


@pytest.mark.parametrize(
    ("sums", "label", "left"),
    [
        ({"hard": 250}, "Hard bounces", 1.5),
        ({"hard": 600}, "Hard bounces", 0),
        ({"complaints": 15}, "Spam reports", 1.5),
        ({"unsubscribed": 150}, "Unsubscribes", 0.5),
        ({"clicked": 100}, "Clicks", 1),
        ({"clicked": 900}, "Clicks", 2),
        ({"opened": 1_250}, "Opens", 0.5),
    ],
)
def test_each_part_earns_its_share(sums, label, left):
    assert points(score(**sums))[label] == pytest.approx(left)


def test_a_rate_beyond_its_limit_lets_no_other_make_up_for_it():
    found = score(hard=500)
    assert (found.value, found.limited, found.word) == (4, True, "Needs work")


def test_what_nobody_told_or_tracked_is_left_out_and_said():
    found = score(told=0, open_tracked=0)
    assert found.value == 10
    words = {one.part.label: one.words for one in found.parts}
    assert words["Spam reports"] == "no provider told"
    assert words["Opens"] == "not tracked"
    assert words["Clicks"] == "2.0 of 2"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        *((1, "Poor"), (2, "Poor"), (3, "Needs work"), (4, "Needs work")),
        *((5, "Okay"), (6, "Okay"), (7, "Good"), (8, "Very good")),
        *((9, "Excellent"), (10, "Excellent")),
    ],
)
def test_every_score_has_its_word(value, word):
    assert Score(value, (), limited=False).word == word


def test_the_words_reach_up_to_ten():
    assert WORDS[-1][0] == 10
