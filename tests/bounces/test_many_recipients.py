"""One report about thousands of people costs hardly more than one about few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bounces import codes
from bounces.classify import classify
from bounces.models import Outcome, Source
from bounces.recording import record
from tests.bounces.test_recording import return_path
from tests.factories import DeliveryFactory

MANY = 6_300
NOTICE = "Your message could not be delivered: the mailbox does not exist. " * 50


def report(count, words=""):
    """A delivery report (RFC 3464) about so many, with a notice for people above."""
    people = "".join(
        f"Final-Recipient: rfc822; p{n}@firm.example\r\nAction: failed\r\n"
        f"Status: 5.0.0\r\n{words}\r\n"
        for n in range(count)
    )
    return (
        "From: MAILER-DAEMON@firm.example\r\nSubject: Undelivered Mail\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
        f"\r\n--b\r\n\r\n{NOTICE}\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.firm.example\r\n\r\n{people}--b--\r\n"
    ).encode()


@pytest.fixture
def judgings():
    """How many words were really judged since; what is known already costs nothing."""
    codes.judge.cache_clear()
    codes.stage_of.cache_clear()
    return lambda: (codes.judge.cache_info().misses, codes.stage_of.cache_info().misses)


@pytest.mark.parametrize(
    "words", ["", "Diagnostic-Code: smtp; 550 the mailbox does not exist\r\n"]
)
def test_words_that_thousands_share_are_judged_once(judgings, words):
    found = classify(report(MANY, words))
    assert len(found["recipients"]) > 300  # a report is read so far and no further
    judged, staged = judgings()
    assert judged <= 2
    assert staged <= 3


@pytest.mark.django_db
def test_recording_it_takes_no_more_statements_than_one_about_few():
    counts = []
    for number in (2, MANY):
        mail = DeliveryFactory()
        with CaptureQueriesContext(connection) as asked:
            made = record(
                report(number), envelope_to=return_path(mail), source=Source.MAILBOX
            )
        assert made.outcome == Outcome.DONE
        counts.append(len(asked))
    assert counts[0] == counts[1]
