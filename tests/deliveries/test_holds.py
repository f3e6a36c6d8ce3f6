import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from deliveries.models import Hold, HoldCause, HoldKind
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_sending_is_stopped_once_however_often_it_is_asked(alice):
    first = Hold.objects.stop_everything(alice, "Wrong list")
    assert Hold.objects.stop_everything(alice, "Wrong list") == first
    assert Hold.objects.active().get().reason == "Wrong list"
    assert AuditEntry.objects.get().detail == {"reason": "Wrong list"}


def reasons():
    """Why something is stopped now."""
    return list(Hold.objects.active().order_by("pk").values_list("reason", flat=True))


def test_each_reason_is_a_stop_of_its_own(alice):
    bob = UserFactory()
    first = Hold.objects.stop_everything(alice, "Wrong list")
    Hold.objects.stop_everything(alice, "A wrong price")
    Hold.objects.stop_everything(bob, "A wrong price")
    assert reasons() == ["Wrong list", "A wrong price", "A wrong price"]
    first.lift(alice, "Right after all")
    assert reasons() == ["A wrong price", "A wrong price"]
    assert AuditEntry.objects.get(actor=bob).detail == {"reason": "A wrong price"}


def test_what_stops_by_itself_does_so_once_whatever_it_counted():
    for count in (3, 4):
        words = f"Gmail refused {count} mails"
        Hold.objects.stop_itself(words, {"refusals": count}, **GMAIL)
    assert reasons() == ["Gmail refused 3 mails"]


def test_a_stop_is_lifted_once_with_a_reason(alice):
    hold = Hold.objects.stop_everything(alice, "Wrong list")
    assert hold.lift(alice, "Right after all")
    assert not hold.lift(alice, "Again")
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lift_reason) == (alice, "Right after all")
    assert not Hold.objects.active().exists()


GMAIL = {"kind": HoldKind.PROVIDER, "value": "gmail"}


def rest(minutes=10):
    ends = timezone.now() + dt.timedelta(minutes=minutes)
    what = {"cause": HoldCause.REST, "lift_at": ends, **GMAIL}
    return Hold.objects.stop_itself("Too much", {"code": "4.7.28"}, **what)


def test_a_stop_for_a_while_ends_none_that_somebody_has_to_lift(alice):
    Hold.objects.stop(alice, "They block us", **GMAIL)
    rest(minutes=-1)
    assert Hold.objects.lift_due() == 1
    assert reasons() == ["They block us"]


def test_what_was_stopped_for_a_while_goes_on_by_itself():
    rest(minutes=-1)
    assert Hold.objects.lift_due() == 1
    assert not Hold.objects.active().exists()


def test_a_stop_with_a_page_of_its_own_is_not_lifted_in_the_admin(client, alice):
    hold = Hold.objects.stop(alice, "x", kind=HoldKind.SENDER, value="brand.example")
    change = reverse("admin:deliveries_hold_change", args=[hold.pk])
    assert client.post(change, {"lift_reason": "x"}).status_code == 403
    assert Hold.objects.active().get() == hold


def test_sending_can_be_stopped_and_let_go_in_the_admin(client, alice):
    new = {"kind": "everything", "message": "", "value": "", "reason": "Too much"}
    client.post(reverse("admin:deliveries_hold_add"), new)
    hold = Hold.objects.active().get()
    assert (hold.kind, hold.created_by) == (HoldKind.EVERYTHING, alice)
    change = reverse("admin:deliveries_hold_change", args=[hold.pk])
    assert "required" in client.post(change, {"lift_reason": ""}).content.decode()
    client.post(change, {"lift_reason": "All is well"})
    hold.refresh_from_db()
    assert hold.lift_reason == "All is well"
    assert client.post(change, {"lift_reason": "x"}).status_code == 403
    delete = reverse("admin:deliveries_hold_delete", args=[hold.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_a_sending_domain_is_not_stopped_in_the_admin(client):
    """It waits for its records, and goes on with them."""
    new = {"kind": "sender", "message": "", "value": "brand.example", "reason": "x"}
    page = client.post(reverse("admin:deliveries_hold_add"), new)
    assert "is not one of the available choices" in page.content.decode()
    assert not Hold.objects.exists()


def test_a_hold_that_names_nothing_is_refused_in_the_admin(client):
    new = {"kind": "domain", "message": "", "value": "", "reason": "Too much"}
    page = client.post(reverse("admin:deliveries_hold_add"), new)
    assert page.status_code == 200
    assert not Hold.objects.exists()


@pytest.mark.parametrize("model", ["message", "delivery", "event"])
def test_what_was_sent_can_only_be_read(client, model, message, queue_for):
    (person,) = queue_for(1)
    pages = f"admin:deliveries_{model}"
    found = client.get(reverse(f"{pages}_changelist"), {"q": person.email})
    assert found.status_code == 200
    assert client.get(reverse(f"{pages}_add")).status_code == 403


def test_a_delivery_is_found_by_its_exact_address(client, queue_for):
    first, second = queue_for(2)
    page = client.get(
        reverse("admin:deliveries_delivery_changelist"), {"q": first.email}
    )
    assert first.email in page.content.decode()
    assert second.email not in page.content.decode()
    row = first.delivery_set.get()
    detail = reverse("admin:deliveries_delivery_change", args=[row.pk])
    assert client.get(detail).status_code == 200
