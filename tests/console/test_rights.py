"""Everything held on a person, shown to her and forgotten."""

import json
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEntry
from bounces.models import Bounce, Report
from consent.models import Address, ConsentEvidence, ConsentText, Grant, Suppression
from consent.vocabulary import Evidence, Reason
from console.holdings import HOLDINGS, Person
from contacts import subscriptions
from contacts.models import Contact
from deliveries.models import CaughtMail, Delivery, DeliveryState, Event
from optouts.models import Farewell
from signups.models import Submission
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    FormFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_address,
)

pytestmark = pytest.mark.django_db

SECRETS = ("ana@people.example", "Anastasia", "192.0.2.77", "Netscape", "Tampere")


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


@pytest.fixture
def ana(kind, alice):
    """Somebody who left traces wherever a person can."""
    person = ContactFactory(email="ana@people.example", first_name="Anastasia")
    person.city = "Tampere"
    person.save(update_fields=["city"])
    evidence = Evidence(
        raw_address="ana@people.example", ip="192.0.2.77", user_agent="Netscape"
    )
    agree(person, kind, evidence=evidence)
    mail = DeliveryFactory(
        contact=person,
        address=person.address,
        state=DeliveryState.QUEUED,
        started_at=None,
        settled_at=None,
        delivered_at=None,
        reply="451 later, ana@people.example",
    )
    Event.objects.create(
        kind="click",
        delivery_id=mail.pk,
        message=mail.message,
        address=person.address,
        ip="192.0.2.77",
        user_agent="Netscape",
    )
    what_came_back(mail)
    Submission.objects.create(
        form=FormFactory(),
        text=ConsentText.of("Yes, write to me."),
        address=person.address,
        email="ana@people.example",
        answers={"city": "Tampere"},
        ip="192.0.2.77",
    )
    AuditEntry.objects.record(
        alice, "edited a contact", subject="Anastasia", detail={"from": person.email}
    )
    return person


def what_came_back(mail):
    report = Report.objects.create(
        source="upload",
        digest=b"d",
        envelope_to="ana@people.example",
        raw=b"Anastasia",
        kind="bounce",
        outcome="done",
    )
    Bounce.objects.create(
        delivery_id=mail.pk,
        message=mail.message,
        address=mail.address,
        report=report,
        kind="soft",
        category="other",
        doing="count",
        words="<ana@people.example> is full",
    )
    Farewell.objects.create(
        address=mail.address, message_id=mail.message_id, why="too_many"
    )
    CaughtMail.objects.create(
        recipient="ana@people.example", subject="Anastasia!", raw=b"ana"
    )


def page(name, person):
    return reverse(f"console:{name}", args=[person.address_id])


