"""What is made of mails that came back, on mails written for these tests."""

import collections
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from bounces.categories import CATEGORIES
from bounces.classify import classify
from bounces.rules.tables import ALL

FOLDER = Path(__file__).parent.parent / "fixtures" / "bounces"
EXPECTED = [
    json.loads(line)
    for line in (FOLDER / "expected.jsonl").read_text().splitlines()
    if line
]


def raw_of(expected):
    return (FOLDER / expected["file"]).read_bytes()


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: row["file"])
def test_a_mail_that_came_back_is_judged(expected, ending):
    found = classify(raw_of(expected).replace(b"\n", ending))
    assert (found["kind"], found.get("category", "")) == (
        expected["kind"],
        expected["category"],
    )
    if expected["kind"] != "delivered":
        assert found["recipients"] == expected["recipients"]


def test_the_fixtures_show_every_category_and_every_kind():
    assert {row["category"] for row in EXPECTED} - {""} == set(CATEGORIES)
    assert {row["kind"] for row in EXPECTED} == {
        *("hard", "soft", "block", "delayed", "complaint", "autoreply"),
        *("challenge", "delivered", "none"),
    }


def test_every_fixture_is_expected_to_be_something():
    assert {row["file"] for row in EXPECTED} == {
        path.name for path in FOLDER.glob("*.eml")
    }


def test_each_of_several_recipients_is_judged_by_itself():
    found = classify((FOLDER / "several-recipients.eml").read_bytes())
    assert [(row["recipient"], row["category"]) for row in found["results"]] == [
        ("ada@people.example", "mailbox_full"),
        ("bob@people.example", "unknown_user"),
    ]


def test_a_user_unknown_only_after_the_content_may_be_a_filter():
    raw = (FOLDER / "category-unknown-user.eml").read_bytes()
    later = raw.replace(b"RCPT TO command", b"end of DATA command")
    vague = later.replace(b"550 5.1.1", b"550").replace(b"5.1.1", b"5.0.0")
    assert classify(vague)["category"] == "filtered"


def test_every_rule_has_a_key_of_its_own_a_known_category_and_a_source():
    keys = collections.Counter(row.key for row in ALL)
    assert [key for key, times in keys.items() if times > 1] == []
    assert {row.category for row in ALL} <= set(CATEGORIES)
    assert all(len(row.source) > 5 for row in ALL)


def test_no_phrase_is_written_twice():
    seen = collections.Counter((text, row.codes) for row in ALL for text in row.texts)
    assert [text for text, times in seen.items() if times > 1] == []


def test_every_phrase_is_found_as_it_is_written():
    deaf = [
        (row.key, text)
        for row in ALL
        for text in row.texts
        if not row.phrases.are_in(spoken(text))
    ]
    assert deaf == []


def spoken(text):
    said = text.strip("|").replace("*", "a b")
    for other, usual in (("mail box", "mailbox"), ("e-mail", "email")):
        said = said.replace(other, usual)
    return f" {said} "


def test_judging_needs_nothing_but_python():
    code = (
        "import sys; sys.modules.update(django=None, imap_tools=None, aiosmtpd=None);"
        "from bounces.classify import classify; print(classify(b'')['kind'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "none\n"
