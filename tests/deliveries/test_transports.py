"""Mail handed to providers over HTTP: a real server answers as they do, and worse."""

import json
import re
import time

import pytest
from django.db.models import Count
from django.utils import timezone

from bounces.judging import judge_refusals
from consent.models import Suppression
from consent.vocabulary import Reason
from deliveries import entrances, sending
from deliveries.models import Delivery, ProviderMail, Relay
from deliveries.smtp import Unreachable
from deliveries.transports import door
from deliveries.transports.answers import is_about_us
from deliveries.transports.table import PROVIDERS
from tests import interfaces
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db
LEAVE = re.compile(r"https?://[\w.:-]+/u/[\w-]+")


@pytest.fixture
def provider(settings):
    """A server that every provider's requests go to; `provider.use("postmark")` makes
    it the only transport."""
    with Receiver() as server:
        settings.MAIL_API_URLS = dict.fromkeys(PROVIDERS, server.base)
        server.use = lambda kind: use(server, kind)
        yield server


def use(server, kind):
    answer = getattr(interfaces, kind)
    server.answer = lambda got: answer(got, len(server.got))
    Relay.objects.main()
    Relay.objects.update(weight=0)
    relay = Relay.objects.create(
        kind=kind, name=kind, host="127.0.0.1", user="an-id", option="7"
    )
    relay.set_password("the-key")
    return relay


def states():
    found = Delivery.objects.values_list("state").annotate(number=Count("id"))
    return dict(found.order_by("state"))


@pytest.mark.parametrize("kind", PROVIDERS)
def test_every_provider_is_given_each_mail_with_its_own_ways_out(
    provider, queue_for, kind
):
    provider.use(kind)
    readers = queue_for(2)
    assert sending.send_due() == 2
    assert states() == {"delivered": 2}
    words = "\n".join(interfaces.words_in(got) for got in provider.got)
    assert all(one.email in words for one in readers)
    assert words.lower().count("list-unsubscribe=one-click") == 2
    assert len(set(LEAVE.findall(words))) >= 2
    assert ProviderMail.objects.filter(ref__startswith=f"{kind}:").count() == 2


@pytest.mark.parametrize("kind", ["postmark", "resend", "mailjet", "mailtrap"])
def test_where_a_provider_takes_several_they_go_in_one_request(
    provider, queue_for, kind
):
    provider.use(kind)
    queue_for(5)
    sending.send_due()
    assert len(provider.got) == 1


def test_the_key_is_told_to_the_provider_and_stands_closed_in_the_database(
    provider, queue_for
):
    relay = provider.use("postmark")
    queue_for(1)
    sending.send_due()
    assert provider.got[0].headers["X-Postmark-Server-Token"] == "the-key"
    assert b"the-key" not in bytes(Relay.objects.get(pk=relay.pk).password)


def test_our_message_id_goes_along_and_our_signature_does_not(provider, queue_for):
    provider.use("sendgrid")
    queue_for(1)
    sending.send_due()
    said = json.loads(provider.got[0].body)
    mail = Delivery.objects.get()
    assert f"m.{mail.message_id}.{mail.pk}." in said["headers"]["Message-ID"]
    assert f"m.{mail.message_id}.{mail.pk}." in said["custom_args"]["listwell"]
    assert "DKIM-Signature" not in json.dumps(said)


def test_a_reader_who_is_refused_in_a_batch_takes_nobody_along(provider, queue_for):
    provider.use("postmark")
    first, *_ = queue_for(3)

    def answer(got):
        status, headers, body = interfaces.postmark(got, 1)
        said = json.loads(body)
        for one in said:
            if one["To"] == first.email:
                one.pop("MessageID")
                one |= {"ErrorCode": 406, "Message": "The recipient is inactive."}
        return status, headers, json.dumps(said).encode()

    provider.answer = answer
    sending.send_due()
    assert states() == {"delivered": 2, "refused": 1}
    refused = Delivery.objects.get(state="refused")
    assert refused.reply == "Postmark: The recipient is inactive."


def test_a_batch_that_is_refused_for_one_of_them_goes_one_by_one(provider, queue_for):
    provider.use("resend")
    first, *_ = queue_for(3)

    def answer(got):
        if first.email in got.body.decode():
            return 422, {}, b'{"message": "Invalid `to` field."}'
        return interfaces.resend(got, len(provider.got))

    provider.answer = answer
    sending.send_due()
    assert states() == {"delivered": 2, "refused": 1}
    assert len(provider.got) == 4


