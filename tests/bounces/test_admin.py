import pytest
from django.urls import reverse

from bounces.models import Bounce, Report
from tests.bounces.test_recording import bounce
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return bounce(DeliveryFactory())


@pytest.mark.parametrize("model", ["report", "bounce"])
def test_what_came_back_can_be_read_and_not_changed(client, report, model):
    changelist = reverse(f"admin:bounces_{model}_changelist")
    assert client.get(changelist).status_code == 200
    row = {"report": Report, "bounce": Bounce}[model].objects.get()
    change = reverse(f"admin:bounces_{model}_change", args=[row.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {}).status_code == 403
    assert client.get(reverse(f"admin:bounces_{model}_add")).status_code == 403


def test_a_report_is_shown_as_it_came(client, report):
    url = reverse("admin:bounces_report_change", args=[report.pk])
    assert "Diagnostic-Code" in client.get(url).content.decode()


def test_bounces_are_found_by_the_exact_address(client, report):
    key = Bounce.objects.get().address.key
    url = reverse("admin:bounces_bounce_changelist")
    assert f">{key}<" in client.get(url, {"q": key.upper()}).content.decode()
    assert f">{key}<" not in client.get(url, {"q": key[:4]}).content.decode()
