"""Staff opts somebody out: the same promise as on the public pages."""

import time

import pytest
from django.urls import reverse

from consent.models import Suppression
from consent.vocabulary import LegalBasis, Reason
from deliveries import underway
from deliveries.models import DeliveryState
from tests.factories import ContactFactory, DeliveryFactory

pytestmark = pytest.mark.django_db
LATE = "1 email was on the way already and may still arrive."


@pytest.fixture
def ada():
    return ContactFactory(email="ada@people.example")


@pytest.fixture
def started(ada):
    return DeliveryFactory(
        contact=ada,
        address=ada.address,
        state=DeliveryState.STARTED,
        settled_at=None,
        delivered_at=None,
    )


def from_the_record(client, ada):
    url = reverse("contacts:opt_out", args=[ada.pk])
    return client.post(url, follow=True)


def from_the_look_up(client, ada):
    asked = {
        "address": ada.email,
        "scope": "everything",
        "basis": LegalBasis.CONSENT,
        "explanation": "By phone.",
    }
    return client.post(reverse("optouts:opt_out"), asked, follow=True)


@pytest.mark.parametrize("way", [from_the_record, from_the_look_up])
def test_what_was_on_its_way_is_waited_for_and_told(
    client, ada, started, monkeypatch, way
):
    monkeypatch.setattr(underway, "PATIENCE", 0.3)
    began = time.monotonic()
    page = way(client, ada).content.decode()
    assert time.monotonic() - began >= 0.3
    assert LATE in page
    assert Suppression.objects.active().get().reason == Reason.STAFF_OPT_OUT


@pytest.mark.parametrize("way", [from_the_record, from_the_look_up])
def test_nothing_is_said_where_nothing_was_on_its_way(client, ada, way):
    page = way(client, ada).content.decode()
    assert "Opted" in page
    assert "on the way" not in page


def test_a_type_that_is_none_is_not_found(client, ada):
    url = reverse("contacts:opt_out", args=[ada.pk])
    assert client.post(url, {"type": "x"}).status_code == 404