def test_a_refusal_for_good_keeps_the_words_of_the_provider(provider, queue_for):
    provider.use("brevo")
    queue_for(1)
    provider.say(400, b'{"message": "email is not valid in to"}')
    sending.send_due()
    mail = Delivery.objects.get()
    assert (mail.state, mail.smtp_code) == ("refused", 554)
    assert "Brevo (400)" in mail.reply
    assert "email is not valid" in mail.reply


def sent_nothing(kind, word):
    """How a provider answers that it sends nothing to somebody."""

    def answer(got):
        said = json.loads(got.body)["message"]
        if kind == "mandrill":
            one = {"status": "rejected", "reject_reason": word, "_id": "1"}
            body = [one | {"email": said["to"][0]["email"]}]
        else:
            failed = {said["recipients"][0]["email"]: word}
            body = {"status": "success", "job_id": "1", "emails": []}
            body |= {"failed_emails": failed}
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    return answer


@pytest.mark.parametrize(
    ("kind", "word", "reason"),
    [
        ("mandrill", "unsub", Reason.OWN_OPT_OUT),
        ("mandrill", "spam", Reason.COMPLAINT),
        ("mandrill", "hard-bounce", Reason.GLOBAL_BLOCK),
        ("unisender_go", "unsubscribed", Reason.OWN_OPT_OUT),
        ("unisender_go", "permanent_unavailable", Reason.GLOBAL_BLOCK),
    ],
)
def test_whom_a_provider_sends_nothing_is_kept_from_all_mail_for_the_same_reason(
    provider, queue_for, kind, word, reason
):
    provider.use(kind)
    queue_for(1)
    provider.answer = sent_nothing(kind, word)
    sending.send_due()
    judge_refusals()
    assert Delivery.objects.get().bounce_category == "suppressed"
    assert Suppression.objects.get().reason == reason


@pytest.mark.parametrize(
    ("kind", "word"),
    [("mandrill", "soft-bounce"), ("unisender_go", "temporary_unavailable")],
)
def test_what_a_provider_keeps_back_for_a_while_blocks_nobody(
    provider, queue_for, kind, word
):
    provider.use(kind)
    queue_for(1)
    provider.answer = sent_nothing(kind, word)
    sending.send_due()
    judge_refusals()
    assert states() == {"refused": 1}
    assert not Suppression.objects.exists()


def test_a_sender_that_mandrill_does_not_accept_refuses_no_reader(provider, queue_for):
    relay = provider.use("mandrill")
    queue_for(2)
    provider.answer = sent_nothing("mandrill", "invalid-sender")
    sending.send_due()
    assert set(Delivery.objects.values_list("state", "attempts")) == {("queued", 0)}
    relay.refresh_from_db()
    assert "invalid-sender" in relay.problem


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_go_better_later_is_tried_again_from_its_row(
    provider, queue_for, status
):
    relay = provider.use("mailgun")
    queue_for(3)
    provider.say(status, b"slow down", Retry_After="120")
    sending.send_due()
    assert len(provider.got) == 1
    assert states() == {"queued": 3}
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    relay.refresh_from_db()
    assert 100 < (relay.rests_until - timezone.now()).total_seconds() <= 120


def test_a_provider_that_wants_to_be_left_alone_is_asked_nothing(provider, queue_for):
    relay = provider.use("mailgun")
    queue_for(1)
    provider.say(429, b"slow down", Retry_After="120")
    sending.send_due()
    Delivery.objects.update(due_at=timezone.now())
    assert sending.send_due() == 0
    assert len(provider.got) == 1
    with pytest.raises(Unreachable, match="left alone until"):
        entrances.enter()
    Relay.objects.filter(pk=relay.pk).update(rests_until=timezone.now())
    provider.answer = lambda got: interfaces.mailgun(got, 2)
    assert sending.send_due() == 1
    relay.refresh_from_db()
    assert (relay.problem, relay.rests_until) == ("", None)


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("sendgrid", 401, b'{"errors": [{"message": "authorization required"}]}'),
        ("resend", 403, b'{"message": "The brand.example domain is not verified."}'),
        ("mandrill", 500, b'{"status": "error", "name": "Invalid_Key"}'),
        ("brevo", 400, b'{"message": "sender news@brand.example is not valid"}'),
        ("mailgun", 302, b""),
    ],
)
def test_where_the_account_is_wrong_no_reader_is_refused(
    provider, queue_for, kind, status, body
):
    relay = provider.use(kind)
    queue_for(2)
    provider.say(status, body, Location="/elsewhere")
    sending.send_due()
    assert len(provider.got) == 1
    assert set(Delivery.objects.values_list("state", "attempts")) == {("queued", 0)}
    relay.refresh_from_db()
    assert PROVIDERS[kind].label in relay.problem


