"""The pages of webhooks, for administrators."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from tests.webhooks.conftest import add_endpoint, to_send
from webhooks.delivering import deliver
from webhooks.models import MOST, Endpoint
from webhooks.vocabulary import NoticeState

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("webhooks:list"), reverse("webhooks:create")
FORM = {
    "name": "CRM",
    "url": "https://crm.example/listwell",
    "events": ["opt_out.created", "email.bounced"],
}


@pytest.fixture
def crm(alice):
    return add_endpoint(FORM["url"], by=alice)[0]


def at(name, endpoint, *more):
    return reverse(f"webhooks:{name}", args=[endpoint.pk, *more])


def verbs():
    return [*AuditEntry.objects.order_by("pk").values_list("verb", flat=True)]


def test_the_secret_is_shown_once(client):
    made = client.post(NEW, FORM)
    secret = made.context["secret"]
    assert (made.status_code, secret in made.text) == (201, True)
    endpoint = Endpoint.objects.get()
    pages = [LIST, endpoint.get_absolute_url(), at("edit", endpoint)]
    assert not any(secret in client.get(page).text for page in pages)


def test_no_browser_keeps_the_page_with_the_secret(client):
    assert "no-store" in client.post(NEW, FORM)["Cache-Control"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("url", "http://crm.example/", "has to begin with https://"),
        ("url", "crm", "Write the whole address"),
        ("events", [], "Tick at least one"),
        ("events", ["webhook.test"], "not one of the available choices"),
        ("name", "", "required"),
    ],
)
def test_a_mistake_is_told_and_loses_nothing(client, field, value, words):
    answer = client.post(NEW, FORM | {field: value})
    kept = "crm.example" in answer.text or FORM["name"] in answer.text
    assert (answer.status_code, words in answer.text, kept) == (422, True, True)
    assert not Endpoint.objects.exists()


def test_a_name_is_given_once(client, crm):
    answer = client.post(NEW, FORM | {"name": "crm"})
    assert "There is a webhook with this name already." in answer.text


def test_there_is_an_end_to_their_number(client, alice):
    for n in range(MOST):
        add_endpoint(FORM["url"], by=alice, name=f"No. {n}")
    answer = client.post(NEW, FORM)
    assert f"There are {MOST} webhooks." in answer.text


def test_it_is_changed(client, crm):
    client.post(at("edit", crm), FORM | {"events": ["pause.began"]})
    crm.refresh_from_db()
    assert crm.events == ["pause.began"]


def test_after_a_mistake_the_page_still_says_its_name(client, crm):
    answer = client.post(at("edit", crm), FORM | {"name": "X", "url": "no"})
    assert "Edit “CRM”" in answer.text


def test_a_new_secret_takes_the_place_of_the_old_one(client, crm):
    before = crm.secrets()
    made = client.post(at("rotate", crm), {"hours": "24"})
    crm.refresh_from_db()
    assert crm.secrets() == [made.context["secret"], *before]


def test_it_is_paused_and_resumed(client, crm):
    client.post(at("pause", crm))
    paused = "Paused" in client.get(at("detail", crm)).text
    client.post(at("resume", crm))
    crm.refresh_from_db()
    assert (paused, crm.state) == (True, "taking")


def test_a_test_is_sent(client, crm):
    client.post(at("test", crm))
    assert crm.notices.get().kind == "webhook.test"


def test_a_paused_one_is_not_tested(client, crm):
    crm.pause()
    client.post(at("test", crm))
    assert not crm.notices.exists()


def test_a_removed_one_has_no_page(client, crm):
    client.post(at("remove", crm))
    assert client.get(at("detail", crm)).status_code == 404
    assert "Nobody is told" in client.get(LIST).text


def test_everything_done_stands_in_the_audit_log(client):
    client.post(NEW, FORM)
    crm = Endpoint.objects.get()
    for name in ("edit", "rotate", "pause", "resume", "remove"):
        client.post(at(name, crm), FORM | {"hours": "0"})
    assert verbs() == [
        "added webhook",
        "changed webhook",
        "replaced the secret of webhook",
        "paused webhook",
        "resumed webhook",
        "removed webhook",
    ]


@pytest.fixture
def log(internal, receiver, alice):
    """One that was taken and one that was given up, of an hour ago."""
    endpoint, _ = add_endpoint(receiver.url, by=alice)
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    receiver.say(500, b"Out of order")
    (bad,) = to_send(endpoint, 1)
    deliver(endpoint.pk)
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    endpoint.notices.filter(pk=bad.pk).update(state=NoticeState.FAILED)
    endpoint.notices.update(at=hour_ago)
    return endpoint


def shown(client, endpoint, **asked):
    page = client.get(at("detail", endpoint), asked).context["page"]
    return [one.state for one in page.rows]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["failed", "delivered"]),
        ({"state": "failed"}, ["failed"]),
        ({"state": "waiting"}, []),
        ({"kind": "webhook.test"}, ["failed", "delivered"]),
        ({"kind": "pause.began"}, []),
        ({"since": "2200-01-01"}, []),
        ({"until": "2020-01-01"}, []),
    ],
)
def test_the_log_is_narrowed(client, log, asked, found):
    assert shown(client, log, **asked) == found


def test_a_filter_that_is_none_is_told(client, log):
    assert client.get(at("detail", log), {"state": "x"}).status_code == 422


def test_an_event_shows_its_body_and_the_answer(client, log):
    bad = log.notices.get(state="failed")
    page = client.get(bad.get_absolute_url()).text
    assert "Out of order" in page
    assert "webhook.test" in page


def test_the_log_turns_pages(client, crm):
    to_send(crm, 60)
    first = client.get(at("detail", crm)).context["page"]
    second = client.get(at("detail", crm) + first.next).context["page"]
    assert (len(first.rows), len(second.rows), second.next) == (50, 10, "")


@pytest.mark.parametrize("count", [1, 40])
def test_the_log_asks_as_much_for_many_as_for_few(client, crm, count):
    to_send(crm, count)
    client.get(at("detail", crm))
    with CaptureQueriesContext(connection) as asked:
        client.get(at("detail", crm))
    assert len(asked) == 5


def test_one_event_is_sent_again_with_its_id(client, log, receiver):
    bad = log.notices.get(state="failed")
    receiver.say(200)
    client.post(at("again", log, bad.pk))
    Endpoint.objects.update(rests_until=None)
    deliver(log.pk)
    assert receiver.ids[-1] == bad.event_id
    assert {*log.notices.values_list("state", flat=True)} == {"delivered"}


def some_time(**changes):
    now = timezone.now()
    around = {
        "since": (now - dt.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
        "until": now.strftime("%Y-%m-%dT%H:%M"),
        "which": "failed",
    }
    return around | changes


@pytest.mark.parametrize(("which", "waiting"), [("failed", 1), ("all", 2)])
def test_those_of_some_time_are_sent_again(client, log, which, waiting):
    client.post(at("again_all", log), some_time(which=which))
    assert log.notices.waiting().count() == waiting


def test_those_of_another_time_are_left_alone(client, log):
    long_ago = {"since": "2020-01-01T00:00", "until": "2020-01-02T00:00"}
    client.post(at("again_all", log), some_time(which="all", **long_ago))
    assert not log.notices.waiting().exists()


def test_a_time_that_ends_before_it_begins_is_refused(client, log):
    times = {"since": "2026-01-02T00:00", "until": "2026-01-01T00:00"}
    answer = client.post(at("again_all", log), some_time(**times))
    assert "This is not after the beginning." in answer.text


def test_events_of_another_webhook_are_not_shown(client, crm, alice):
    other, _ = add_endpoint(FORM["url"], by=alice, name="Shop")
    (one,) = to_send(other, 1)
    assert client.get(at("notice", crm, one.pk)).status_code == 404


@pytest.mark.parametrize("name", ["detail", "edit", "remove", "rotate", "again_all"])
def test_an_outsider_is_sent_to_sign_in(outsider_client, crm, name):
    assert outsider_client.get(at(name, crm)).headers["Location"].startswith("/login/")
