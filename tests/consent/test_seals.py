"""The seals of the ledger: what a rewritten chain cannot hide."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from consent.models import Address, ConsentRecord, Seal
from consent.tasks import seal_ledger
from consent.vocabulary import Act, Action, Actor, Mechanism
from tests.consent.test_verify import behind_our_back
from tests.factories import make_address

ACT = Act(action=Action.WITHDRAWN, mechanism=Mechanism.STAFF, actor=Actor.STAFF)


def write(address):
    Address.objects.lock([address.pk])
    return ConsentRecord.objects.append([address.pk], ACT)[address.pk]


@pytest.fixture
def address(db):
    """With one sealed record, and two that another seal covers."""
    address = make_address("ana@people.example")
    for count in (1, 2):
        for _ in range(count):
            write(address)
        seal_ledger()
    return address


def cut_off(address):
    """The last record goes and the chain is mended: by itself it holds."""
    last = ConsentRecord.objects.order_by("pk").last()
    behind_our_back("DELETE FROM consent_consentrecord WHERE id = %s", last.pk)
    behind_our_back(
        "UPDATE consent_address SET ledger_head = (SELECT hash FROM"
        " consent_consentrecord ORDER BY id DESC LIMIT 1) WHERE id = %s",
        address.pk,
    )


def test_each_seal_covers_what_came_since_the_last(address):
    assert list(Seal.objects.order_by("pk").values_list("count", flat=True)) == [1, 2]
    assert Seal.objects.seal() is None


def test_a_sealed_ledger_holds_and_names_its_newest_seal(address, capsys):
    call_command("verify_ledger")
    assert bytes(Seal.objects.latest("pk").mac).hex() in capsys.readouterr().out


def test_a_record_that_was_cut_off_with_its_chain_mended_is_found(address, capsys):
    cut_off(address)
    assert ConsentRecord.objects.breaks(0, address.pk) == []
    with pytest.raises(CommandError, match="in 1 place"):
        call_command("verify_ledger")
    assert "not those it was made of" in capsys.readouterr().err


def test_without_the_key_a_seal_cannot_be_made_anew(address, settings):
    held = settings.LEDGER_KEY
    settings.LEDGER_KEY = "another key that somebody without ours has made up"
    behind_our_back("DELETE FROM consent_seal")
    seal_ledger()
    settings.LEDGER_KEY = held
    assert len(list(Seal.objects.broken())) == 1


def test_a_seal_missing_in_the_middle_is_found(address):
    behind_our_back("DELETE FROM consent_seal WHERE after = 0")
    assert len(list(Seal.objects.broken())) == 1


def test_a_seal_missing_at_the_end_is_found_by_who_noted_it(address, capsys):
    last = Seal.objects.latest("pk")
    noted = bytes(last.mac).hex()
    call_command("verify_ledger", seal=noted)
    behind_our_back("DELETE FROM consent_seal WHERE id = %s", last.pk)
    with pytest.raises(CommandError):
        call_command("verify_ledger", seal=noted)
    assert "not there any more" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_what_is_being_written_is_left_to_the_next_seal():
    ana, bo = make_address("ana@people.example"), make_address("bo@people.example")
    sealed = []

    def seal():
        sealed.append(Seal.objects.seal())
        connection.close()

    with transaction.atomic():
        write(ana)
        thread = threading.Thread(target=seal)
        thread.start()
        thread.join(10)
    assert sealed == [None]
    write(bo)
    assert Seal.objects.seal().count == 2
