import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from consent.models import ConsentEvidence, ConsentRecord
from consent.vocabulary import Act, Action, Actor, Evidence, Mechanism
from tests.factories import make_address

pytestmark = pytest.mark.django_db


def append(address, act):
    return ConsentRecord.objects.append([address.pk], act)[address.pk]


@pytest.fixture
def ledger():
    """Three records of one address, and one of another."""
    address, other = make_address("ana@people.example"), make_address("b@x.example")
    for number in range(3):
        act = Act(
            action=Action.GIVEN,
            mechanism=Mechanism.FORM,
            actor=Actor.CONTACT,
            explanation=str(number),
            evidence=Evidence(ip="192.0.2.1"),
        )
        append(address, act)
    append(other, act)
    return list(ConsentRecord.objects.filter(address=address).order_by("id"))


def behind_our_back(statement: str, *values: int) -> None:
    """As somebody with the database's own rights could do it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_whole_ledger_holds(ledger, capsys):
    call_command("verify_ledger")
    assert "4 records" in capsys.readouterr().out


def test_an_empty_ledger_holds(db, capsys):
    call_command("verify_ledger")
    assert "0 records" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "row", "what"),
    [
        ("UPDATE consent_consentrecord SET action = 'refused' WHERE id = %s", 1, "ch"),
        ("DELETE FROM consent_consentrecord WHERE id = %s", 0, "a record before it"),
        ("DELETE FROM consent_consentrecord WHERE id = %s", 1, "a record before it"),
        ("DELETE FROM consent_consentrecord WHERE id = %s", 2, "the newest record"),
    ],
)
def test_tampering_is_found(ledger, capsys, statement, row, what):
    behind_our_back("DELETE FROM consent_consentevidence")
    behind_our_back(statement, ledger[row].pk)

    with pytest.raises(CommandError, match="does not hold in 1 place"):
        call_command("verify_ledger")
    assert what in capsys.readouterr().err


def test_erasing_the_evidence_leaves_the_chain_whole(ledger):
    ConsentEvidence.objects.all().delete()
    call_command("verify_ledger")


def test_evidence_can_be_checked_against_its_record(ledger):
    address = make_address("cid@people.example")
    act = Act(
        action=Action.GIVEN,
        mechanism=Mechanism.FORM,
        actor=Actor.CONTACT,
        evidence=Evidence(raw_address="Cid@people.example", detail={"b": 1, "a": [2]}),
    )
    stored = ConsentEvidence.objects.get(record=append(address, act))
    record = ConsentRecord.objects.get(pk=stored.pk)
    assert stored.digest() == bytes(record.evidence_hash)
    stored.ip = "192.0.2.9"
    assert stored.digest() != bytes(record.evidence_hash)
