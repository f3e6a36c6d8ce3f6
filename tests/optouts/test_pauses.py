"""A pause: nothing for a while, by the person's own wish, and then it goes on."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from consent.models import Address, ConsentRecord, Suppression
from consent.vocabulary import Act, Action, Actor, Evidence, Mechanism, Reason
from deliveries.refusals import annotate_refusal
from deliveries.tokens import Purpose
from optouts import choices
from optouts.tasks import end_pauses
from tests.factories import BrandFactory
from tests.optouts.conftest import agree, token_of
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def web():
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def page(ana, kind):
    return f"/p/{token_of(ana, kind, Purpose.PREFERENCES)}"


def pauses():
    return Suppression.objects.active().filter(reason=Reason.PAUSED)


def why_not(address, kind):
    found = annotate_refusal(Address.objects.filter(pk=address.pk), kind, address="pk")
    return found.get().refusal


def can_be_mailed(address, kind):
    return not why_not(address, kind)


def over(days):
    """Time goes by for the pauses there are."""
    for row in pauses():
        Suppression.objects.filter(pk=row.pk).update(
            until=row.until - dt.timedelta(days=days)
        )


@pytest.mark.parametrize("days", choices.PAUSES)
def test_a_button_pauses_everything_for_so_many_days(web, page, days):
    answer = web.post(page, {"pause": str(days)}).content.decode()
    until = pauses().get().until
    assert abs(until - timezone.now() - dt.timedelta(days=days)).total_seconds() < 60
    assert f"until {until:%-d %B %Y}" in answer
    record = ConsentRecord.objects.latest("id")
    assert (record.action, record.actor) == (Action.PAUSED, Actor.CONTACT)


@pytest.mark.parametrize("days", ["", "0", "-30", "31", "9999999", "thirty"])
def test_a_pause_that_is_not_offered_changes_nothing(web, page, days):
    assert web.post(page, {"pause": days}).status_code == 200
    assert not pauses().exists()


def test_looking_pauses_nobody(web, page):
    web.get(page, {"pause": "30"})
    assert not pauses().exists()


def test_who_paused_is_not_mailed_and_why_is_told(ana, kind):
    agree(ana, kind)
    assert can_be_mailed(ana, kind)
    choices.pause(ana, 30, Evidence())
    assert why_not(ana, kind) == "paused"


def test_the_ticks_stay_as_they_were_while_paused(ana, kind):
    agree(ana, kind)
    choices.pause(ana, 30, Evidence())
    (choice,) = choices.choices_of(ana, kind.brand)
    assert choice.is_on
    assert choices.save(ana, kind.brand, {kind.pk}, Evidence()) == []
    assert pauses().exists()


def test_the_last_button_counts(web, page):
    for days in ("90", "30"):
        web.post(page, {"pause": days})
    assert pauses().get().until < timezone.now() + dt.timedelta(days=31)


def test_she_ends_it_earlier_herself(web, page, ana, kind):
    agree(ana, kind)
    web.post(page, {"pause": "60"})
    assert "The pause is over" in web.post(page, {"resume": "1"}).content.decode()
    assert can_be_mailed(ana, kind)


def test_it_ends_by_itself_and_not_a_day_earlier(ana, kind):
    agree(ana, kind)
    choices.pause(ana, 30, Evidence())
    over(29)
    end_pauses()
    assert pauses().exists()
    over(1)
    end_pauses()
    assert not pauses().exists()
    assert can_be_mailed(ana, kind)
    record = ConsentRecord.objects.latest("id")
    assert (record.action, record.actor) == (Action.RESUMED, Actor.SYSTEM)


def test_the_end_of_a_pause_lifts_no_opt_out(web, page, ana):
    web.post(page, {"pause": "30"})
    web.post(page, {"everything": "1"})
    over(30)
    end_pauses()
    left = Suppression.objects.active().values_list("reason", flat=True)
    assert list(left) == [Reason.OWN_OPT_OUT]


def test_only_a_pause_has_an_end(ana):
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.STAFF,
        actor=Actor.STAFF,
        until=timezone.now(),
    )
    with pytest.raises(IntegrityError, match="only_a_pause"), transaction.atomic():
        Suppression.objects.suppress([ana.pk], Reason.STAFF_OPT_OUT, act)


def test_a_kind_can_be_ticked_while_paused(web, page, ana, kind):
    BrandFactory()
    choices.pause(ana, 30, Evidence())
    web.post(page, {"save": "1", "kind": str(kind.pk)})
    assert pauses().get().brand is None


def test_asking_for_a_pause_is_a_sign_of_life():
    world = World()
    person = world.asked(delivered_ago=dt.timedelta(days=15))
    choices.pause(person.address, 30, Evidence())
    assert world.outcome(person) == "signal"
    over(30)
    end_pauses()
    assert world.outcome(person) == "signal"
