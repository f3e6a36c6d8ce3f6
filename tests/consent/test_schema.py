"""What the database itself refuses, whoever asks."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from consent.models import (
    Batch,
    Brand,
    ConsentRecord,
    ConsentText,
    Grant,
    SubscriptionType,
    Suppression,
)
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from tests.factories import ContactFactory, agree, make_address

pytestmark = pytest.mark.django_db


def refused(statement: str, name: str) -> None:
    with (
        pytest.raises(IntegrityError, match=name),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


@pytest.fixture
def world():
    """One person who agreed, and said no to everything."""
    contact = ContactFactory(email="ana@people.example")
    agree(contact, SubscriptionType.objects.default())
    act = Act(action=Action.WITHDRAWN, mechanism=Mechanism.FORM, actor=Actor.CONTACT)
    Suppression.objects.suppress([contact.address_id], Reason.OWN_OPT_OUT, act)
    return contact


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE consent_suppression SET scope = 'brand'", "scope_names_its_object"),
        ("UPDATE consent_suppression SET scope = 'all'", "scope_names_its_object"),
        ("UPDATE consent_suppression SET reason = 'bored'", "reason_is_known"),
        ("UPDATE consent_suppression SET lifted_at = now()", "with_its_record"),
        ("DELETE FROM consent_suppression", "append-only"),
        ("UPDATE consent_grant SET grade = 'certain'", "grant_grade_is_known"),
        ("UPDATE consent_grant SET basis = 'hope'", "grant_basis_is_known"),
        ("DELETE FROM consent_consentrecord", "append-only"),
        ("DELETE FROM consent_brand", "the default brand cannot be deleted"),
        ("DELETE FROM consent_subscriptiontype", "subscription type cannot be deleted"),
        ("DELETE FROM consent_address", "foreign key"),
    ],
)
def test_the_database_refuses(world, statement, name):
    refused(statement, name)


def test_there_is_one_default_brand_and_type(db):
    kind = SubscriptionType.objects.default()
    with pytest.raises(IntegrityError, match="one_default"), transaction.atomic():
        Brand.objects.create(name="Other", slug="other", is_default=True)
    with pytest.raises(IntegrityError, match="one_default"):
        SubscriptionType.objects.create(
            brand=kind.brand, name="Other", slug="other", is_default=True
        )


def test_the_words_somebody_saw_never_change(db):
    text = ConsentText.of("I agree.")
    assert ConsentText.of("I agree.") == text
    refused("UPDATE consent_consenttext SET body = 'You agree.'", "append-only")


def test_a_yes_is_one_row_however_often_it_is_said(world):
    agree(world, SubscriptionType.objects.default())
    assert Grant.objects.count() == 1
    assert ConsentRecord.objects.filter(action=Action.GIVEN).count() == 2


def test_a_batch_is_never_deleted(db):
    Batch.objects.create(kind="opt_out_import", label="list.csv")
    refused("DELETE FROM consent_batch", "append-only")


def test_the_same_no_from_two_batches_is_two_rows(db):
    address = make_address("ana@people.example")
    for _ in range(2):
        batch = Batch.objects.create(kind="opt_out_import", label="list.csv")
        act = Act(
            action=Action.WITHDRAWN,
            mechanism=Mechanism.OPT_OUT_IMPORT,
            actor=Actor.IMPORT,
            batch_id=batch.pk,
        )
        Suppression.objects.suppress([address.pk], Reason.IMPORTED_OPT_OUT, act)
    assert Suppression.objects.count() == 2
    with pytest.raises(IntegrityError, match="once_while_active"):
        Suppression.objects.update(batch=batch)


def test_an_opt_out_outlives_its_contact(world):
    address = world.address
    world.delete()
    assert Suppression.objects.active().get().address == address


def test_a_changed_address_is_another_address(world):
    other = make_address("ana@elsewhere.example")
    assert other != world.address
    assert not Suppression.objects.filter(address=other).exists()


def test_times_of_the_record_are_apart(world):
    long_ago = timezone.now() - dt.timedelta(days=400)
    act = Act(
        action=Action.GIVEN,
        mechanism=Mechanism.FORM,
        actor=Actor.CONTACT,
        occurred_at=long_ago,
    )
    written = ConsentRecord.objects.append([world.address_id], act)
    record = ConsentRecord.objects.get(pk=written[world.address_id])
    assert record.occurred_at == long_ago
    assert record.recorded_at > long_ago
