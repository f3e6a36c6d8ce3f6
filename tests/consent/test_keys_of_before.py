"""The key behind the fingerprints was changed: who was erased is found all the same."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from consent import addresses
from consent.models import Address, Suppression, address_hmac
from consent.vocabulary import Reason
from tests.factories import make_address, no_because

pytestmark = pytest.mark.django_db
ADA = "ada@people.example"


@pytest.fixture
def change(settings):
    """The key is another one from now on."""

    def now_another():
        settings.ERASURE_KEYS_BEFORE = [settings.ERASURE_KEY]
        settings.ERASURE_KEY = "another key, long enough for anything at all"

    return now_another


@pytest.fixture
def erased(change):
    """Ada was erased before that; her row."""
    ada = make_address(ADA)
    Suppression.objects.suppress([ada.pk], Reason.ERASED, no_because(Reason.ERASED))
    Address.objects.filter(pk=ada.pk).update(key=None)
    change()
    return ada


def renewed():
    told = StringIO()
    call_command("renew_erasure_key", stdout=told)
    return told.getvalue()


def fingerprint():
    return bytes(Address.objects.get().key_hmac)


def test_who_was_erased_comes_back_on_her_old_row(erased):
    assert make_address(ADA) == erased
    assert fingerprint() == address_hmac(ADA)


def test_a_bulk_writer_finds_her_old_row(erased):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bulk ON COMMIT DROP AS SELECT %s::text AS key,"
            " %s::bytea AS key_hmac, NULL::bigint AS address_id",
            [ADA, address_hmac(ADA)],
        )
    assert Address.objects.settle("bulk") == [erased.pk]
    assert Address.objects.get().key == ADA


def test_whoever_asks_for_her_address_is_told(erased):
    assert Address.objects.find(ADA) == erased
    assert set(Suppression.objects.by_key([ADA])) == {ADA}
    assert Address.objects.erased_among([ADA, "bo@people.example"]) == {ADA}


def test_the_same_fingerprint_of_before_is_no_second_row(change):
    ada = make_address(ADA)
    before = fingerprint()
    change()
    renewed()
    assert Address.objects.ensure_macs([before]) == {before: ada.pk}
    assert Address.objects.count() == 1


def test_known_addresses_get_fingerprints_of_the_key_of_now(change):
    make_address(ADA)
    change()
    assert "1 fingerprints were made anew" in renewed()
    assert fingerprint() == address_hmac(ADA)
    assert "0 fingerprints were made anew" in renewed()


def test_more_than_one_piece_of_them_are_made_anew(change, monkeypatch):
    monkeypatch.setattr("consent.models.address.BATCH_SIZE", 2)
    Address.objects.ensure(
        [addresses.parse(f"p{number}@people.example") for number in range(5)]
    )
    change()
    assert "5 fingerprints were made anew" in renewed()


def test_who_was_erased_keeps_the_key_of_before_needed(erased):
    assert "1 erased addresses may be under a key of before" in renewed()


def test_without_anybody_erased_the_old_key_can_go(change):
    change()
    assert "can be emptied" in renewed()
