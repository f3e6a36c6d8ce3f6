"""An opt-out at a provider is one here: once, proved, and undoing no later sign-up."""

import json
import time

import pytest
from django.utils import timezone

from consent.models import ConsentRecord, SubscriptionType, Suppression
from consent.vocabulary import (
    Action,
    Grade,
    LiftedBy,
    Mechanism,
    Reason,
    Scope,
)
from tests.bounces.hooks import (
    BODIES,
    LEAVING,
    MOMENT,
    about,
    keys,
    left,
    message_id,
    post,
)
from tests.factories import DeliveryFactory, UserFactory, agree

__all__ = ["keys"]

pytestmark = [
    pytest.mark.usefixtures("keys"),
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support"),
]


@pytest.mark.parametrize("provider", LEAVING)
class TestAnOptOut:
    """Resend tells of none, Amazon in a shape of its own."""

    def leave(self, client, provider, delivery):
        content = left(provider, delivery.contact.email, message_id(delivery))
        assert post(client, provider, content).status_code == 200

    def test_there_is_one_here_and_in_the_report_of_the_mail(self, client, provider):
        delivery = DeliveryFactory()
        self.leave(client, provider, delivery)
        found = Suppression.objects.get()
        assert (found.reason, found.scope) == (Reason.OWN_OPT_OUT, Scope.EVERYTHING)
        assert found.record.source == {"provider": provider}
        delivery.refresh_from_db()
        assert delivery.unsubscribed_at is not None

    def test_played_again_counts_once(self, client, provider):
        delivery = DeliveryFactory()
        self.leave(client, provider, delivery)
        before = list(ConsentRecord.objects.values())
        self.leave(client, provider, delivery)
        assert list(ConsentRecord.objects.values()) == before

    def test_without_a_proof_is_refused(self, client, provider):
        delivery = DeliveryFactory()
        content = left(provider, delivery.contact.email, message_id(delivery))
        if provider == "mailgun":
            content["signature"]["signature"] = "0" * 64
        assert post(client, provider, content, is_right=False).status_code == 400
        assert not Suppression.objects.exists()


def dropped(provider, to, ours):
    """How a provider tells that it sends nothing to somebody who opted out there."""
    content = BODIES[provider](to, ours)
    if provider == "mailgun":
        words = {"code": 606, "description": "Not delivering to unsubscribed address"}
        content["event-data"] |= {"delivery-status": words}
        return content
    if provider == "mailersend":
        content["data"]["morph"] = {"object": "recipient_unsubscribe", "reason": ""}
        return content
    told = content[0] | {"event": "dropped", "reason": "Unsubscribed Address"}
    del told["type"]
    return [told]


@pytest.mark.parametrize("provider", ["mailersend", "mailgun", "sendgrid"])
class TestDroppedForAnOptOut:
    def drop(self, client, provider, delivery):
        content = dropped(provider, delivery.contact.email, message_id(delivery))
        assert post(client, provider, content).status_code == 200

    def test_is_an_opt_out_here_and_no_block_of_another_kind(self, client, provider):
        self.drop(client, provider, DeliveryFactory())
        found = Suppression.objects.get()
        assert (found.reason, found.scope) == (Reason.OWN_OPT_OUT, Scope.EVERYTHING)
        assert found.record.source == {"provider": provider}

    def test_says_that_the_mail_did_not_arrive_not_that_it_was_left(
        self, client, provider
    ):
        delivery = DeliveryFactory()
        self.drop(client, provider, delivery)
        delivery.refresh_from_db()
        assert delivery.bounce_category == "suppressed"
        assert delivery.unsubscribed_at is None

    def test_told_again_of_another_mail_undoes_no_sign_up_between(
        self, client, provider
    ):
        delivery = DeliveryFactory()
        kind = SubscriptionType.objects.default()
        self.drop(client, provider, delivery)
        doi = {"action": Action.GIVEN, "mechanism": Mechanism.DOUBLE_OPT_IN}
        agree(delivery.contact, kind, Grade.DOUBLE_OPT_IN, **doi)
        record = delivery.address.consentrecord_set.latest("pk")
        Suppression.objects.active().update(
            lifted_at=timezone.now(),
            lifted_by=LiftedBy.DOUBLE_OPT_IN,
            lifted_record=record,
        )
        self.drop(client, provider, DeliveryFactory(contact=delivery.contact))
        assert not Suppression.objects.active().covering(kind).exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Spam Reporting Address", Reason.COMPLAINT),
        ("Bounced Address", Reason.GLOBAL_BLOCK),
    ],
)
def test_what_sendgrid_drops_is_blocked_for_what_it_says(client, words, reason):
    content = about("sendgrid", DeliveryFactory())
    content[0] |= {"event": "dropped", "reason": words}
    del content[0]["type"]
    post(client, "sendgrid", content)
    assert Suppression.objects.get().reason == reason


