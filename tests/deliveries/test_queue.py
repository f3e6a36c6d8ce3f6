"""The statements of the queue: planned once, sent together, all or nothing."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DataError, connection
from django.utils import timezone

from deliveries import queue
from deliveries.models import Delivery
from deliveries.outcomes import put_back
from deliveries.prepared import array, prepared

pytestmark = pytest.mark.django_db(transaction=True)


def plans(words):
    """How often the statement with these words was planned on this connection, and how
    often it ran with the plan that it had."""
    asked = """SELECT sum(custom_plans), sum(generic_plans) FROM pg_prepared_statements
        WHERE statement LIKE %s AND statement NOT LIKE '%%pg_prepared%%'"""
    with connection.cursor() as cursor:
        cursor.execute(asked, [f"%{words}%"])
        return cursor.fetchone()


@pytest.mark.parametrize(
    "words",
    ["SKIP LOCKED", "AS t(id, reason, due, plain)", "AS t(id, state", "asked WHERE"],
)
def test_a_statement_is_not_planned_for_each_batch(message, queue_for, words):
    queue_for(16)
    question, done = queue.Question.about(message, ["email"]), []
    for _ in range(20):
        rows = queue.start(question, "w", 16, done).rows
        done = [put_back(message.pk, row["delivery"], dt.timedelta()) for row in rows]
    planned, ran = plans(words)
    assert planned == 0 < 10 <= ran


def test_a_batch_that_cannot_be_written_down_is_not_started(message, queue_for):
    queue_for(2)
    question = queue.Question.about(message, ["email"])
    with pytest.raises(DataError):
        queue.start(question, "a name that is too long " * 9, 2)
    assert set(Delivery.objects.values_list("state", "started_at")) == {
        ("queued", None)
    }


def test_a_batch_starts_after_outcomes_that_could_not_be_written(message, queue_for):
    queue_for(3)
    question = queue.Question.about(message, ["email"])
    (row,) = queue.start(question, "w", 1).rows
    too_much = put_back(message.pk, row["delivery"], dt.timedelta())
    with pytest.raises(DataError):
        queue.start(question, "w", 2, [replace(too_much, code=10**6)])
    assert len(queue.start(question, "w", 2, [too_much]).rows) == 2


def test_a_batch_starts_after_one_that_failed(message, queue_for):
    queue_for(2)
    question = queue.Question.about(message, ["email"])
    with pytest.raises(DataError):
        queue.start(question, "a name that is too long " * 9, 2)
    assert len(queue.start(question, "w", 2).rows) == 2


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, 2**40]),
        ("text", ["", "NULL", None, 'he said "no"', "back\\slash", "{a,b}", "ä\n"]),
        ("boolean", [True, False, None]),
        ("timestamptz", [timezone.now(), None]),
        ("interval", [dt.timedelta(days=2, seconds=3), dt.timedelta(), None]),
    ],
)
def test_an_array_says_what_was_put_into_it(kind, values):
    with prepared() as cursor:
        told = cursor.execute(f"SELECT %s::{kind}[]", [array(values)]).fetchone()
    assert told == (values,)
