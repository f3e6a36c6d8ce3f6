"""Several mail servers by weight, limits of relays and of providers."""

from collections import Counter

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from console import todo
from contacts.models import Contact
from deliveries import audience, entrances, sending
from deliveries.models import Delivery, ProviderLimit, Relay
from deliveries.models.relays import SHUNNED
from deliveries.smtp import Unreachable
from tests.factories import ContactFactory, agree
from tests.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(sink):
    """A second mail server, the same as EMAIL_URL's in everything but the place."""
    server = Sink().start()
    Relay.objects.main()
    relay = Relay.objects.create(
        name="Second", host="127.0.0.1", port=server.controller.port, security="none"
    )
    relay.sink = server
    yield relay
    server.stop()


def readers(message, number, domain="people.example"):
    for n in range(number):
        agree(ContactFactory(email=f"r{n}@{domain}"), message.subscription_type)
    audience.fix(message, Contact.objects.all())


def test_without_any_setting_mail_goes_where_email_url_says(sink, queue_for):
    queue_for(2)
    assert sending.send_due() == 2
    assert Relay.objects.get().host == ""


def test_relays_are_chosen_by_their_weight(second):
    Relay.objects.filter(pk=second.pk).update(weight=3)
    first = Counter(Relay.objects.in_turn()[0].name for _ in range(400))
    assert 240 < first["Second"] < 360


def test_a_relay_of_no_weight_is_not_used(second, queue_for):
    Relay.objects.filter(host="").update(weight=0)
    queue_for(2)
    sending.send_due()
    assert len(second.sink.received) == 2


def test_where_no_relay_may_be_used_the_reason_is_told():
    Relay.objects.main()
    Relay.objects.update(weight=0)
    with pytest.raises(Unreachable, match="each has the weight 0"):
        entrances.enter()


def test_a_relay_that_is_gone_is_gone_around_and_told(second, sink, queue_for, alice):
    Relay.objects.filter(host="").update(weight=0)
    broken = Relay.objects.create(
        name="Broken", host="127.0.0.1", port=1, security="none", weight=1_000
    )
    queue_for(2)
    assert sending.send_due() == 2
    broken.refresh_from_db()
    assert "127.0.0.1:1 cannot be used" in broken.problem
    assert [relay.name for relay in Relay.objects.in_turn()] == ["Second", "Broken"]
    told = {task.title for task in todo.tasks(alice)}
    assert "The mail server Broken cannot be used" in told


def test_a_relay_that_works_again_has_no_problem_any_more(second, queue_for):
    Relay.objects.filter(host="").update(weight=0)
    second.failed("It was away.")
    queue_for(1)
    sending.send_due()
    second.refresh_from_db()
    assert (second.problem, second.problem_at) == ("", None)


def test_a_relay_has_no_more_connections_than_it_may(second, sink):
    Relay.objects.update(connections=1)
    Relay.objects.filter(host="").update(weight=0)
    entrance = entrances.enter()
    assert entrance.slot == 1
    entrance.close()
    again = entrances.enter()
    assert again.slot == 1
    again.close()


def test_where_all_connections_are_taken_nothing_starts(second, sink, queue_for):
    Relay.objects.update(connections=1)
    Relay.objects.filter(host="").update(weight=0)
    queue_for(1)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", second._lock(1))
        with pytest.raises(Unreachable, match="in use"):
            entrances.enter()
        assert sending.send_due() == 0
    finally:
        other.close()
    assert sending.send_due() == 1


@pytest.mark.parametrize("period", ["hour", "day"])
def test_a_relay_is_given_no_more_than_it_may_get(sink, queue_for, period):
    queue_for(5)
    Relay.objects.main()
    Relay.objects.update(**{f"per_{period}": 3})
    assert sending.send_due() == 3
    assert sending.send_due() == 0
    assert Delivery.objects.filter(state="queued", attempts=0).count() == 2


def test_a_new_hour_makes_room_again(sink, queue_for):
    queue_for(5)
    Relay.objects.main()
    Relay.objects.update(per_hour=3)
    sending.send_due()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deliveries_spent SET starts_at = starts_at - interval '1 hour'"
        )
    assert sending.send_due() == 2


def test_so_many_a_second_take_their_time(sink, queue_for):
    queue_for(4)
    Relay.objects.main()
    Relay.objects.update(per_second=2)
    began = timezone.now()
    assert sending.send_due() == 4
    assert (timezone.now() - began).total_seconds() > 0.2
    assert len(sink.received) == 4


def test_a_provider_s_limit_keeps_only_its_own_mail_back(message, sink):
    readers(message, 4, "gmail.com")
    readers(message, 3)
    ProviderLimit.objects.create(provider="gmail", per_day=2)
    assert sending.send_due() == 5
    waiting = Delivery.objects.filter(state="queued")
    assert set(waiting.values_list("provider", flat=True)) == {"gmail"}
    assert sending.send_due() == 0


def test_the_password_of_a_relay_is_closed(second):
    second.set_password("open sesame")
    second.refresh_from_db()
    assert b"sesame" not in bytes(second.password)
    assert second.settings()["password"] == "open sesame"


def test_a_password_is_never_sent_in_the_clear():
    with pytest.raises(ValidationError, match="in the clear"):
        Relay(name="x", host="mail.example", user="me", security="none").clean()


def test_relays_and_limits_are_kept_in_the_admin(client):
    page = reverse("admin:deliveries_relay_add")
    fields = {
        "name": "Second",
        "host": "mail.example",
        "port": 587,
        "security": "starttls",
        "user": "me",
        "secret": "open sesame",
        "weight": 2,
    }
    assert client.post(page, fields).status_code == 302
    relay = Relay.objects.get(name="Second")
    assert relay.settings()["password"] == "open sesame"
    assert Relay.objects.filter(host="").exists()
    change = reverse("admin:deliveries_relay_change", args=[relay.pk])
    client.post(change, fields | {"secret": "", "weight": 5})
    relay.refresh_from_db()
    assert (relay.weight, relay.settings()["password"]) == (5, "open sesame")
    assert "sesame" not in client.get(change).content.decode()
    limit = reverse("admin:deliveries_providerlimit_add")
    client.post(limit, {"provider": "gmail", "per_day": 1000})
    assert ProviderLimit.objects.get().limits == {"day": 1000}


def test_the_relay_of_email_url_stays_that_one_in_the_admin(client):
    main = Relay.objects.main()
    change = reverse("admin:deliveries_relay_change", args=[main.pk])
    fields = {"name": "Main", "port": 587, "security": "none", "weight": 3}
    client.post(change, fields | {"host": "mail.example"})
    main.refresh_from_db()
    assert (main.name, main.host) == ("Main", "")


def test_another_relay_needs_a_host(client):
    fields = {"name": "Second", "port": 587, "security": "none", "weight": 3}
    page = client.post(reverse("admin:deliveries_relay_add"), fields)
    assert page.context["errors"] == [["This field is required."]]


def test_who_failed_a_minute_ago_is_tried_as_before(second):
    Relay.objects.filter(host="").update(weight=0)
    second.failed("It was away.")
    later = timezone.now() + 2 * SHUNNED
    with time_machine.travel(later):
        assert second.place(timezone.now())[0] is False
