"""What providers tell in words of their own, and where others would not look for it."""

import json

import pytest

from bounces.models import Outcome, Report
from consent.models import Suppression
from consent.vocabulary import Reason
from tests.bounces.hooks import (
    BODIES,
    MOMENT,
    NAME,
    about,
    basic,
    changed,
    keys,
    message_id,
    post,
)
from tests.factories import DeliveryFactory

__all__ = ["keys"]

pytestmark = [pytest.mark.usefixtures("keys"), pytest.mark.django_db]

LATER = [
    ("mailtrap", {"event": "soft bounce"}),
    ("mailtrap", {"event": "suspension"}),
    ("mandrill", {"event": "deferral"}),
    ("postal", {"status": "SoftFail"}),
    ("scaleway", {"type": "email_deferred"}),
    ("unisender_go", {"status": "soft_bounced"}),
]
ARRIVED = [
    ("mailtrap", {"event": "delivery"}),
    ("mandrill", {"event": "send"}),
    ("postal", {"status": "Sent"}),
    ("scaleway", {"type": "email_delivered"}),
    ("unisender_go", {"status": "delivered"}),
]
COMPLAINTS = [
    ("mailtrap", {"event": "spam"}),
    ("mandrill", {"event": "spam"}),
    ("unisender_go", {"status": "spam"}),
]


def tell(client, provider, delivery, **told):
    content = changed(provider, about(provider, delivery), **told)
    assert post(client, provider, content).status_code == 200
    delivery.refresh_from_db()
    return delivery


@pytest.mark.parametrize(("provider", "told"), LATER)
def test_what_is_put_off_changes_nothing(client, provider, told):
    tell(client, provider, DeliveryFactory(), **told)
    assert Report.objects.get().outcome == Outcome.IGNORED
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(("provider", "told"), ARRIVED)
def test_what_arrived_settles_a_mail_of_which_nobody_knew(client, provider, told):
    delivery = tell(client, provider, DeliveryFactory(state="uncertain"), **told)
    assert delivery.state == "delivered"
    assert not Report.objects.exists()


@pytest.mark.parametrize(("provider", "told"), ARRIVED)
@pytest.mark.parametrize("is_late", [True, False])
def test_a_bounce_counts_before_and_after_that_it_arrived(
    client, provider, told, is_late
):
    delivery = DeliveryFactory(state="uncertain")
    order = [told, {}] if is_late else [{}, told]
    for one in (*order, *order):
        tell(client, provider, delivery, **one)
    assert delivery.state == "refused"


@pytest.mark.parametrize(("provider", "told"), COMPLAINTS)
def test_a_complaint_ends_marketing_once(client, provider, told):
    delivery = DeliveryFactory()
    for _ in range(2):
        tell(client, provider, delivery, **told)
    assert Suppression.objects.get().reason == Reason.COMPLAINT


def rejected(reason):
    """By Mandrill, which says why in the mail."""
    mail = {"_id": "1", "reject": reason and {"reason": reason}}
    return {"event": "reject", "msg": mail}


def failed(status, **told):
    """By Unisender Go, in its own word."""
    return {"delivery_info": {"delivery_status": status, **told}}


@pytest.mark.parametrize(
    ("provider", "told", "category", "reason"),
    [
        ("mailtrap", {"reason": "suppressed"}, "suppressed", Reason.GLOBAL_BLOCK),
        ("mailtrap", {"reason": "unsubscribed"}, "suppressed", Reason.OWN_OPT_OUT),
        ("mailtrap", {"reason": "spam complaint"}, "suppressed", Reason.COMPLAINT),
        ("mailtrap", {"reason": "domain unverified"}, "sender_rejected", None),
        ("mailtrap", {}, "policy", None),
        ("mandrill", "hard-bounce", "suppressed", Reason.GLOBAL_BLOCK),
        ("mandrill", "unsub", "suppressed", Reason.OWN_OPT_OUT),
        ("mandrill", "spam", "suppressed", Reason.COMPLAINT),
        ("mandrill", "invalid-sender", "policy", None),
        ("mandrill", None, "policy", None),
        ("unisender_go", "err_user_unknown", "unknown_user", Reason.DEAD_ADDRESS),
        ("unisender_go", "err_mailbox_full", "mailbox_full", None),
        ("unisender_go", "err_domain_inactive", "dns_failure", None),
        ("unisender_go", "err_unreachable", "suppressed", Reason.GLOBAL_BLOCK),
        ("unisender_go", "err_unsubscribed", "suppressed", Reason.OWN_OPT_OUT),
        ("unisender_go", "err_spam_skipped", "spam", None),
        ("unisender_go", "err_blacklisted", "reputation", None),
        ("unisender_go", "err_lost", "other", None),
    ],
)
def test_the_reason_of_a_mail_that_was_dropped_is_understood(
    client, provider, told, category, reason
):
    delivery = DeliveryFactory()
    if provider == "mandrill":
        told = rejected(told)
        told["msg"] |= {"email": delivery.contact.email}
        told["msg"] |= {"metadata": {"listwell": message_id(delivery)}}
    elif provider == "unisender_go":
        told = failed(told)
    else:
        told = {"event": "reject", "response": None, **told}
    assert tell(client, provider, delivery, **told).bounce_category == category
    found = Suppression.objects.values_list("reason", flat=True)
    assert list(found) == ([reason] if reason else [])