def test_an_account_that_postmark_stops_in_a_batch_keeps_its_mail_waiting(
    provider, queue_for
):
    provider.use("postmark")
    queue_for(2)
    stopped = {"ErrorCode": 405, "Message": "Not allowed to send."}
    provider.say(200, json.dumps([stopped, stopped]).encode())
    sending.send_due()
    assert set(Delivery.objects.values_list("state", "attempts")) == {("queued", 0)}


def never_again():
    """Later, when everything works again."""
    Relay.objects.update(rests_until=None)
    Delivery.objects.update(due_at=timezone.now())
    return sending.send_due()


@pytest.mark.parametrize("kind", ["postmark", "mailgun"])
def test_what_was_not_answered_in_time_is_uncertain_and_never_sent_twice(
    provider, queue_for, kind, monkeypatch
):
    monkeypatch.setattr(door, "TO_ANSWER", 0.2)
    provider.use(kind)
    queue_for(1)
    right, slow = provider.answer, [1]

    def answer(got):
        time.sleep(slow.pop() if slow else 0)
        return right(got)

    provider.answer = answer
    sending.send_due()
    mail = Delivery.objects.get()
    assert mail.state == "uncertain"
    assert "gave no answer within" in mail.reply
    assert never_again() == 0
    assert len(provider.got) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(502, b"Bad Gateway"), (504, b"Gateway Timeout"), (200, b"<html>Hello</html>")],
)
def test_an_answer_that_says_nothing_of_the_mail_leaves_it_uncertain(
    provider, queue_for, status, body
):
    provider.use("postmark")
    queue_for(2)
    provider.say(status, body)
    sending.send_due()
    assert states() == {"uncertain": 2}
    provider.answer = lambda got: interfaces.postmark(got, 2)
    assert never_again() == 0


def test_a_provider_that_hangs_up_without_an_answer_leaves_the_mail_uncertain(
    provider, queue_for
):
    provider.use("mailgun")
    queue_for(1)

    def hang_up(got):
        raise ConnectionAbortedError

    provider.answer = hang_up
    sending.send_due()
    assert states() == {"uncertain": 1}


def test_where_nothing_listens_the_mail_waits_unsent(settings, provider, queue_for):
    relay = provider.use("mailgun")
    settings.MAIL_API_URLS = {"mailgun": "http://127.0.0.1:1"}
    queue_for(2)
    sending.send_due()
    assert set(Delivery.objects.values_list("state", "attempts")) == {("queued", 0)}
    relay.refresh_from_db()
    assert relay.problem == "Mailgun cannot be used: it could not be reached."


def test_a_row_of_the_database_sends_the_key_to_no_other_machine(
    settings, provider, queue_for
):
    provider.use("mailgun")
    settings.MAIL_API_URLS = {}
    queue_for(1)
    with pytest.raises(Unreachable, match="is no address of Mailgun"):
        entrances.enter()
    assert sending.send_due() == 0
    assert not provider.got


def test_the_limits_of_a_provider_s_account_hold(provider, queue_for):
    relay = provider.use("mailgun")
    Relay.objects.filter(pk=relay.pk).update(per_hour=2)
    queue_for(3)
    assert sending.send_due() == 2
    assert len(provider.got) == 2


def test_where_a_provider_fails_the_mail_server_beside_it_sends(
    provider, sink, queue_for
):
    provider.use("mailgun")
    queue_for(2)
    provider.say(401, b"Forbidden")
    sending.send_due()
    Relay.objects.filter(host="").update(weight=1)
    Delivery.objects.update(due_at=timezone.now())
    assert sending.send_due() == 2
    assert len(sink.received) == 2


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        ("The brand.example domain is not verified.", True),
        ("sender news@brand.example is not valid", True),
        ("The from address is unverified", True),
        ("Invalid 'From' address: 'x'", True),
        ("Your daily sending quota has been exceeded", True),
        ("The recipient's domain was not found", False),
        ("email is not valid in to", False),
        ("Invalid 'To' address", False),
    ],
)
def test_what_a_provider_says_of_us_is_told_from_what_it_says_of_a_reader(words, ours):
    assert is_about_us(words) is ours
