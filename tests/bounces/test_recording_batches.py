"""Many reports at once, and reports of before."""

from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bounces import recording
from bounces.models import Bounce, Outcome, Report, Source
from bounces.recording import Incoming, record_many
from consent.models import Suppression
from deliveries import magic
from deliveries.models import Delivery, DeliveryState
from deliveries.redaction import redacted
from tests.bounces import test_recording
from tests.bounces.test_recording import return_path
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db

MAIL = b"From: News <news@brand.example>\r\nSubject: Hi\r\n\r\nHello"
# the same world
delivery = test_recording.delivery


def refusal(delivery, code, words):
    to = return_path(delivery)
    raw = magic.bounce(MAIL, to, delivery.contact.email)
    raw = raw.replace(b"5.1.1", code).replace(b"no such user here", words)
    return Incoming(raw, Source.FILE, to)


class TestABatch:
    def test_takes_few_statements_for_many(self, django_assert_max_num_queries):
        deliveries = DeliveryFactory.create_batch(20)
        coming = [refusal(one, b"5.1.1", b"no such user") for one in deliveries]
        with django_assert_max_num_queries(25):
            record_many(coming)
        assert Delivery.objects.filter(bounce_kind="hard").count() == 20
        assert Suppression.objects.count() == 20

    def test_asks_once_where_those_are_who_complain(self):
        asked = []
        for count in (2, 6):
            mails = DeliveryFactory.create_batch(count)
            to = [return_path(one) for one in mails]
            coming = [
                Incoming(
                    magic.complaint(MAIL, one, "ada@people.example"), Source.FILE, one
                )
                for one in to
            ]
            with CaptureQueriesContext(connection) as queries:
                record_many(coming)
            where = 'COALESCE("contacts_contact"."address_id"'
            asked.append(sum(where in one["sql"] for one in queries))
        assert asked == [2, 2]

    def test_takes_the_keys_out_before_it_locks_an_address(self, delivery, monkeypatch):
        locked = []

        def redacting(raw):
            locked.append(any("NO KEY" in one["sql"] for one in queries))
            return redacted(raw)

        monkeypatch.setattr(recording, "redacted", redacting)
        with CaptureQueriesContext(connection) as queries:
            record_many([refusal(delivery, b"5.1.1", b"no such user")])
        assert locked == [False]

    @pytest.mark.parametrize("is_turned", [False, True])
    def test_of_two_reports_about_one_mail_the_graver_counts(self, delivery, is_turned):
        coming = [
            refusal(delivery, b"5.2.2", b"mailbox full"),
            refusal(delivery, b"5.1.1", b"no such user"),
        ]
        record_many(reversed(coming) if is_turned else coming)
        delivery.refresh_from_db()
        assert delivery.state == DeliveryState.REFUSED
        assert (delivery.bounce_kind, delivery.smtp_code) == ("hard", 550)
        assert Bounce.objects.count() == 2

    def test_of_two_of_one_kind_one_counts_in_any_order(self, delivery):
        record_many(
            [
                refusal(delivery, b"5.1.2", b"host not found"),
                refusal(delivery, b"5.1.1", b"no such user"),
                refusal(delivery, b"5.1.2", b"domain not found"),
            ]
        )
        delivery.refresh_from_db()
        assert Bounce.objects.get().category == delivery.bounce_category
        assert delivery.bounce_category == "dns_failure"

    def test_keeps_words_that_the_database_cannot_write_down(self, delivery):
        report = record_many([refusal(delivery, b"5.1.1", b"no\0 such user")])[0]
        assert report.outcome == Outcome.DONE
        assert "\0" not in Bounce.objects.get().words


def test_reports_of_before_are_kept_without_keys_as_well(delivery):
    """Those that wait for a person keep them until something is made of them."""
    raw = magic.bounce(MAIL, return_path(delivery), "ada@people.example")
    for number, outcome in enumerate(Outcome.values):
        Report.objects.create(
            source=Source.FILE,
            digest=bytes([number]),
            raw=raw,
            envelope_to=return_path(delivery),
            kind="failed",
            outcome=outcome,
        )
    import_module("bounces.migrations.0015_keys_out_of_old_reports").take_out(
        apps, None
    )
    waits = Report.objects.get(outcome=Outcome.REVIEW)
    assert (bytes(waits.raw), waits.envelope_to) == (raw, return_path(delivery))
    for report in Report.objects.exclude(pk=waits.pk):
        assert bytes(report.raw) == redacted(raw) != raw
        assert report.envelope_to == "b-key-removed@" + settings.BOUNCE_DOMAIN
