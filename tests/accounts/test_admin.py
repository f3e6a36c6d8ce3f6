"""The admin can be looked at everywhere and loses nothing anywhere."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import BinaryField
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, AuditEntry, Job
from bounces.models import Report
from campaigns.models import Picture
from consent.models import ConsentRecord, Grant, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Evidence, Mechanism, Reason
from contacts.models import PropertyDefinition
from deliveries.models import Hold, ProviderLimit, Relay
from optouts.models import Farewell
from segments.models import SegmentUse
from tests.factories import (
    BrandFactory,
    ContactFactory,
    DeliveryFactory,
    MarketingEmailFactory,
    SegmentFactory,
    SubscriptionTypeFactory,
    agree,
)

pytestmark = pytest.mark.django_db
OUR_APPS = (
    *("accounts", "consent", "contacts", "deliveries", "segments", "campaigns"),
    *("reengagement", "bounces", "optouts", "signups", "api"),
)
OURS = [model for model in admin.site._registry if model._meta.app_label in OUR_APPS]
# what can be changed there, and how
CHANGES = {
    "Account": {"name": "Other"},
    "Brand": {"name": "Other"},
    "Contact": {"first_name": "Other"},
    "Hold": {"lift_reason": "Other"},
    "PropertyDefinition": {"label": "Other"},
    "ProviderLimit": {"per_day": 5},
    "Relay": {"weight": 5},
    "Segment": {"name": "Other"},
    "SubscriptionType": {"name": "Other"},
}
CHANGED = [model for model in OURS if model.__name__ in CHANGES]
READ_ONLY = [model for model in OURS if model.__name__ not in CHANGES]


@pytest.fixture
def rows(alice):
    """At least one row of nearly everything."""
    contact = ContactFactory(email="ana@people.example")
    agree(contact, SubscriptionType.objects.default())
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.STAFF,
        actor=Actor.STAFF,
        evidence=Evidence(),
    )
    Suppression.objects.suppress([contact.address_id], Reason.STAFF_OPT_OUT, act)
    AuditEntry.objects.record(alice, "signed in")
    Job.objects.create(kind="x", label="A job")
    Farewell.objects.create(address=contact.address, message_id=1, why="other")
    PropertyDefinition.objects.create(name="age", label="Age", kind="number")
    ProviderLimit.objects.create(provider="gmail", per_day=9)
    Relay.objects.main()
    Hold.objects.stop_everything(alice, "A test")
    segment = SegmentFactory()
    segment.refresh()
    SegmentUse.objects.note("email:1", [segment], label="Email", url="/")
    MarketingEmailFactory()
    DeliveryFactory(contact=contact)


def a_row(model):
    """Its first one, or where it would be."""
    row = model.objects.first()
    return row.pk if row else 1


def page(model, name, *args):
    return reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args
    )


# not there, and why
ABSENT = {
    "Answer": "what a program was told, for a day",
    "CaughtMail": "the Outbox shows it, with links that sign people in",
    "Change": "notes for the next refresh, very many and soon gone",
    "ConsentChange": "notes for programs that follow the ledger",
    "Displaced": "old values, very many, read by segments only",
    "Forgetting": "how far the feed of changes was forgotten",
    "Forgotten": "how far the forgetting of browsers went",
    "ImportTemplate": "its page shows all there is of it and deletes it",
    "ImportedContact": "what an import did to each of its people",
    "Journal": "one row: which journal of noes belongs to the database",
    "Link": "beside its message",
    "Passkey": "seen and taken away on pages of their own",
    "ProviderMail": "names that the webhooks of providers use",
    "SecondFactor": "a secret",
    "SigningKey": "a secret",
    "Spent": "counts of the current hour",
    "Touched": "notes for the next sum",
}


def test_every_model_of_ours_is_there_or_has_a_reason():
    models = {m.__name__ for m in apps.get_models() if m._meta.app_label in OUR_APPS}
    registered = {model.__name__ for model in admin.site._registry}
    assert models - registered == set(ABSENT)


@pytest.mark.parametrize("model", OURS, ids=str)
def test_its_list_and_a_row_can_be_opened(client, rows, model):
    assert client.get(page(model, "changelist")).status_code == 200
    for row in model.objects.all()[:1]:
        assert client.get(page(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", [Picture, Report], ids=str)
def test_a_list_fetches_no_octets(client, model):
    with CaptureQueriesContext(connection) as asked:
        client.get(page(model, "changelist"))
    columns = [one for one in model._meta.fields if isinstance(one, BinaryField)]
    said = " ".join(query["sql"] for query in asked)
    assert [one.name for one in columns if f'"{one.column}"' in said] == []


@pytest.mark.parametrize("model", OURS, ids=str)
def test_nothing_can_be_deleted(client, rows, model):
    url = page(model, "delete", a_row(model))
    assert client.post(url, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", CHANGED, ids=str)
def test_nothing_can_be_deleted_from_a_list(client, rows, model):
    before = model.objects.count()
    wanted = {"action": "delete_selected", "_selected_action": [a_row(model)]}
    client.post(page(model, "changelist"), {**wanted, "post": "yes"})
    assert model.objects.count() == before


@pytest.mark.parametrize("model", CHANGED, ids=str)
def test_what_can_be_changed_is_written_down_with_who_did_it(
    client, alice, rows, model
):
    row = model.objects.first()
    url = page(model, "change", row.pk)
    form = client.get(url).context["adminform"].form
    shown = {one.name: one.initial for one in form}
    typed = {name: word for name, word in shown.items() if word is not None}
    before = AuditEntry.objects.count()
    assert client.post(url, typed | CHANGES[model.__name__]).status_code == 302
    assert AuditEntry.objects.count() == before + 1
    assert AuditEntry.objects.latest("pk").actor == alice


@pytest.mark.parametrize(
    ("two", "name"),
    [
        (lambda: BrandFactory.create_batch(2), "slug"),
        (lambda: SegmentFactory.create_batch(2), "name"),
        (
            lambda: SubscriptionTypeFactory.create_batch(2, brand=BrandFactory()),
            "slug",
        ),
    ],
)
def test_what_is_there_already_is_refused(client, two, name):
    """Also where the rest of what is unique cannot be changed there."""
    one, other = two()
    url = page(type(one), "change", one.pk)
    form = client.get(url).context["adminform"].form
    typed = {one.name: one.initial for one in form if one.initial is not None}
    answer = client.post(url, typed | {name: getattr(other, name)})
    assert answer.status_code == 200
    assert "already" in str(answer.context["adminform"].errors)


@pytest.mark.parametrize("model", READ_ONLY, ids=str)
def test_what_was_said_or_done_can_only_be_read(client, rows, model):
    assert client.get(page(model, "add")).status_code == 403
    assert client.post(page(model, "change", a_row(model)), {}).status_code == 403


@pytest.mark.parametrize("model", [Grant, Suppression, ConsentRecord], ids=str)
def test_rows_are_found_by_the_exact_address(client, rows, model):
    found = client.get(page(model, "changelist"), {"q": "ANA@people.example"})
    assert found.context["cl"].result_count >= 1
    part = client.get(page(model, "changelist"), {"q": "ana"})
    assert part.context["cl"].result_count == 0


def test_there_is_one_account(client):
    assert Account.objects.count() == 1
    assert client.get(page(Account, "add")).status_code == 403
