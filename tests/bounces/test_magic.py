"""The magic recipients of the mail catcher are judged as what they play."""

import pytest

from bounces.codes import judge
from bounces.parse import parse
from bounces.parsed import Kind
from deliveries import magic


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("bounce-hard", "unknown_user"),
        ("full", "mailbox_full"),
        ("closed", "mailbox_disabled"),
        ("blocked", "reputation"),
        ("moved", "address_moved"),
        ("lost-domain", "dns_failure"),
        ("listed", "suppressed"),
        ("defer", "greylisted"),
    ],
)
def test_a_refusal_is_called_what_it_plays(name, category):
    refusal = magic.BEHAVIOURS[name].refusal
    code, enhanced, _ = refusal.split(" ", 2)
    assert judge(int(code), enhanced, refusal).category == category


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bounce-later", Kind.FAILED),
        ("complaint", Kind.COMPLAINT),
        ("away", Kind.AUTO_REPLY),
    ],
)
def test_a_report_says_what_it_plays(name, kind):
    report = magic.BEHAVIOURS[name].report
    raw = report(b"Subject: Hi\r\n\r\nHello", "b-1@bounce.example", "ana@x.example")
    assert parse(raw).kind == kind
