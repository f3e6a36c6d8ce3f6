"""What a browser said of its owner is gone after 90 days; that she clicked is not."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deliveries.forgetting import forget
from deliveries.models import Event, EventKind, Forgotten, Verdict
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def click():
    """A click of so many days ago, as its row says it now."""
    mail = DeliveryFactory()

    def made(days):
        return Event.objects.create(
            at=timezone.now() - dt.timedelta(days=days),
            kind=EventKind.CLICK,
            delivery_id=mail.pk,
            message=mail.message,
            address=mail.address,
            ip="203.0.113.7",
            user_agent="Mozilla/5.0",
            traits={"accept_language": "fi"},
            verdict=Verdict.HUMAN,
            score=-4,
            signals={"gesture": -4},
        )

    return made


def told(event):
    event.refresh_from_db()
    return event.ip, event.user_agent, event.traits


NOTHING: tuple[None, str, dict[str, str]] = (None, "", {})


def test_a_browser_is_forgotten_after_ninety_days(click):
    old = click(91)
    forget()
    assert told(old) == NOTHING


def test_that_it_was_clicked_and_by_whom_is_kept(click):
    old = click(91)
    forget()
    old.refresh_from_db()
    assert (old.verdict, old.score, old.signals) == ("human", -4, {"gesture": -4})


def test_before_ninety_days_it_is_kept(click):
    young = click(89)
    forget()
    assert told(young)[0] == "203.0.113.7"


def test_all_hours_are_gone_through(click):
    old = [click(days) for days in (400, 200, 91)]
    forget()
    assert [told(one) for one in old] == [NOTHING] * 3


def test_what_became_old_since_is_forgotten_next(click, time_machine):
    young = click(89)
    forget()
    time_machine.move_to(timezone.now() + dt.timedelta(days=2))
    forget()
    assert told(young) == NOTHING


def test_nothing_is_looked_at_twice(click):
    click(200)
    forget()
    with CaptureQueriesContext(connection) as asked:
        forget()
    assert not any(one["sql"].startswith('UPDATE "deliveries_event"') for one in asked)


def test_the_hours_are_found_by_their_key():
    mark = Forgotten.objects.mark()
    plan = Event.objects.filter(at__gte=mark.until, at__lt=timezone.now()).order_by(
        "at"
    )[:1]
    assert "Seq Scan" not in plan.explain()