def everywhere():
    """Every letter in every table, but the passwords of the staff."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found[table] = " ".join(row[0] for row in cursor.fetchall())
        return found


def erase(client, person, typed=None):
    return client.post(page("erase", person), {"address": typed or person.email})


@pytest.mark.parametrize("name", ["everything", "everything_json", "erase"])
class TestWhoMay:
    def test_an_outsider_is_sent_to_sign_in(self, outsider_client, ana, name):
        answer = outsider_client.get(page(name, ana))
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]

    def test_staff_without_the_right_are_refused(self, client, ana, name):
        client.force_login(UserFactory())
        assert client.get(page(name, ana)).status_code == 403

    def test_nobody_is_found_behind_another_number(self, client, ana, name):
        assert client.get(reverse(f"console:{name}", args=[0])).status_code == 404


def test_the_page_shows_what_is_held(client, ana, kind):
    shown = client.get(page("everything", ana)).content.decode()
    for secret in (*SECRETS, kind.name, "Date and source on file", "city: Tampere"):
        assert secret in shown


def test_the_file_holds_the_same(client, ana):
    held = json.loads(client.get(page("everything_json", ana)).content)
    assert held["The contact"][0]["first_name"] == "Anastasia"
    assert held["Clicks and opens"][0]["ip"] == "192.0.2.77"
    assert set(held) <= {holding.title for holding in HOLDINGS}


@pytest.mark.parametrize("is_deleted_before", [True, False])
def test_nothing_that_names_her_is_left_anywhere(client, ana, alice, is_deleted_before):
    assert any("Anastasia" in text for text in everywhere().values())
    asked = {"address": ana.email, "scope": "everything", "basis": "consent"}
    client.post(reverse("optouts:opt_out"), asked | {"explanation": "By phone."})
    Contact.objects.get(pk=ana.pk).keep(ana.email, alice, fields=["city"])
    subscriptions.opt_out(ana, alice)
    if is_deleted_before:
        ana.forget(alice)
    erase(client, ana)
    left = {
        (table, secret)
        for table, text in everywhere().items()
        for secret in SECRETS
        for spelling in (secret, quote(secret), secret.encode().hex())
        if spelling in text
    }
    assert left == set()


def test_the_log_about_a_namesake_stays(client, ana, alice):
    other = ContactFactory(first_name=ana.first_name, last_name=ana.last_name)
    subscriptions.opt_out(other, alice)
    erase(client, ana)
    assert AuditEntry.objects.filter(subject=str(ana)).count() == 1


def test_what_was_done_to_the_access_of_a_user_stays_written(client, ana, alice):
    UserFactory(email=ana.email)
    AuditEntry.objects.record(alice, "switched off", subject=ana.email)
    erase(client, ana)
    assert AuditEntry.objects.get(verb="switched off").subject == ana.email


def test_she_is_never_mailed_again_not_even_after_an_import(client, ana):
    erase(client, ana)
    again = ContactFactory(email="ana@people.example")
    assert again.address_id == ana.address_id
    no = Suppression.objects.active().get(address=again.address)
    assert no.reason == Reason.ERASED
    assert not Grant.objects.filter(address=again.address).exists()


def test_what_is_queued_for_her_is_cancelled(client, ana):
    erase(client, ana)
    mail = Delivery.objects.get(address=ana.address)
    assert (mail.state, mail.reply) == (DeliveryState.CANCELLED, "")


@pytest.mark.parametrize("typed", ["", "bo@people.example", "ana", "@", "ana@people"])
def test_another_address_erases_nobody(client, ana, typed):
    answer = client.post(page("erase", ana), {"address": typed})
    assert answer.status_code == 422
    assert Contact.objects.filter(pk=ana.pk).exists()


def test_looking_erases_nobody(client, ana):
    client.get(page("erase", ana), {"address": ana.email})
    assert Contact.objects.filter(pk=ana.pk).exists()


def test_an_address_without_a_contact_is_erased_as_well(client):
    address = make_address("bo@people.example")
    client.post(reverse("console:erase", args=[address.pk]), {"address": address.key})
    address.refresh_from_db()
    assert address.key is None


def test_the_ledger_still_proves_itself(client, ana):
    erase(client, ana)
    assert not ConsentEvidence.objects.filter(record__address=ana.address).exists()
    call_command("verify_ledger")


def test_the_others_keep_everything(client, ana, kind):
    bo = ContactFactory(email="bo@people.example")
    agree(bo, kind, evidence=Evidence(ip="192.0.2.9"))
    mail = DeliveryFactory(contact=bo, address=bo.address, reply="250 fine")
    before = [(one.title, one.rows(Person.of(bo.address))) for one in HOLDINGS]
    erase(client, ana)
    assert [(one.title, one.rows(Person.of(bo.address))) for one in HOLDINGS] == before
    mail.refresh_from_db()
    assert mail.reply == "250 fine"


# Models that lead to a person and are no holding of their own, with the reason.
ELSEWHERE: dict[str, str] = {}


def test_no_model_about_people_is_forgotten():
    """Whoever adds a model with somebody's address says what erasure does with it."""
    held = {holding.model for holding in HOLDINGS}
    about = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in {Address, Contact}
    }
    assert {one._meta.label for one in about - held} == set(ELSEWHERE)