def test_a_bounce_of_mandrill_without_an_answer_is_judged_by_its_own_word(client):
    content = about("mandrill", delivery := DeliveryFactory())
    del content[0]["msg"]["diag"]
    post(client, "mandrill", content)
    delivery.refresh_from_db()
    assert delivery.bounce_category == "unknown_user"


def test_mail_that_comes_in_at_mandrill_is_passed_over(client):
    inbound = {"event": "inbound", "msg": {"raw_msg": "Subject: Hello\n\nYou"}}
    assert post(client, "mandrill", [inbound]).status_code == 200
    assert not Report.objects.exists()


def test_an_empty_batch_of_mandrill_is_taken(client):
    assert post(client, "mandrill", []).status_code == 200


class TestPostal:
    def test_a_mail_that_came_back_is_found_by_the_mail_it_was(self, client):
        content = about("postal", delivery := DeliveryFactory())
        mail = content["payload"].pop("message")
        back = {"id": 2, "direction": "incoming", "to": "x@return.brand.example"}
        content["payload"] = {"original_message": mail, "bounce": back}
        post(client, "postal", content)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.bounce_kind) == ("refused", "soft")

    def test_whom_it_has_on_its_list_is_never_sent_the_mail(self, client):
        words = "Recipient (ana@people.example) is on the suppression list"
        told = {"status": "Held", "output": None, "details": words}
        delivery = tell(client, "postal", DeliveryFactory(), **told)
        assert delivery.bounce_category == "suppressed"
        assert Suppression.objects.get().reason == Reason.GLOBAL_BLOCK

    def test_a_mail_that_waits_for_a_person_did_not_fail(self, client):
        told = {"status": "Held", "output": None, "details": "The limit is reached."}
        delivery = tell(client, "postal", DeliveryFactory(), **told)
        assert delivery.state != "refused"

    def test_a_domain_that_it_lost_is_ours_and_no_reader_s(self, client):
        words = "Message's domain no longer exist"
        told = {"status": "HardFail", "output": None, "details": words}
        delivery = tell(client, "postal", DeliveryFactory(), **told)
        assert delivery.bounce_category == "sender_rejected"


class TestScaleway:
    def test_who_is_on_its_list_is_blocked(self, client):
        told = {"type": "email_blocklisted", "blocklist_type": "mailbox_not_found"}
        told |= {"email_response_code": None, "email_response_message": None}
        delivery = tell(client, "scaleway", DeliveryFactory(), **told)
        assert delivery.bounce_category == "suppressed"

    def test_whose_mailbox_is_full_is_not(self, client):
        told = {"type": "email_blocklisted", "blocklist_type": "mailbox_full"}
        delivery = tell(client, "scaleway", DeliveryFactory(), **told)
        assert delivery.bounce_category == "mailbox_full"
        assert not Suppression.objects.exists()

    def test_what_is_taken_for_spam_is_no_complaint(self, client):
        told = {"type": "email_spam", "email_response_message": None}
        told |= {"email_response_code": None}
        delivery = tell(client, "scaleway", DeliveryFactory(), **told)
        assert delivery.bounce_category == "spam"
        assert not Suppression.objects.exists()

    def test_what_is_no_mail_of_anybody_is_passed_over(self, client):
        told = {"type": "blocklist_created", "created_at": MOMENT}
        content = {"Type": "Notification", "Message": json.dumps(told)}
        assert post(client, "scaleway", content).status_code == 200
        assert not Report.objects.exists()

    @pytest.mark.parametrize(("secret", "status"), [(NAME, 200), ("wrong", 400)])
    def test_its_secret_may_stand_behind_the_address(self, client, secret, status):
        content = about("scaleway", DeliveryFactory())
        answer = client.post(
            f"/hooks/scaleway/?secret={secret}",
            json.dumps(content),
            content_type="text/plain",
        )
        assert answer.status_code == status

    def test_its_subscription_is_told_to_who_runs_the_server(self, client, caplog):
        asked = {"Type": "SubscriptionConfirmation"}
        asked |= {"SubscribeURL": "https://topics.example/confirm"}
        post(client, "scaleway", asked)
        assert "https://topics.example/confirm" in caplog.text


def test_unisender_go_may_tell_of_one_mail_at_a_time(client):
    content = about("unisender_go", DeliveryFactory())
    (told,) = content["events_by_user"][0]["events"]
    flat = told["event_data"] | {"event_name": told["event_name"]}
    post(client, "unisender_go", flat)
    assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS


def test_a_proof_within_a_request_of_unisender_go_holds_for_no_other(client):
    mine = BODIES["unisender_go"]("ana@people.example", "")
    mine |= {"auth": "0" * 32}
    answer = client.post(
        "/hooks/unisender_go/", json.dumps(mine), content_type="application/json"
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("provider", "body", "headers"),
    [
        ("unisender_go", "[]", {}),
        ("unisender_go", '{"auth": 1}', {}),
        ("postal", "{}", {"X-Postal-Signature": "ä"}),
    ],
)
def test_a_proof_that_cannot_be_read_is_none(client, provider, body, headers):
    answer = client.post(
        f"/hooks/{provider}/",
        body,
        content_type="application/json",
        headers=headers | basic(NAME),
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("provider", ["mandrill", "unisender_go"])
def test_that_anybody_is_there_is_told_before_there_is_a_key(
    client, settings, provider, method
):
    settings.ANYMAIL = {}
    assert getattr(client, method)(f"/hooks/{provider}/").status_code == 200


def test_of_a_provider_that_nobody_knows_nobody_is_there(client):
    assert client.get("/hooks/nobody/").status_code == 404
