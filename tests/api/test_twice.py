"""A request that comes twice is carried out once."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.roles import Role
from api.models import FORGOTTEN_AT_ONCE, Answer
from api.problems import Refused
from api.tasks import forget_answers
from contacts.models import Contact
from tests.api.asking import Program, told
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

BO = {"email": "bo@people.example"}
KEY = {"Idempotency-Key": "order-17"}


def test_the_second_gets_the_answer_of_the_first(program):
    first, second = (program.post("/contacts", BO, **KEY) for _ in range(2))
    assert (second.status_code, second.json()) == (201, first.json())
    assert Contact.objects.count() == 1


def test_without_a_key_it_is_asked_anew(program):
    program.post("/contacts", BO)
    assert told(program.post("/contacts", BO)) == (409, "contact_exists")


def test_another_body_with_the_same_key_is_refused(program):
    program.post("/contacts", BO, **KEY)
    answer = program.post("/contacts", {"email": "cy@people.example"}, **KEY)
    assert told(answer) == (422, "key_reused")
    assert Contact.objects.count() == 1


def test_another_call_with_the_same_key_is_refused(program):
    made = program.post("/contacts", BO, **KEY).json()["id"]
    there = f"/contacts/{made}/unsubscribe"
    assert program.post(there, BO, **KEY).status_code in {404, 422}


def test_the_key_of_another_token_is_another_key(program, alice):
    program.post("/contacts", BO, **KEY)
    other = Program(alice, name="Shop")
    assert told(other.post("/contacts", BO, **KEY)) == (409, "contact_exists")


def test_what_was_refused_may_be_sent_again(program):
    program.post("/contacts", {"email": "nobody"}, **KEY)
    assert program.post("/contacts", BO, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_is_none_is_refused(program, key):
    answer = program.post("/contacts", BO, **{"Idempotency-Key": key})
    assert told(answer) == (422, "invalid")


def test_a_day_later_the_key_is_new(program):
    program.post("/contacts", BO, **KEY)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        forget_answers()
    assert not Answer.objects.exists()


def test_a_day_later_the_key_is_new_also_before_it_was_forgotten(program):
    program.post("/contacts", BO, **KEY)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        answer = program.post("/contacts", {"email": "cy@people.example"}, **KEY)
    assert answer.status_code == 201
    assert Answer.objects.get().body == {"id": answer.json()["id"]}


def test_all_whose_time_is_over_are_forgotten_however_many(program):
    day_before = timezone.now() - dt.timedelta(hours=25)
    Answer.objects.bulk_create(
        Answer(token=program.token, key=f"{n}", request=b"", body={}, at=day_before)
        for n in range(FORGOTTEN_AT_ONCE + 1)
    )
    forget_answers()
    assert not Answer.objects.exists()


def test_within_the_day_it_is_kept(program):
    program.post("/contacts", BO, **KEY)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=23)):
        forget_answers()
    assert Answer.objects.count() == 1


def test_the_kept_answer_names_nobody(program):
    program.post("/contacts", BO, **KEY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM api_answer t")
        assert "bo@" not in cursor.fetchone()[0]


def test_the_database_keeps_one_answer_for_a_key(program):
    Answer.objects.create(token=program.token, key="a", request=b"", body={})
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(token=program.token, key="a", request=b"", body={})


@pytest.mark.django_db(transaction=True)
def test_the_second_at_the_same_moment_is_refused():
    token = Program(UserFactory(role=Role.ADMIN)).token
    begun, go_on, refused = threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        go_on.wait(10)
        return {"done": True}

    def first():
        Answer.objects.once(token, "a", b"x", slow)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    begun.wait(10)
    try:
        Answer.objects.once(token, "a", b"x", dict)
    except Refused as problem:
        refused.append((problem.status, problem.code))
    go_on.set()
    thread.join()
    assert refused == [(409, "in_progress")]
    assert Answer.objects.get().body == {"done": True}