def chosen(delivery, new, old, *others):
    """How Amazon tells what somebody chose on the page of a contact list."""
    ours = message_id(delivery)
    event = {
        "eventType": "Subscription",
        "mail": {
            "messageId": "1",
            "destination": [delivery.contact.email, *others],
            "timestamp": MOMENT,
            "headers": [{"name": "Message-ID", "value": ours}],
        },
        "subscription": {
            "contactList": "people",
            "timestamp": MOMENT,
            "source": "UnsubscribeHeader",
            "newTopicPreferences": preferences(*new),
            "oldTopicPreferences": preferences(*old),
        },
    }
    return {"Type": "Notification", "MessageId": "n1", "Message": json.dumps(event)}


def preferences(*statuses):
    """`statuses`: of each topic; "all" where everything is left."""
    topics = [
        {"topicName": str(n), "subscriptionStatus": one}
        for n, one in enumerate(statuses)
        if one != "all"
    ]
    return {"unsubscribeAll": "all" in statuses, "topicSubscriptionStatus": topics}


@pytest.mark.parametrize(
    ("new", "old"),
    [(["all"], []), (["OptOut"], ["OptIn"]), (["OptIn", "OptOut"], ["OptIn"])],
)
def test_who_leaves_a_contact_list_of_amazon_has_opted_out(client, new, old):
    delivery = DeliveryFactory()
    post(client, "amazon", chosen(delivery, new, old))
    delivery.refresh_from_db()
    assert Suppression.objects.get().reason == Reason.OWN_OPT_OUT
    assert delivery.unsubscribed_at is not None


@pytest.mark.parametrize(
    ("new", "old"),
    [(["OptIn"], ["OptOut"]), (["OptOut", "OptIn"], ["OptOut", "OptOut"])],
)
def test_who_chooses_more_of_amazon_has_not(client, new, old):
    assert (
        post(client, "amazon", chosen(DeliveryFactory(), new, old)).status_code == 200
    )
    assert not Suppression.objects.exists()


def test_of_a_mail_to_several_nobody_knows_who_left(client):
    told = chosen(DeliveryFactory(), ["all"], [], "ana@people.example")
    assert post(client, "amazon", told).status_code == 200
    assert not Suppression.objects.exists()


def test_an_opt_out_counts_where_she_is_by_now(client):
    delivery = DeliveryFactory()
    ours, ada = message_id(delivery), delivery.contact
    told = left("mailgun", ada.email, ours)
    ada.move_to("ada@new.example", UserFactory())
    post(client, "mailgun", told)
    noes = Suppression.objects.active().filter(reason=Reason.OWN_OPT_OUT)
    assert noes.filter(address=ada.address_id).exists()


def test_an_opt_out_of_a_mail_that_is_not_ours_counts_as_on_a_list(client):
    told = left("mailgun", "ana@people.example", "<x@elsewhere.example>")
    post(client, "mailgun", told)
    assert Suppression.objects.get().reason == Reason.OWN_OPT_OUT


def test_an_opt_out_of_before_undoes_no_later_sign_up(client):
    delivery = DeliveryFactory()
    kind = SubscriptionType.objects.default()
    told = left("mailgun", delivery.contact.email, message_id(delivery))
    told["event-data"]["timestamp"] = time.time() - 3_600
    doi = {"action": Action.GIVEN, "mechanism": Mechanism.DOUBLE_OPT_IN}
    agree(delivery.contact, kind, Grade.DOUBLE_OPT_IN, **doi)
    post(client, "mailgun", told)
    assert not Suppression.objects.active().covering(kind).exists()


def test_what_we_put_on_the_list_of_postmark_ourselves_is_no_opt_out(client):
    delivery = DeliveryFactory()
    told = left("postmark", delivery.contact.email, message_id(delivery))
    post(client, "postmark", told | {"Origin": "Customer"})
    assert Suppression.objects.get().reason == Reason.GLOBAL_BLOCK
