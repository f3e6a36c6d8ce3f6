"""Workers that need the same rows at one moment do not wait in a circle."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from bounces import domains, incidents, judging
from bounces.models import BouncePolicy, DomainCheck, Incident, Stance
from bounces.policy import Policy
from consent.models import Address, Suppression
from consent.vocabulary import Reason
from deliveries.models import Hold
from tests.bounces.test_incidents import REPUTATION, again_of, refused, refused_at_gmail
from tests.factories import UserFactory
from tests.threads import PATIENCE, WAITING, halfway

pytestmark = pytest.mark.django_db(transaction=True)


def waits(threads, work):
    """Begun in a thread of its own; comes back when it waits for us too."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    begun = threads.submit(run)
    with connection.cursor() as cursor:
        while len(rows(cursor, WAITING)) < 2:
            time.sleep(0.01)
    return begun


def rows(cursor, question):
    cursor.execute(question)
    return cursor.fetchall()


def test_who_is_blocked_for_it_meanwhile():
    """While it is solved one is blocked, and another worker comes to her."""
    BouncePolicy.objects.update_or_create(id=1, defaults={"stance": Stance.STRICT})
    refused_at_gmail(3)
    incident, rosa = Incident.objects.get(), UserFactory()
    late = refused("late@gmail.com", REPUTATION.format(n=9)).address_id

    @transaction.atomic
    def comes_to_her():
        Address.objects.lock([late])
        Incident.objects.select_for_update().get()

    others = []
    with ThreadPoolExecutor(1) as threads:
        solved = halfway(
            judging.judge_refusals,
            lambda: incidents.solve(incident, rosa, "Delisted"),
            lambda: others.append(waits(threads, comes_to_her)),
        )
        others[0].result(PATIENCE)
    assert solved.released == 4


def test_who_pauses_it_and_what_stops_by_itself():
    refused_at_gmail(3)
    incident, rosa = Incident.objects.get(), UserFactory()
    halfway(
        lambda: incidents.attach(again_of(incident), Policy()),
        lambda: incidents.pause(incident, rosa),
        lambda: incidents.hold(incident),
    )
    assert Hold.objects.get() == Incident.objects.get().hold


def test_a_domain_that_is_given_up_and_bounces_again():
    refused("ana@nothing.example", "550 5.1.2 domain not found", 550, "5.1.2")
    judging.judge_refusals()
    ana = Address.objects.get(key="ana@nothing.example")
    DomainCheck.objects.update(failures=2, asked_at=timezone.now())
    check = DomainCheck.objects.get()
    halfway(
        lambda: Address.objects.lock([ana.pk]),
        lambda: domains._note(check, domains.Found.NO_NAME),
        lambda: DomainCheck.objects.watch(["nothing.example"]),
    )
    assert Suppression.objects.filter(reason=Reason.DEAD_ADDRESS).exists()


def test_what_stops_sending_is_locked_in_one_order(monkeypatch):
    """Whatever asks for it: a domain that cannot be found, or a storm at a provider."""
    monkeypatch.setattr(incidents, "STORM", 3)
    for n in range(3):
        fields = {"provider": "gmail", "started_at": timezone.now()}
        refused(f"p{n}@gmail.com", REPUTATION.format(n=n), **fields)
    refused("ana@nothing.example", "550 5.1.2 domain not found", 550, "5.1.2")
    judging.judge_refusals()
    kinds = Hold.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["domain", "provider"]
