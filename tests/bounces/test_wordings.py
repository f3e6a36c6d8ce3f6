"""Notices of many programs and languages, and letters that are none."""

import json
from pathlib import Path

import pytest

from bounces.classify import classify

FIXTURES = Path(__file__).parent.parent / "fixtures"
BOUNCED = {"hard", "soft", "block", "delayed"}


def rows_of(name):
    lines = (FIXTURES / name).read_text().splitlines()
    return [json.loads(line) for line in lines]


def mail(row, return_path):
    lines = [
        f"Return-Path: <{return_path}>",
        f"From: {row.get('from', 'MAILER-DAEMON@mx.test')}",
        "To: b-abc@bounce.brand.example",
        f"Subject: {row['subject']}",
        f"{row.get('head', '')}Content-Type: text/plain; charset=utf-8",
        f"\n{row['body']}\n",
    ]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("row", rows_of("notices.jsonl"), ids=lambda r: r["body"][:50])
def test_a_notice_is_known_as_one_and_its_recipients_are_found(row):
    found = classify(mail(row, ""))
    assert found["kind"] in BOUNCED
    assert set(row["recipients"]) <= {one.lower() for one in found["recipients"]}


@pytest.mark.parametrize(
    "row",
    [row for row in rows_of("notices.jsonl") if "category" in row],
    ids=lambda r: r["body"][:50],
)
def test_what_a_notice_says_is_understood(row):
    found = classify(mail(row, ""))
    meant = [
        (one, row.get("kind", found["kind"])) for one in row["category"].split("|")
    ]
    assert (found["category"], found["kind"]) in meant


@pytest.mark.parametrize("row", rows_of("letters.jsonl"), ids=lambda r: r["body"][:50])
def test_a_letter_is_no_notice(row):
    assert classify(mail(row, "ada@people.example"))["kind"] == row["kind"]
