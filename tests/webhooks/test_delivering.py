"""Events on their way to a real server."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import socket
import threading
import time

from django.utils import timezone

from accounts.models import AuditEntry
from console import todo
from tests.receiver import Receiver
from tests.webhooks.conftest import add_endpoint, to_send
from webhooks import posting
from webhooks.delivering import MANY, deliver
from webhooks.models import Endpoint, Notice
from webhooks.models.endpoint import GONE, SILENT

DAYS = dt.timedelta(days=3, minutes=1)


def verifies(got, secret):
    """As a receiver checks it, written anew from the standard."""
    key = base64.b64decode(secret.split("_", 1)[1])
    headers = got.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    digest = hmac.new(key, signed + got.body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return expected in headers["webhook-signature"].split(" ")


def again_now(endpoint):
    """What waits for its next attempt is due, and the endpoint has rested."""
    endpoint.notices.waiting().update(next_at=timezone.now())
    Endpoint.objects.filter(pk=endpoint.pk).update(rests_until=None)
    deliver(endpoint.pk)
    endpoint.refresh_from_db()


def states(endpoint):
    return list(endpoint.notices.order_by("pk").values_list("state", flat=True))


def test_an_event_is_signed_with_the_secret_that_was_shown(db, internal, receiver):
    endpoint, secret = add_endpoint(receiver.url)
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    assert verifies(receiver.got[0], secret)


def test_while_a_secret_is_replaced_both_sign(db, internal, receiver):
    endpoint, old = add_endpoint(receiver.url)
    new = endpoint.rotate(endpoint.created_by, dt.timedelta(hours=24))
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    assert [verifies(receiver.got[0], one) for one in (new, old)] == [True, True]


def test_a_secret_that_got_out_does_not_sign_any_more(db, internal, receiver):
    endpoint, old = add_endpoint(receiver.url)
    endpoint.rotate(endpoint.created_by, dt.timedelta(0))
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    assert not verifies(receiver.got[0], old)


def test_after_the_overlap_the_new_secret_signs_alone(db, internal, receiver):
    endpoint, old = add_endpoint(receiver.url)
    endpoint.rotate(endpoint.created_by, dt.timedelta(hours=24))
    over = timezone.now() - dt.timedelta(seconds=1)
    Endpoint.objects.update(both_until=over)
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    assert not verifies(receiver.got[0], old)


def test_no_secret_lies_readable_in_the_database(db, internal, receiver):
    endpoint, secret = add_endpoint(receiver.url)
    endpoint.refresh_from_db()
    assert secret.encode() not in bytes(endpoint.secret)


def test_the_body_is_json_with_type_and_timestamp(endpoint, receiver):
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    body = json.loads(receiver.got[0].body)
    assert (body["type"], body["timestamp"][-1]) == ("webhook.test", "Z")


def test_the_whole_address_is_called(endpoint, receiver):
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    assert receiver.got[0].path == "/listwell?key=1"


def test_everything_due_is_sent_once(endpoint, receiver):
    sent = to_send(endpoint, 3 * MANY)
    deliver(endpoint.pk)
    assert sorted(receiver.ids) == sorted(one.event_id for one in sent)


def test_connections_are_kept_for_the_next_event(endpoint, receiver):
    to_send(endpoint, 3 * MANY)
    deliver(endpoint.pk)
    assert receiver.connections < MANY


def test_a_connection_that_was_closed_meanwhile_is_made_anew(endpoint, receiver):
    receiver.say(200, Connection="close")
    to_send(endpoint, MANY)
    deliver(endpoint.pk)
    assert set(states(endpoint)) == {"delivered"}


def test_what_was_refused_is_sent_again_with_its_id(endpoint, receiver):
    (one,) = to_send(endpoint, 1)
    receiver.say(500)
    deliver(endpoint.pk)
    receiver.say(200)
    again_now(endpoint)
    assert receiver.ids == [one.event_id] * 2
    assert states(endpoint) == ["delivered"]


def test_what_was_refused_waits_for_its_next_attempt(endpoint, receiver):
    receiver.say(500)
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    Endpoint.objects.update(rests_until=None)
    deliver(endpoint.pk)
    assert len(receiver.got) == 1


def test_after_ten_attempts_it_is_given_up(endpoint, receiver):
    receiver.say(500)
    to_send(endpoint, 1)
    for _ in range(12):
        again_now(endpoint)
    assert (len(receiver.got), states(endpoint)) == (10, ["failed"])


def test_a_redirect_is_not_followed(endpoint, receiver):
    with Receiver() as elsewhere:
        receiver.say(302, Location=elsewhere.url)
        to_send(endpoint, 1)
        deliver(endpoint.pk)
        assert (elsewhere.got, states(endpoint)) == ([], ["waiting"])


def test_one_that_is_refused_does_not_hold_up_the_others(endpoint, receiver):
    poison, *_ = to_send(endpoint, MANY)
    receiver.answer = lambda got: (500 if got.id == poison.event_id else 200, {}, b"")
    deliver(endpoint.pk)
    again_now(endpoint)
    assert states(endpoint) == ["waiting", *["delivered"] * (MANY - 1)]


def test_an_endpoint_that_takes_nothing_is_left_alone(endpoint, receiver):
    receiver.say(503)
    to_send(endpoint, 5 * MANY)
    for _ in range(5):
        deliver(endpoint.pk)
    assert len(receiver.got) < MANY


def test_whoever_asks_to_wait_is_left_alone_so_long(endpoint, receiver):
    receiver.say(429, Retry_After="3600")
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    endpoint.refresh_from_db()
    soon = timezone.now() + dt.timedelta(minutes=59)
    assert endpoint.rests_until > soon
    assert endpoint.notices.get().next_at > soon


def test_who_is_gone_is_paused_at_once(endpoint, receiver):
    receiver.say(410)
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.paused_why) == ("paused", GONE)


def test_after_days_without_a_success_it_is_paused(endpoint, receiver):
    receiver.say(500)
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    Endpoint.objects.update(failing_since=timezone.now() - DAYS)
    again_now(endpoint)
    assert endpoint.paused_why == SILENT


def test_a_success_ends_the_days_of_failure(endpoint, receiver):
    receiver.say(500)
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    Endpoint.objects.update(failing_since=timezone.now() - DAYS)
    receiver.say(200)
    again_now(endpoint)
    assert (endpoint.state, endpoint.failing_since) == ("taking", None)


def test_the_overview_tells_of_one_that_was_paused_by_itself(endpoint, alice):
    endpoint.pause(GONE)
    last = todo.tasks(alice)[-1]
    assert last.title == "The webhook “CRM” is paused"


def test_the_overview_keeps_quiet_of_one_that_somebody_paused(endpoint, alice):
    before = len(todo.tasks(alice))
    endpoint.pause(by=alice)
    assert len(todo.tasks(alice)) == before


def test_the_audit_log_tells_that_it_was_paused_by_itself(endpoint):
    endpoint.pause(GONE)
    entry = AuditEntry.objects.get(verb="paused webhook")
    assert (entry.actor, entry.detail) == (None, {"why": GONE})


def test_while_it_is_paused_nothing_is_sent(endpoint, receiver, alice):
    to_send(endpoint, 1)
    endpoint.pause(by=alice)
    deliver(endpoint.pk)
    assert receiver.got == []


def test_what_waited_is_sent_when_it_is_resumed(endpoint, receiver, alice):
    receiver.say(500)
    (one,) = to_send(endpoint, 1)
    deliver(endpoint.pk)
    endpoint.pause(by=alice)
    receiver.say(200)
    endpoint.resume(alice)
    deliver(endpoint.pk)
    assert receiver.ids == [one.event_id] * 2


def test_two_workers_do_not_call_it_at_once(endpoint, receiver):
    to_send(endpoint, 1)
    first = Endpoint.objects.take(endpoint.pk)
    deliver(endpoint.pk)
    first.give_back()
    assert receiver.got == []


def test_what_a_dead_worker_held_is_taken_over(endpoint, receiver):
    to_send(endpoint, 1)
    Endpoint.objects.take(endpoint.pk)
    over = timezone.now() - dt.timedelta(seconds=1)
    Endpoint.objects.update(taken_until=over)
    deliver(endpoint.pk)
    assert len(receiver.got) == 1


def test_only_endpoints_with_something_due_are_rung_for(endpoint, receiver):
    before = Notice.objects.endpoints()
    to_send(endpoint, 2)
    assert (before, Notice.objects.endpoints()) == ([], [endpoint.pk])


def test_of_a_long_answer_the_beginning_is_kept(endpoint, receiver):
    receiver.say(500, b"x" * 1_000_000)
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    assert endpoint.notices.get().answer == "x" * posting.KEPT


def test_what_a_receiver_says_to_what_it_took_is_not_kept(endpoint, receiver):
    receiver.say(200, b"ann@people.example")
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    assert endpoint.notices.get().answer == ""


def test_an_answer_that_is_no_text_is_kept_as_far_as_it_is(endpoint, receiver):
    receiver.say(500, b"a\x00b\xff")
    to_send(endpoint, 1)
    deliver(endpoint.pk)
    assert endpoint.notices.get().answer == "ab\ufffd"


def said_of(url):
    return posting.Line.to(url).post(b"{}", {}).problem


def test_where_nothing_listens_that_is_said(internal):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert said_of(f"http://127.0.0.1:{port}/") == "Nothing listens there."


def test_a_name_that_does_not_exist_is_told(internal):
    assert said_of("https://nobody.invalid/") == "Its name could not be found."


class Slow:
    """A server that says `words`, and one letter more from time to time."""

    def __init__(self, words):
        self.words = words
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with self.socket:
            line, _ = self.socket.accept()
        with line:
            try:
                line.sendall(self.words)
                while True:
                    time.sleep(0.05)
                    line.sendall(b"x")
            except OSError:
                return


def test_who_answers_letter_by_letter_is_not_waited_for(internal, monkeypatch):
    monkeypatch.setattr(posting, "IN_ALL", 0.5)
    slow = Slow(b"HTTP/1.1 200 OK\r\nX-Header: ")
    assert "no answer within" in said_of(slow.url)


def test_what_is_not_http_is_told(internal):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def serve():
            line, _ = server.accept()
            line.recv(1000)
            line.sendall(b"220 mail.example ESMTP\r\n")
            line.close()

        threading.Thread(target=serve, daemon=True).start()
        assert said_of(f"http://127.0.0.1:{port}/") == "What it answered is not HTTP."
