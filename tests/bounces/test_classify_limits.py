"""Whatever comes: never an error, never long, never much memory."""

import resource
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bounces.classify import classify

FOLDER = Path(__file__).parent.parent / "fixtures" / "bounces"
RAWS = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
KINDS = {
    *("hard", "soft", "block", "delayed", "complaint", "autoreply"),
    *("challenge", "delivered", "none"),
}
CHARSETS = [b"utf-16", b"utf-7", b"x-nobody-knows", b"iso-2022-jp", b"hex", b"idna"]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(RAWS), st.binary(max_size=60), st.data())
def test_damage_is_judged_as_well(raw, junk, data):
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 400)))
    assert classify(raw[:start] + junk + raw[end:])["kind"] in KINDS


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(RAWS), st.data())
def test_what_breaks_off_is_judged_as_well(raw, data):
    assert classify(raw[: data.draw(st.integers(0, len(raw)))])["kind"] in KINDS


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(RAWS), st.sampled_from(CHARSETS))
def test_a_wrong_charset_is_no_obstacle(raw, charset):
    for usual in (b"us-ascii", b"utf-8", b"UTF-8", b"iso-2022-jp"):
        raw = raw.replace(b"charset=" + usual, b"charset=" + charset)
    assert classify(raw)["kind"] in KINDS


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_octets_are_judged(raw):
    assert classify(raw)["kind"] in KINDS


DSN = (FOLDER / "category-unknown-user.eml").read_bytes()
REPORT = b"From: mailer-daemon@x.test\nSubject: failure notice\n"
NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    for level in range(1_000)
)
BOMBS = {
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 1_000 + DSN,
    "parts in parts": NESTED + DSN,
    "50 MB of text": REPORT
    + b"\n"
    + b"a line of text with a@b.test in it\n" * 1_500_000,
    "50 MB in one line": REPORT + b"\n" + b"x" * 50_000_000,
    "50 MB of addresses": REPORT + b"\n" + b"<a@b.test> " * 4_700_000,
    "a million headers": b"X-A: b\n" * 1_000_000 + DSN,
    "one endless header": b"Subject: " + b"=?utf-8?q?=41?= " * 2_000_000 + b"\n\nx",
    "a folded header": b"To: a@b.test,\n " + b" a@b.test,\n" * 1_000_000 + b"\n\nx",
    "an endless content type": b"Content-Type: a/b;" + b" boundary=" * 1_000_000,
    "boundaries only": b"Content-Type: multipart/mixed; boundary=a\n\n"
    + b"--a\n\nb\n" * 1_000_000,
    "open tags": REPORT + b"Content-Type: text/html\n\n" + b"<style><p <head" * 500_000,
    "recipients": DSN.replace(
        b"Action: failed",
        b"Action: failed\n\nFinal-Recipient: rfc822; a@b.test\nAction: failed\n"
        * 20_000,
    ),
    "recipients with long words": DSN.replace(
        b"Action: failed",
        b"Action: failed\n\n"
        + b"".join(
            b"Final-Recipient: rfc822; p%d@b.test\nAction: failed\nStatus: 5.0.0\n"
            b"Diagnostic-Code: smtp; 550 %s\n\n" % (n, b"x%d" % n + b"abc" * 1_000)
            for n in range(3_000)
        ),
    ),
    "spaces": REPORT + b"\n" + b" " * 5_000_000 + b"\n>" + b"> " * 2_000_000,
    "equals": REPORT + b"\n" + b"=" * 3_000_000 + b"a@",
    "dots": REPORT + b"\n" + b"a.b-c@" * 800_000,
    "json": REPORT + b"\n" + b'{"notificationType":' + b'{"a":[' * 200_000,
    "escapes": DSN.replace(b"rfc822; ada", b"utf-8; " + b"\\x{41}" * 100_000),
}


@pytest.mark.no_cover
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_neither_two_seconds_nor_200_megabytes(name):
    raw = BOMBS[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert classify(raw)["kind"] in KINDS
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    assert used < 2
    tracemalloc.start()
    classify(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000
