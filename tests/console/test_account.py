"""The settings of the account."""

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEntry
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "/settings/account/"
USUAL = {
    "name": "Hallin kauppa",
    "time_zone": "Europe/Helsinki",
    "language": "en",
    "quiet_by": "reader",
}


def test_the_account_is_changed_and_the_log_says_how(client):
    client.post(URL, USUAL)
    assert Account.current().time_zone == "Europe/Helsinki"
    changed = {name: USUAL[name] for name in ("name", "time_zone")}
    assert AuditEntry.objects.get().detail == changed


def test_a_second_person_is_asked_for_where_there_is_one(client):
    UserFactory(role=Role.MARKETER)
    client.post(URL, {**USUAL, "second_person": "on"})
    assert Account.current().second_person


@pytest.mark.parametrize("role", [None, Role.VIEWER])
def test_nobody_is_asked_for_who_is_not_there(client, role):
    if role:
        UserFactory(role=role)
    answer = client.post(URL, {**USUAL, "second_person": "on"})
    assert "There is nobody who could approve" in answer.content.decode()
    assert not Account.current().second_person


def test_whoever_was_switched_off_is_nobody(client):
    UserFactory(role=Role.ADMIN, is_active=False)
    client.post(URL, {**USUAL, "second_person": "on"})
    assert not Account.current().second_person


def test_an_unknown_time_zone_is_refused_and_the_name_stays_in_the_field(client):
    answer = client.post(
        URL, {**USUAL, "name": "Kept", "time_zone": "Moon/Tranquility"}
    )
    assert answer.status_code == 422
    assert 'value="Kept"' in answer.content.decode()


def test_others_look_and_change_nothing(client):
    client.force_login(UserFactory(role=Role.HYGIENE))
    page = client.get(URL)
    assert "Only an administrator can change this." in page.content.decode()
    assert client.post(URL, USUAL).status_code == 403


def test_an_outsider_has_to_sign_in(outsider_client):
    assert reverse("login") in outsider_client.get(URL).url


NIGHT = {"quiet_from": "21:00", "quiet_until": "08:00", "quiet_by": "reader"}


def test_quiet_hours_are_kept_and_noted(client):
    client.post(URL, {**USUAL, **NIGHT})
    assert f"{Account.current().quiet_until:%H:%M}" == "08:00"
    assert AuditEntry.objects.get().detail["quiet_from"] == "21:00"


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ({"quiet_until": ""}, "Say when the quiet hours begin and end."),
        ({"quiet_from": "08:00"}, "Leave some hours in which mail may leave."),
        ({"quiet_from": "nine"}, "Write the time as 21:00."),
    ],
)
def test_quiet_hours_that_cannot_be_are_told(client, hours, sentence):
    answer = client.post(URL, {**USUAL, **NIGHT, **hours})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_limit_for_one_person_is_kept_and_noted(client):
    client.post(URL, {**USUAL, "cap_mails": "3", "cap_days": "7"})
    account = Account.current()
    assert (account.cap_mails, account.cap_days) == (3, 7)
    assert AuditEntry.objects.get().detail["cap_mails"] == 3


@pytest.mark.parametrize("half", [{"cap_mails": "3"}, {"cap_days": "7"}])
def test_half_a_limit_is_told(client, half):
    answer = client.post(URL, {**USUAL, **half})
    assert answer.status_code == 422
    assert "Say how many emails" in answer.content.decode()
