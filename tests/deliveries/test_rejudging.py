"""Judging anew: the rules changed, and what is stored follows them."""

import datetime as dt

import pytest
from django.utils import timezone

from consent.models import ConsentRecord
from contacts.models import Contact
from deliveries import rejudging, rollups
from deliveries.models import Delivery, Event, EventKind, Forgotten, LinkKind, Verdict
from tests.factories import DeliveryFactory, LinkFactory, agree

pytestmark = pytest.mark.django_db

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"
HOUR = dt.timedelta(hours=1)
NOW = timezone.now()


@pytest.fixture
def mail():
    found = DeliveryFactory(started_at=NOW - 9 * HOUR)
    agree(found.contact, found.message.subscription_type)
    return found


def happened(mail, ago=HOUR, kind=EventKind.CLICK, link=None, **known):
    """A quiet click of a person, judged before by other rules."""
    usual = {
        "verdict": Verdict.MACHINE,
        "signals": {"a_sign_of_old": 5},
        "ip": "203.0.113.7",
        "user_agent": CHROME,
        "traits": {"accept_language": "en"},
        "method": "GET",
    }
    return Event.objects.create(
        at=NOW - ago,
        kind=kind,
        message=mail.message,
        delivery_id=mail.pk,
        address=mail.address,
        link=link or LinkFactory(message=mail.message, position=Event.objects.count()),
        **usual | known,
    )


def test_a_machine_of_before_is_a_person_now(mail):
    event = happened(mail)
    found = rejudging.rejudge()
    event.refresh_from_db()
    mail.refresh_from_db()
    assert (event.verdict, event.signals) == (Verdict.HUMAN, {})
    assert mail.clicked_at == mail.opened_at == event.at
    assert found.changes == {(Verdict.MACHINE, Verdict.HUMAN): 1}


def test_a_person_of_before_is_a_machine_now(mail):
    happened(mail, verdict=Verdict.HUMAN, signals={}, user_agent="curl/8.0", traits={})
    happened(mail, 2 * HOUR, verdict=Verdict.HUMAN, signals={}, user_agent="")
    Delivery.objects.update(
        opened_at=NOW, clicked_at=NOW, last_opened_at=NOW, last_clicked_at=NOW
    )
    rejudging.rejudge()
    mail.refresh_from_db()
    assert (mail.opened_at, mail.clicked_at, mail.last_clicked_at) == (None,) * 3
    assert mail.unverified_click_at == NOW - 2 * HOUR


def test_the_sums_of_the_person_follow(mail):
    happened(mail)
    rollups.rebuild()
    rejudging.rejudge()
    rollups.fold_all()
    found = Contact.objects.get(pk=mail.contact_id)
    assert (found.clicked, found.sends_since_engagement) == (1, 0)
    assert found.last_clicked_at == NOW - HOUR


def test_a_dry_run_tells_the_same_and_writes_nothing(mail):
    happened(mail)
    before = list(Event.objects.values()), list(Delivery.objects.values())
    told = rejudging.rejudge(dry=True)
    assert (list(Event.objects.values()), list(Delivery.objects.values())) == before
    assert told == rejudging.rejudge()


def test_a_second_time_changes_nothing(mail):
    happened(mail)
    rejudging.rejudge()
    again = rejudging.rejudge()
    assert (again.looked_at, again.mails, again.changes) == (1, 0, {})


def test_piece_by_piece_it_is_the_same(mail, monkeypatch):
    monkeypatch.setattr(rejudging, "BATCH", 2)
    for n in range(5):
        happened(mail, (n + 1) * HOUR)
    assert rejudging.rejudge().changes == {(Verdict.MACHINE, Verdict.HUMAN): 5}


def test_two_of_one_moment_are_both_looked_at_whatever_the_pieces(mail, monkeypatch):
    monkeypatch.setattr(rejudging, "BATCH", 1)
    other = DeliveryFactory(message=mail.message)
    link = LinkFactory(message=mail.message, position=9)
    for one in (mail, other):
        happened(one, link=link)
    assert rejudging.rejudge().looked_at == 2


def test_what_a_person_confirmed_stays_confirmed(mail):
    link = LinkFactory(message=mail.message, kind=LinkKind.CONFIRM, url="")
    press = happened(
        mail,
        kind=EventKind.CONFIRM,
        link=link,
        verdict=Verdict.HUMAN,
        signals={},
        user_agent="curl/8.0",
        traits={},
    )
    Delivery.objects.update(confirmed_at=press.at)
    found = rejudging.rejudge()
    mail.refresh_from_db()
    press.refresh_from_db()
    assert (found.answers, press.verdict) == (1, Verdict.HUMAN)
    assert mail.confirmed_at == press.at


def test_an_answer_that_was_not_taken_for_one_confirms(mail):
    link = LinkFactory(message=mail.message, kind=LinkKind.CONFIRM, url="")
    happened(
        mail,
        kind=EventKind.CONFIRM,
        link=link,
        traits={"accept_language": "en", "gesture": "pointer"},
    )
    found = rejudging.rejudge()
    mail.refresh_from_db()
    assert (found.confirmed, mail.confirmed_at) == (1, NOW - HOUR)
    assert ConsentRecord.objects.filter(action="renewed").count() == 1


def test_only_from_the_day_that_is_named(mail):
    happened(mail, 5 * HOUR)
    assert rejudging.rejudge(NOW - 2 * HOUR).looked_at == 0


def test_events_whose_browser_is_forgotten_keep_their_verdict(mail):
    event = happened(mail, 5 * HOUR, ip=None, user_agent="", traits={})
    Forgotten.objects.create(pk=1, until=NOW - 2 * HOUR)
    rejudging.rejudge()
    event.refresh_from_db()
    assert event.verdict == Verdict.MACHINE


def test_what_never_counts_is_no_person_by_any_rules(mail):
    event = happened(mail, method="HEAD", signals={"head": 5})
    rejudging.rejudge()
    event.refresh_from_db()
    assert (event.verdict, event.signals) == (Verdict.MACHINE, {"head": 5})


def test_what_is_older_than_all_events_came_from_elsewhere_and_stays(mail):
    happened(mail)
    Delivery.objects.update(opened_at=NOW - 8 * HOUR, last_opened_at=NOW - 8 * HOUR)
    rejudging.rejudge()
    mail.refresh_from_db()
    assert (mail.opened_at, mail.last_opened_at) == (NOW - 8 * HOUR, NOW - HOUR)
