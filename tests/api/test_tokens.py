"""Tokens: made once, shown once, never more than their owner, taken back at once."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from api.models import NameTaken, Token
from api.scopes import TokenScope
from api.urls import api
from tests.api.asking import V1, Program, told
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

TOKENS = reverse("console:tokens")
NEW = {"name": "CRM sync", "scopes": ["contacts:read"], "days": "90"}


def make(client, **fields):
    return client.post(reverse("console:token_create"), NEW | fields)


class TestMaking:
    def test_the_secret_is_shown_and_opens_the_door(self, client):
        secret = make(client).context["secret"]
        bearer = {"Authorization": f"Bearer {secret}"}
        assert Client(headers=bearer).get(f"{V1}/properties").status_code == 200

    def test_the_secret_is_shown_once(self, client):
        secret = make(client).context["secret"]
        assert secret not in client.get(TOKENS).content.decode()

    def test_no_cache_keeps_the_page_with_the_secret(self, client):
        assert "no-store" in make(client)["Cache-Control"]

    def test_the_secret_stands_in_no_table(self, client):
        secret = make(client).context["secret"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT t::text FROM api_token t")
            assert secret not in cursor.fetchone()[0]

    def test_it_is_written_down(self, client, alice):
        make(client)
        entry = AuditEntry.objects.get(verb="created an API token")
        assert (entry.actor, entry.subject) == (alice, "CRM sync")
        assert entry.detail["scopes"] == ["contacts:read"]

    def test_it_works_as_long_as_was_chosen(self, client):
        make(client, days="30")
        left = Token.objects.get().expires_at - timezone.now()
        assert dt.timedelta(days=29) < left <= dt.timedelta(days=30)

    def test_it_may_work_without_an_end(self, client):
        make(client, days="0")
        assert Token.objects.get().expires_at is None

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("scopes", []),
            ("scopes", ["root"]),
            ("days", "9999"),
            ("days", ""),
        ],
    )
    def test_what_cannot_be_makes_none(self, client, field, value):
        assert make(client, **{field: value}).status_code == 422
        assert not Token.objects.exists()

    def test_the_same_name_twice_is_refused(self, client):
        make(client)
        answer = make(client, name="crm SYNC")
        assert "a token called “crm SYNC” already" in answer.content.decode()

    def test_the_name_is_free_again_when_it_was_taken_back(self, alice):
        token, _ = Token.objects.issue(alice, "CRM", [TokenScope.CONTACTS_READ])
        token.revoke(alice)
        assert Token.objects.issue(alice, "CRM", [TokenScope.CONTACTS_READ])


class TestTheDatabase:
    @pytest.mark.parametrize("scopes", [[], ["root"]])
    def test_refuses_scopes_that_are_none(self, alice, scopes):
        with pytest.raises((IntegrityError, NameTaken)), transaction.atomic():
            Token.objects.create(owner=alice, name="x", scopes=scopes, digest=b"x")


class TestTakingBack:
    def test_it_works_no_more_at_once(self, client, program):
        client.post(reverse("console:token_revoke", args=[program.token.pk]))
        assert told(program.get("/properties")) == (401, "no_token")

    def test_it_is_written_down(self, client, program):
        client.post(reverse("console:token_revoke", args=[program.token.pk]))
        assert AuditEntry.objects.filter(verb="took back an API token").count() == 1

    def test_asking_for_the_page_takes_nothing_back(self, client, program):
        client.get(reverse("console:token_revoke", args=[program.token.pk]))
        assert program.get("/properties").status_code == 200

    def test_twice_is_once(self, client, program):
        for _ in range(2):
            client.post(reverse("console:token_revoke", args=[program.token.pk]))
        assert AuditEntry.objects.filter(verb="took back an API token").count() == 1


class TestWhoIsIn:
    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer lw_nobody",
            "Bearer x",
            "Basic YTpi",
            "Bearer " + "x" * 5000,
            "Bearer lw_\xff",
        ],
    )
    def test_nobody_without_a_token(self, db, header):
        answer = Client(headers={"Authorization": header}).get(f"{V1}/contacts")
        assert told(answer) == (401, "no_token")
        assert answer["WWW-Authenticate"].startswith("Bearer")

    def test_a_session_is_no_token(self, client):
        assert told(client.get(f"{V1}/contacts")) == (401, "no_token")

    def test_a_token_is_no_session(self, program):
        assert program.client.get("/contacts/").status_code == 302

    def test_not_after_its_end(self, program):
        program.token.expires_at = timezone.now() + dt.timedelta(hours=1)
        program.token.save(update_fields=["expires_at"])
        with time_machine.travel(dt.timedelta(hours=2) + timezone.now()):
            assert told(program.get("/properties")) == (401, "no_token")

    def test_not_when_its_owner_comes_back(self, alice, client):
        bo = UserFactory(role=Role.MARKETER)
        program = Program(bo)
        for name in ("user_off", "user_on"):
            client.post(reverse(f"console:{name}", args=[bo.pk]))
        bo.refresh_from_db()
        assert bo.is_active
        assert program.get("/contacts").status_code == 401

    def test_not_when_its_owner_is_switched_off(self, alice):
        bo = UserFactory(role=Role.ADMIN)
        program = Program(bo)
        bo.switch(alice, on=False)
        assert told(program.get("/properties")) == (401, "no_token")

    def test_not_for_what_it_has_no_scope_for(self, alice):
        program = Program(alice, [TokenScope.SEGMENTS_READ])
        answer = program.get("/properties")
        assert told(answer) == (403, "scope")
        assert answer.json()["scope"] == "contacts:read"

    def test_not_for_what_its_owner_may_no_longer_do(self, alice):
        bo = UserFactory(role=Role.ADMIN)
        program = Program(bo)
        bo.take_role(Role.VIEWER, alice)
        assert told(program.get("/contacts")) == (403, "scope")

    def test_its_last_use_is_known(self, program):
        program.get("/properties")
        program.token.refresh_from_db()
        assert program.token.last_used_at is not None


class TestThePace:
    def test_every_answer_says_how_many_requests_are_left(self, program, settings):
        settings.API_REQUESTS_PER_MINUTE = 5
        program.get("/properties")
        answer = program.get("/properties")
        assert answer["RateLimit-Policy"] == '"token";q=5;w=60'
        assert answer["RateLimit"].startswith('"token";r=3;t=')

    def test_more_than_allowed_are_told_to_wait(self, program, settings):
        settings.API_REQUESTS_PER_MINUTE = 2
        answers = [program.get("/properties") for _ in range(3)]
        assert told(answers[-1]) == (429, "too_many")
        assert 1 <= int(answers[-1]["Retry-After"]) <= 60

    def test_one_token_does_not_slow_another(self, program, alice, settings):
        settings.API_REQUESTS_PER_MINUTE = 1
        other = Program(alice, name="Shop")
        program.get("/properties")
        assert other.get("/properties").status_code == 200

    def test_without_a_broker_nobody_waits(self, program, settings):
        settings.API_REQUESTS_PER_MINUTE = 0
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert program.get("/properties").status_code == 200


def test_the_list_costs_the_same_for_many(client, alice, django_assert_num_queries):
    for number in range(5):
        Token.objects.issue(alice, f"Token {number}", [TokenScope.CONTACTS_READ])
    client.get(TOKENS)
    with django_assert_num_queries(3):
        client.get(TOKENS)


def test_the_page_of_calls_names_every_call_with_its_scope(client):
    shown = client.get(reverse("console:calls")).content.decode()
    for call in api.calls():
        assert f"{call.method} {call.path}" in shown
        assert call.scope in shown


def test_every_call_says_what_it_does():
    assert [call.path for call in api.calls() if not call.what] == []
