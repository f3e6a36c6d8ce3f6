import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounces.parse import Kind, Parsed, parse
from deliveries import magic

MAIL = b"From: a@x.test\r\nReturn-Path: <b-1-aaaaaaaaaaaaaaaaaaaa@x.test>\r\n\r\nHi"
DSN = magic.bounce(MAIL, "b-1-bbbbbbbbbbbbbbbbbbbb@bounce.test", "ada@people.example")
ARF = magic.complaint(
    MAIL, "b-1-bbbbbbbbbbbbbbbbbbbb@bounce.test", "ada@people.example"
)


def test_reads_a_delivery_status_notification():
    found = parse(DSN)
    assert (found.kind, found.status) == (Kind.FAILED, "5.1.1")
    assert found.diagnostic == "550 5.1.1 <ada@people.example>: no such user here"


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (b"delayed", Kind.DELAYED),
        (b"delivered", Kind.DELIVERED),
        (b"relayed", Kind.DELIVERED),
        (b"FAILED (for good)", Kind.FAILED),
        (b"sung", Kind.FAILED),  # the rest says enough
    ],
)
def test_reads_what_was_done(action, kind):
    assert parse(DSN.replace(b"Action: failed", b"Action: " + action)).kind == kind


def test_reads_it_with_bare_line_feeds():
    assert parse(DSN.replace(b"\r\n", b"\n")).status == "5.1.1"


def test_takes_the_failure_among_several_recipients():
    more = (
        b"Final-Recipient: rfc822; b@x.test\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n"
    )
    assert parse(DSN.replace(b"Final-Recipient", more + b"Final-Recipient")).status == (
        "5.1.1"
    )


def test_reads_a_complaint():
    assert parse(ARF).kind == Kind.COMPLAINT


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (b"not-spam", Kind.NO_COMPLAINT),
        (b"", Kind.NO_COMPLAINT),
        (b"auth-failure", Kind.AUTH_REPORT),
    ],
)
def test_takes_no_other_feedback_for_a_complaint(written, kind):
    changed = ARF.replace(b"Feedback-Type: abuse", b"Feedback-Type: " + written)
    assert parse(changed).kind == kind


@pytest.mark.parametrize(
    "header",
    [
        b"Auto-Submitted: auto-replied",
        b"X-Autoreply: yes",
        b"Precedence: auto_reply",
        b"Subject: Out of Office: gone fishing",
        b"Subject: Automatische Abwesenheitsnotiz",
    ],
)
def test_knows_an_automatic_reply(header):
    assert parse(header + b"\r\nFrom: a@b.test\r\n\r\nBye").kind == Kind.AUTO_REPLY


def test_leaves_ordinary_mail_alone():
    assert parse(b"Subject: A question\r\n\r\nHello").kind == Kind.UNKNOWN


@pytest.mark.parametrize(
    "envelope_to",
    [
        "b-1-cccccccccccccccccccc@bounce.test",
        "B-1-CCCCCCCCCCCCCCCCCCCC@BOUNCE.TEST",
        "prvs=1234abcdef=b-1-cccccccccccccccccccc@bounce.test",
        "SRS0=HHH=TT=bounce.test=b-1-cccccccccccccccccccc@forwarder.test",
        "btv1==1234==b-1-cccccccccccccccccccc@bounce.test",
    ],
)
def test_finds_the_token_however_it_is_decorated(envelope_to):
    tokens = list(parse(DSN).tokens(envelope_to))
    assert tokens[0].lower() == "1-cccccccccccccccccccc"


def test_finds_the_token_in_the_returned_headers_as_well():
    assert "1-aaaaaaaaaaaaaaaaaaaa" in list(parse(DSN).tokens())


def test_a_report_nested_too_deep_is_unknown():
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 3000
    assert isinstance(parse(nested), Parsed)


@given(st.binary(max_size=400), st.integers(0, len(DSN)), st.sampled_from([DSN, ARF]))
def test_damage_is_never_an_error(junk, place, report):
    assert isinstance(parse(report[:place] + junk + report[place + 20 :]), Parsed)
