"""Transactions for statements over very many people."""

import pytest
from django.db import connection, transaction

from deliveries.room import roomy

pytestmark = pytest.mark.django_db(transaction=True)


def waits():
    """Does the end of this transaction wait for the disk?"""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return cursor.fetchone()[0] == "on"


@pytest.fixture(autouse=True)
def careful():
    """The database of the tests is in a hurry by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")


def test_what_can_be_made_again_waits_for_no_disk():
    with roomy(at_leisure=True):
        assert not waits()
    assert waits()


def test_all_else_waits():
    with roomy():
        assert waits()


def test_inside_another_transaction_that_one_decides():
    with transaction.atomic(), roomy(at_leisure=True):
        assert waits()
