"""Refusals in many words and languages, and how they are read."""

from pathlib import Path

import pytest

from bounces.categories import CATEGORIES
from bounces.codes import judge
from bounces.concepts import NAMED, NOTHING, said_in
from bounces.rules.families import BARE, BLUNT, FIRM, HINTS, LOOSE
from bounces.rules.nots import UNDONE
from bounces.rules.tables import ALL
from bounces.rules.words import STATES, THINGS

FIXTURES = Path(__file__).parent.parent / "fixtures"
REPLIES = [
    line.split("\t") for line in (FIXTURES / "replies.tsv").read_text().splitlines()
]
BY_PROVIDER = [
    line.split("\t")
    for line in (FIXTURES / "replies_by_provider.tsv").read_text().splitlines()
]
ABOUT_OTHERS = (FIXTURES / "replies_about_others.txt").read_text().splitlines()


@pytest.mark.parametrize(("category", "reply"), REPLIES, ids=lambda text: text[:60])
def test_a_reply_at_the_recipient_is_understood(category, reply):
    assert judge(None, "", reply, stage="RCPT").category in category.split("|")


@pytest.mark.parametrize(
    ("provider", "category", "reply"), BY_PROVIDER, ids=lambda text: text[:60]
)
def test_a_reply_of_a_server_or_provider_is_understood(provider, category, reply):
    assert judge(None, "", reply, stage="RCPT").category in category.split("|")


def test_the_replies_show_every_category_but_that_without_a_reason():
    shown = {one for category, _ in REPLIES for one in category.split("|")}
    assert shown == set(CATEGORIES) - {"other"}


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("we could not find a mailbox of that name", ("box", "unknown")),
        ("empfänger existiert nicht", ("box", "unknown")),
        ("l'utilisateur n'existe pas", ("box", "unknown")),
        ("получатель не найден", ("box", "unknown")),
        ("ユーザーが存在しません", ("box", "unknown")),
        ("邮箱已满", ("box", "full")),
        ("there is no space left for this person", ("space", "full")),
        ("the domain of the recipient is not known", ("domain", "unknown")),
    ],
)
def test_a_thing_and_its_state_are_found(text, pair):
    assert pair in said_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "user x has received your message",
        "unknown. the mailbox",  # another sentence
        "unknown one two three four five six seven eight mailbox",  # far away
        "mailbox found",
        "",
    ],
)
def test_what_does_not_belong_together_is_not_joined(text):
    assert ("box", "unknown") not in said_in(text)


@pytest.mark.parametrize("reply", ABOUT_OTHERS, ids=lambda text: text[:60])
def test_words_for_unknown_users_end_nobody_when_they_are_about_others(reply):
    found = judge(None, "", reply, stage="RCPT")
    assert (found.kind == "hard", found.doing == "dead") == (False, False)


def test_what_is_held_against_the_sender_comes_before_what_ends_an_address():
    found = judge(550, "", "Sender unknown: no such user", stage="RCPT")
    assert found.kind != "hard"


def test_an_address_is_a_box_and_a_host_name_is_nothing():
    assert ("person", "unknown") in said_in("<somebody@example.test> does not exist")
    said = said_in("host mx.one.example.test said: 550 unknown")
    assert said == {(NOTHING, "unknown")}


def test_every_family_has_a_key_of_its_own_and_speaks_of_known_words():
    families = (*FIRM, *LOOSE, *BLUNT, *HINTS, *BARE)
    keys = [one.key for one in families]
    assert len({*keys} | {row.key for row in ALL}) == len(keys) + len(
        {row.key for row in ALL}
    )
    said = {pair for one in families for pair in one.pairs}
    assert {thing for thing, _ in said} <= set(THINGS) | {NOTHING}
    assert {state for _, state in said} <= {*STATES, *UNDONE, NAMED}
    assert {one.category for one in families} <= set(CATEGORIES)


@pytest.mark.parametrize(
    ("reply", "category"),
    [
        ("550 not found", "unknown_user"),
        ("550 unbekannt", "unknown_user"),
        ("550 inactive", "mailbox_disabled"),
        ("552 voll", "mailbox_full"),
    ],
)
def test_a_state_alone_after_rcpt_is_that_of_the_mailbox(reply, category):
    assert judge(None, "", reply, stage="RCPT").category == category


@pytest.mark.parametrize("stage", ["EHLO", "MAIL", "DATA"])
def test_a_state_alone_elsewhere_ends_no_address(stage):
    assert judge(None, "", "550 not found", stage=stage).kind != "hard"


def test_a_state_beside_another_is_no_state_alone():
    assert judge(None, "", "550 unknown, blocked").kind != "hard"


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("ada is not one of our users", ("box", "foreign")),
        ("this address is not found in our directory", ("box", "foreign")),
        ("there is nobody here by the name of ada", ("box", "unknown")),
        ("this host will not accept any mail", ("domain", "nomail")),
        ("the colleague changed his address", ("box", "moved")),
        ("the domain has no mx records", ("domain", "dnsless")),
        ("the mailbox was switched off", ("box", "closed")),
    ],
)
def test_a_turn_of_phrase_is_read_as_one_word(text, pair):
    assert pair in said_in(text)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("the mailbox takes only ten messages an hour, exceeded", ("pace", "exceeded")),
        ("the dns entry of 192.0.2.1 is unknown", ("name", "unknown")),
        ("no mx for the domain you are sending from", ("sender", "dnsless")),
    ],
)
def test_what_a_sentence_is_about_decides_what_a_state_is_said_of(text, pair):
    assert pair in said_in(text)


@pytest.mark.parametrize(
    ("reply", "category"),
    [
        ("550 5.1.1 the mailbox is closed, or unknown", "unknown_user"),
        ("550 5.2.1 the mailbox is closed, or unknown", "mailbox_disabled"),
        ("452 4.3.1 the room of the users is exhausted", "server_error"),
        ("553 5.3.0 this user's folder is full", "mailbox_full"),
    ],
)
def test_of_several_things_said_that_which_the_code_means_is_believed(reply, category):
    assert judge(None, "", reply, stage="RCPT").category == category


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("domain not found: <ada@firma.example>", ("domain", "unknown")),
        ("the folder is full (ada@firma.example)", ("box", "full")),
        ("not found: <ada@firma.example>", ("person", "unknown")),
    ],
)
def test_an_address_named_behind_takes_no_state_from_what_is_spoken_of(text, pair):
    assert {one for one in said_in(text) if one[1] == pair[1]} == {pair}


@pytest.mark.parametrize(
    ("reply", "category"),
    [
        ("550 we are fed up with your network", "reputation"),
        ("550 think about your DKIM", "auth"),
        ("554 have a look at your headers", "content"),
        ("the mail went round in a loop", "network_error"),
        ("the program for the vacation said 75", "server_error"),
    ],
)
def test_where_only_a_code_would_decide_what_is_spoken_of_does(reply, category):
    assert judge(None, "", reply, stage="RCPT").category == category


def test_what_is_spoken_of_ends_no_address():
    assert {one.category for one in HINTS} & {"unknown_user", "address_moved"} == set()
