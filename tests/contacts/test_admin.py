"""The admin shows people and cannot take away what they said."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, OpeningBalance, PropertyDefinition
from tests.contacts.importing import receive
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def changelist(name):
    return reverse(f"admin:contacts_{name}_changelist")


@pytest.fixture
def ada(alice):
    ada = ContactFactory(email="ada@people.example", first_name="Ada")
    OpeningBalance.objects.create(
        contact=ada, address=ada.address, source="x", as_of=timezone.now()
    )
    PropertyDefinition.objects.create(name="age", label="Age", kind="number")
    receive("Email\nbo@people.example\n", alice)
    return ada


@pytest.mark.parametrize(
    "name", ["contact", "contactimport", "openingbalance", "propertydefinition"]
)
def test_every_list_and_row_opens(client, ada, name):
    page = client.get(changelist(name))
    assert page.status_code == 200
    row = page.context["cl"].result_list[0]
    url = reverse(f"admin:contacts_{name}_change", args=[row.pk])
    assert client.get(url).status_code == 200


def test_an_address_cannot_be_changed_there(client, ada):
    url = reverse("admin:contacts_contact_change", args=[ada.pk])
    client.post(url, {"first_name": "Adah", "email": "other@people.example"})
    assert Contact.objects.values_list("first_name", "email").get() == (
        "Adah",
        "ada@people.example",
    )


def test_what_is_written_down_of_a_change_names_nobody(client, ada):
    url = reverse("admin:contacts_contact_change", args=[ada.pk])
    client.post(url, {"first_name": "Adah"})
    entry = LogEntry.objects.get()
    assert entry.object_repr == f"Contact {ada.pk}"
    assert "Ada" not in entry.change_message


def test_nobody_is_deleted_there(client, ada):
    url = reverse("admin:contacts_contact_delete", args=[ada.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403


def test_the_search_looks_at_beginnings(client, ada):
    for text, count in (("ada@", 1), ("people", 0)):
        page = client.get(changelist("contact"), {"q": text})
        assert page.context["cl"].result_count == count
