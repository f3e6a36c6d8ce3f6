"""How long what is personal is kept: the settings, and that the jobs keep to them."""

import datetime as dt

import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import AuditEntry, Retention
from accounts.retention import BOUNDS, Kept
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "/settings/retention/"
NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
USUAL = {kept.value: bounds.usual for kept, bounds in BOUNDS.items()}


def days(number):
    return dt.timedelta(days=number)


def test_an_outsider_has_to_sign_in(outsider_client):
    assert reverse("login") in outsider_client.get(URL).url


def test_a_marketer_may_look_but_not_change_it(client):
    client.force_login(UserFactory(role=Role.MARKETER))
    assert client.get(URL).status_code == 200
    assert client.post(URL, USUAL | {"imports": 8}).status_code == 403


@pytest.mark.parametrize("kept", Kept)
def test_what_was_not_set_is_kept_as_is_usual(kept):
    assert NOW - Retention.objects.since(kept, NOW) == days(BOUNDS[kept].usual)


@pytest.mark.parametrize("kept", Kept)
def test_what_was_set_counts(client, kept):
    client.post(URL, USUAL | {kept.value: BOUNDS[kept].least})
    assert NOW - Retention.objects.since(kept, NOW) == days(BOUNDS[kept].least)


def test_only_what_is_different_is_stored_and_noted(client):
    client.post(URL, USUAL | {"imports": 8})
    assert Retention.objects.get().kept == Kept.IMPORTS
    assert AuditEntry.objects.get().detail == {"imports": 8}


def test_what_was_set_can_be_set_again(client):
    client.post(URL, USUAL | {"imports": 8})
    client.post(URL, USUAL | {"imports": 9})
    assert Retention.objects.get().days == 9


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(0, "for 1 day at least"), (91, "for 90 days at most"), ("x", "whole number")],
)
def test_what_is_out_of_bounds_is_refused_and_stays_in_its_field(
    client, days, sentence
):
    answer = client.post(URL, USUAL | {"browsers": days, "imports": 8})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="8"' in answer.content.decode()
    assert not Retention.objects.exists()


@pytest.mark.parametrize("kept", Kept)
def test_the_database_holds_the_bounds_as_well(kept):
    with pytest.raises(IntegrityError):
        Retention.objects.create(kept=kept, days=BOUNDS[kept].most + 1)
