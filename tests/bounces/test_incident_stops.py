"""Stops of sending that an incident needs, beside those of others."""

from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from bounces import incidents, judging
from bounces.models import BouncePolicy, DomainCheck, Incident
from deliveries.models import DeliveryState, Hold
from tests.bounces.test_incidents import (
    REPUTATION,
    another_at_gmail,
    refused,
    refused_at_gmail,
    refused_at_gmail_again,
)
from tests.factories import DeliveryFactory, MessageFactory, UserFactory

pytestmark = pytest.mark.django_db
GMAIL = {"kind": "provider", "value": "gmail"}


def stopped_by(user):
    return Hold.objects.stop(user, "A wrong price", **GMAIL)


def stopped_by_guard(user):
    return Hold.objects.stop_itself("They refused 3 mails", {"refusals": 3}, **GMAIL)


@pytest.mark.parametrize("stop", [stopped_by, stopped_by_guard])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_stop_for_another_reason_outlives_it(stop, is_first):
    refused_at_gmail(3)
    incident, rosa = Incident.objects.get(), UserFactory()
    wait_for = [lambda: incidents.pause(incident, rosa), lambda: stop(rosa)]
    for begin in wait_for if is_first else reversed(wait_for):
        begin()
    fields = {"state": "queued", "provider": "gmail", "delivered_at": None}
    DeliveryFactory(**fields)
    solved = incidents.solve(incident, rosa, "Delisted")
    other = Hold.objects.active().get()
    assert other.cause != "incident"
    assert incidents.freed(solved).endswith(
        f"0 waiting mails go on. Mail there still waits: {other.reason}"
    )


def test_its_page_says_what_else_stops_mail_there(client):
    refused_at_gmail(3)
    incident = Incident.objects.get()
    incidents.pause(incident, UserFactory())
    stopped_by_guard(None)
    page = client.get(incident.get_absolute_url()).content.decode()
    assert "for another reason as well: They refused 3 mails" in page


def test_who_pauses_what_stopped_by_itself_makes_no_second_stop():
    refused_at_gmail(3)
    incident = Incident.objects.get()
    own = incidents.hold(incident)
    assert incidents.pause(incident, UserFactory()) == own == Hold.objects.get()


def test_what_shared_a_stop_before_has_one_of_its_own():
    before = import_module("bounces.migrations.0017_stops_of_their_own")
    domain = {"kind": "domain", "value": "firm.example"}
    shared = Hold.objects.stop_itself("They refused 3 mails", {"refusals": 3}, **domain)
    DomainCheck.objects.create(domain="firm.example")
    for category in ("spam", "policy"):
        place = {"kind": "domain", "place": "firm.example", "category": category}
        Incident.objects.create(**place, hold=shared)
    with connection.cursor() as cursor:
        cursor.execute(before.OF_INCIDENTS)
        cursor.execute(before.OF_THE_DNS)
    holds = Hold.objects.active().filter(**domain).order_by("cause")
    causes = ["dns", "guard", "incident", "incident"]
    assert list(holds.values_list("cause", flat=True)) == causes
    assert Incident.objects.filter(hold__cause="incident").count() == 2


def test_a_pause_holds_the_provider_until_it_is_solved():
    refused_at_gmail(3)
    incident, rosa = Incident.objects.get(), UserFactory()
    hold = incidents.pause(incident, rosa)
    assert (hold.kind, hold.value) == ("provider", "gmail")
    incidents.solve(incident, rosa, "Delisted")
    assert not Hold.objects.active().exists()


class TestStopByItself:
    """Twenty refusals alike within an hour, a fifth of all mails at least."""

    def at_gmail(self, count, **fields):
        fields = {"message": MessageFactory(), "provider": "gmail", **fields}
        for _ in range(count):
            DeliveryFactory(started_at=timezone.now(), **fields)
        return fields["message"]

    def storm(self, count=incidents.STORM, accepted=10):
        message = self.at_gmail(accepted)
        for n in range(count):
            fields = {"provider": "gmail", "started_at": timezone.now()}
            refused(f"p{n}@gmail.com", REPUTATION.format(n=n), **fields)
        judging.judge_refusals()
        return message

    def test_comes_with_most_mails_refused_and_says_why(self):
        self.storm()
        hold = Hold.objects.active().get()
        assert (hold.kind, hold.value, hold.created_by) == ("provider", "gmail", None)
        assert "Gmail turns our mail away" in hold.reason
        assert Incident.objects.get().hold == hold

    def test_does_not_come_for_few(self):
        self.storm(incidents.STORM - 1)
        assert not Hold.objects.exists()

    def test_does_not_come_when_nearly_all_are_accepted(self):
        message = self.at_gmail(100)
        fields = {"provider": "gmail", "started_at": timezone.now()}
        for n in range(incidents.STORM):
            words = REPUTATION.format(n=n)
            refused(f"p{n}@gmail.com", words, message=message, **fields)
        judging.judge_refusals()
        assert not Hold.objects.exists()

    def test_can_be_switched_off(self):
        BouncePolicy.objects.update_or_create(id=1, defaults={"pauses": False})
        self.storm()
        assert not Hold.objects.exists()

    def test_ends_when_it_is_solved_and_says_how_many_had_waited(self):
        self.storm()
        queued = {"state": DeliveryState.QUEUED, "delivered_at": None}
        self.at_gmail(7, **queued)
        self.at_gmail(2, **(queued | {"provider": "outlook"}))
        solved = incidents.solve(Incident.objects.get(), UserFactory(), "Delisted")
        assert solved.let_go == 7
        assert "7 waiting mails go on" in incidents.freed(solved)
        assert not Hold.objects.active().exists()

    def test_comes_again_where_somebody_has_let_mail_go_meanwhile(self):
        self.storm()
        Hold.objects.get().lift(UserFactory(), "Seen to")
        refused_at_gmail_again()
        assert Incident.objects.get().hold == Hold.objects.active().get()

    def test_goes_on_while_another_incident_needs_it(self):
        self.storm()
        first, rosa = Incident.objects.get(), UserFactory()
        other = another_at_gmail()
        needed = incidents.pause(other, rosa)
        assert incidents.solve(first, rosa, "Delisted").let_go == 0
        assert Hold.objects.active().get() == needed
        incidents.solve(other, rosa, "DKIM repaired")
        assert not Hold.objects.active().exists()
