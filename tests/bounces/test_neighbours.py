"""Microsoft's "550 5.4.1 Access denied": proof only where a neighbour gets mail."""

import datetime as dt

import pytest
from django.utils import timezone

from bounces import judging, rejudging, rescue
from bounces.models import Bounce, Source
from bounces.recording import Incoming, record_many
from bounces.tasks import look_again
from consent.models import Suppression
from consent.vocabulary import Reason
from deliveries import magic
from deliveries.models import Delivery
from tests.bounces.test_incidents import refused
from tests.bounces.test_recording import MAIL, return_path
from tests.factories import ContactFactory, DeliveryFactory

pytestmark = pytest.mark.django_db
EDGE = (
    "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
    *(550, "5.4.1"),
)
DAY = dt.timedelta(days=1)


def accepted(email="ben@firm.example", days=4, **fields):
    """A mail that somebody took so many days ago; after three that is sure."""
    at = timezone.now() - days * DAY
    return DeliveryFactory(
        contact=ContactFactory(email=email), delivered_at=at, started_at=at, **fields
    )


def turned_away(email="ana@firm.example", days=0):
    """One that the edge refused then, judged."""
    at = timezone.now() - days * DAY
    mail = refused(email, *EDGE, started_at=at, settled_at=at)
    judging.judge_refusals()
    return mail


def found():
    bounce = Bounce.objects.get(rule="microsoft-edge")
    return bounce.kind, bounce.doing


def test_a_neighbour_with_mail_proves_that_nobody_is_there():
    accepted(days=6)
    mail = turned_away()
    assert Suppression.objects.get().address_id == mail.address_id
    assert found() == ("hard", "dead")


def test_without_one_it_is_a_trouble_of_the_domain_and_counted():
    mail = turned_away()
    assert not Suppression.objects.exists()
    assert found() == ("soft", "count")
    mail.refresh_from_db()
    assert (mail.bounce_kind, mail.bounce_category) == ("soft", "unknown_user")


@pytest.mark.parametrize(
    "other",
    [
        {"days": 8},
        {"email": "ben@another.example"},
        {"bounced_at": timezone.now()},
        {"days": 2},
    ],
    ids=["too long ago", "elsewhere", "came back later", "not sure yet"],
)
def test_what_proves_nothing(other):
    accepted(**other)
    turned_away()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("sign", ["opened_at", "clicked_at"])
def test_what_a_person_has_read_is_sure_at_once(sign):
    accepted(days=0, **{sign: timezone.now()})
    turned_away()
    assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS


def test_its_own_mail_of_last_week_proves_nothing():
    at = timezone.now() - 4 * DAY
    mail = accepted("ana@firm.example", days=4)
    DeliveryFactory(
        contact=mail.contact,
        state="refused",
        delivered_at=None,
        settled_at=at + DAY,
        **dict(zip(("reply", "smtp_code", "enhanced_code"), EDGE, strict=True)),
    )
    judging.judge_refusals()
    assert not Suppression.objects.exists()


def test_at_a_great_provider_somebody_always_gets_mail():
    turned_away("ana@outlook.com")
    assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS


def test_the_order_does_not_matter():
    mail = turned_away(days=2)
    look_again()
    assert not Suppression.objects.exists()
    accepted()
    look_again()
    assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS
    assert found() == ("hard", "dead")
    mail.refresh_from_db()
    assert mail.bounce_kind == "hard"


def test_a_neighbour_becomes_sure_when_three_days_are_over():
    turned_away(days=9)
    mail = accepted(days=2)
    look_again()
    assert not Suppression.objects.exists()
    Delivery.objects.filter(pk=mail.pk).update(
        delivered_at=timezone.now() - dt.timedelta(hours=73)
    )
    look_again()
    assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS


def test_a_neighbour_after_more_than_a_week_ends_nobody():
    turned_away(days=9)
    accepted(days=0, opened_at=timezone.now())
    look_again()
    assert not Suppression.objects.exists()


def test_the_second_look_is_safe_to_repeat():
    turned_away()
    accepted()
    assert rejudging.look_again() == 1
    assert rejudging.look_again() == 0
    assert Suppression.objects.count() == 1


def notice(mail):
    """The report of the edge about a mail that our relay had taken."""
    email, path = mail.contact.email, return_path(mail)
    raw = magic.bounce(MAIL, path, email).replace(b"5.1.1", b"5.4.1")
    raw = raw.replace(b"no such user", b"Recipient address rejected: Access denied")
    return Incoming(raw, Source.MAILBOX, path)


def test_a_domain_that_refuses_everybody_behind_our_relay_ends_nobody():
    mails = [
        DeliveryFactory(contact=ContactFactory(email=f"p{n}@firm.example"))
        for n in range(3)
    ]
    record_many([notice(mail) for mail in mails[:2]])
    assert Bounce.objects.filter(rule="microsoft-edge", doing="count").count() == 2
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("neighbours", [0, 1])
def test_a_report_that_comes_later_is_held_to_the_same(neighbours):
    for _ in range(neighbours):
        accepted()
    mail = DeliveryFactory(contact=ContactFactory(email="ana@firm.example"))
    record_many([notice(mail)])
    assert Bounce.objects.get().rule == "microsoft-edge"
    assert Suppression.objects.count() == neighbours


def test_it_wears_out_like_any_failing_mailbox():
    ana = ContactFactory(email="ana@firm.example")
    for days in (40, 30, 20, 10, 0):
        at = timezone.now() - days * DAY
        DeliveryFactory(
            contact=ana,
            state="refused",
            delivered_at=None,
            started_at=at,
            settled_at=at,
            **dict(zip(("reply", "smtp_code", "enhanced_code"), EDGE, strict=True)),
        )
    judging.judge_refusals()
    assert Suppression.objects.get().reason == Reason.BOUNCED


def test_judged_anew_those_without_a_neighbour_stand_in_the_rescue_report():
    neighbour = accepted()
    turned_away()
    Delivery.objects.filter(pk=neighbour.pk).update(bounced_at=timezone.now())
    rejudging.run(rejudging.request(None))
    assert rescue.candidates().count() == 1
