"""The command that judges stored events anew brings every sum into line."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns import figures
from campaigns.models import EmailState
from contacts.models import Contact
from deliveries import days, months, rollups
from deliveries.models import Day, Event, EventKind, Verdict
from tests.factories import (
    DeliveryFactory,
    LinkFactory,
    MarketingEmailFactory,
    MessageFactory,
)

pytestmark = pytest.mark.django_db
AGO = timezone.now() - dt.timedelta(days=2)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"


@pytest.fixture
def email():
    """One that went out and was clicked, by a machine as the rules were then."""
    email = MarketingEmailFactory(
        state=EmailState.SENT,
        message=MessageFactory(frozen_at=AGO),
        launched_at=AGO,
        finished_at=AGO,
    )
    mail = DeliveryFactory(message=email.message, started_at=AGO)
    Event.objects.create(
        at=AGO + dt.timedelta(hours=5),
        kind=EventKind.CLICK,
        message=mail.message,
        delivery_id=mail.pk,
        address=mail.address,
        link=LinkFactory(message=mail.message, position=0),
        ip="203.0.113.7",
        user_agent=CHROME,
        traits={"accept_language": "en"},
        verdict=Verdict.MACHINE,
    )
    rollups.rebuild()
    days.sum_up()
    months.sum_up()
    figures.mend([email.pk])
    return email


def judged(**options):
    out = io.StringIO()
    call_command("judge_events", stdout=out, **options)
    return out.getvalue()


def test_it_says_what_changed(email):
    told = judged()
    assert "1 opens and clicks were judged anew." in told
    assert "1: a machine before, a person by the rules of today" in told
    assert "1 mails have other dates" in told


def test_people_emails_and_days_follow(email):
    judged()
    email.refresh_from_db()
    assert Contact.objects.get().clicked == 1
    assert email.tally["clicked"] == 1
    assert Day.objects.get().clicked == 1


def test_every_sum_is_as_counted_afterwards(email):
    judged()
    out = io.StringIO()
    call_command("check_rollups", stdout=out)
    assert "differ" not in out.getvalue()


def test_a_dry_run_says_the_same_and_changes_nothing(email):
    told = judged(dry_run=True)
    assert "1: a machine before, a person by the rules of today" in told
    assert "Nothing was written" in told
    assert Contact.objects.get().clicked == 0


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01"])
def test_what_is_no_day_is_refused_with_a_sentence(db, text):
    with pytest.raises(CommandError, match="is no day"):
        judged(since=text)
