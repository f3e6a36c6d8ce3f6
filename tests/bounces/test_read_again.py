"""What waits for a person is read again when the rules have changed."""

import pytest
from django.core.management import call_command

from bounces.models import Outcome, Report, Source
from bounces.recording import Incoming, record, rejudge
from consent.models import Suppression
from consent.vocabulary import Reason
from tests.bounces.test_ways_in import bounce
from tests.factories import DeliveryFactory


@pytest.mark.django_db
class TestRejudging:
    def test_reads_what_waits_once_more(self, capsys):
        waiting = Incoming(bounce(DeliveryFactory()), Source.FILE)
        Report.objects.create(
            source=waiting.source,
            digest=waiting.digest,
            raw=waiting.raw,
            kind="unknown",
            outcome=Outcome.REVIEW,
        )
        call_command("rejudge_bounces")
        assert "1 reports that waited are settled now" in capsys.readouterr().out
        assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS

    def test_leaves_alone_what_is_settled(self):
        report = record(bounce(DeliveryFactory()), source=Source.FILE)
        assert rejudge(report) is False
