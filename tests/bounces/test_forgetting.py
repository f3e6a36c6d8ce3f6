"""A report is kept as it came for 90 days; what it said is kept for good."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Retention
from accounts.retention import Kept
from bounces.forgetting import forget
from bounces.models import Bounce, Outcome, Report, Source
from bounces.recording import record
from tests.bounces.test_reports_page import bounced
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db


def came(raw, days=91, **fields):
    """A report of so many days ago, after it was read."""
    record(raw, **{"source": Source.FILE, **fields})
    at = timezone.now() - dt.timedelta(days=days)
    Report.objects.update(received_at=at)
    return Report.objects.get()


def test_it_is_emptied_after_ninety_days():
    came(bounced(DeliveryFactory()))
    assert forget() == 1
    assert bytes(Report.objects.get().raw) == b""


def test_a_younger_one_stays_as_it_came():
    came(bounced(DeliveryFactory()), days=89)
    assert forget() == 0


def test_what_it_said_stays():
    came(bounced(DeliveryFactory()))
    before = Bounce.objects.values("words", "code", "category").get()
    forget()
    assert Bounce.objects.values("words", "code", "category").get() == before


def test_one_that_waits_for_a_person_waits_with_all_it_has():
    waiting = came(b"Subject: who knows\n\nwhat")
    assert waiting.outcome == Outcome.REVIEW
    assert forget() == 0


def test_the_same_one_that_comes_again_is_known(client):
    raw = bounced(DeliveryFactory())
    came(raw)
    forget()
    record(raw, source=Source.FILE)
    assert Report.objects.count() == 1


def test_the_time_is_that_of_the_settings():
    came(bounced(DeliveryFactory()), days=20)
    Retention.objects.create(kept=Kept.REPORTS, days=15)
    assert forget() == 1


def test_twice_is_once():
    came(bounced(DeliveryFactory()))
    assert (forget(), forget()) == (1, 0)


def test_of_a_webhook_the_name_of_the_provider_stays():
    report = came(bounced(DeliveryFactory()))
    Report.objects.filter(pk=report.pk).update(
        source=Source.WEBHOOK, raw=b'postmark {"Email": "ana@people.example"}'
    )
    forget()
    assert bytes(Report.objects.get().raw) == b"postmark "


def test_who_asks_for_it_is_told_that_it_is_gone(client):
    report = came(bounced(DeliveryFactory()))
    forget()
    answer = client.get(f"/bounces/reports/{report.pk}.eml", follow=True)
    assert "not kept as it came any more" in answer.content.decode()


def test_the_list_says_so_as_well(client):
    came(bounced(DeliveryFactory()))
    forget()
    assert (
        "Not kept any more"
        in client.get("/bounces/reports/?outcome=done").content.decode()
    )
