"""Every provider: what proves it, what does not, and what is played again."""

import json
import time

import pytest

from bounces import webhooks
from bounces.models import Outcome, Report
from consent.models import Suppression
from consent.vocabulary import (
    Reason,
)
from deliveries.transports.table import PROVIDERS
from tests.bounces.hooks import (
    BODIES,
    about,
    keys,
    message_id,
    post,
    proof,
)
from tests.factories import DeliveryFactory

__all__ = ["keys"]

pytestmark = [
    pytest.mark.usefixtures("keys"),
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support"),
]


@pytest.fixture(params=sorted(BODIES))
def provider(request):
    return request.param


def test_every_provider_is_tried_here():
    assert set(BODIES) == set(webhooks.READERS)


def test_whatever_mail_leaves_by_can_tell_of_it():
    assert set(PROVIDERS) == set(webhooks.READERS)


def test_a_bounce_ends_the_address(client, provider):
    answer = post(client, provider, about(provider, DeliveryFactory()))
    assert answer.status_code == 200
    assert Report.objects.get().outcome == Outcome.DONE
    assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS


def test_a_wrong_proof_is_refused_and_nothing_kept(client, provider):
    content = about(provider, DeliveryFactory())
    if provider == "mailgun":
        content["signature"]["signature"] = "0" * 64
    assert post(client, provider, content, is_right=False).status_code == 400
    assert not Report.objects.exists()


def test_no_proof_at_all_is_refused(client, provider):
    body = json.dumps(about(provider, DeliveryFactory()))
    answer = client.post(f"/hooks/{provider}/", body, content_type="application/json")
    assert answer.status_code in (400, 401)
    assert not Report.objects.exists()


def test_what_is_played_again_counts_once(client, provider):
    content = about(provider, DeliveryFactory())
    assert post(client, provider, content).status_code == 200
    assert post(client, provider, content).status_code == 200
    assert Report.objects.count() == Suppression.objects.count() == 1


def test_about_somebody_else_changes_nothing(client, provider):
    delivery = DeliveryFactory()
    other = BODIES[provider]("somebody.else@people.example", message_id(delivery))
    post(client, provider, other)
    assert Report.objects.get().outcome == Outcome.REVIEW
    assert not Suppression.objects.exists()


def test_an_old_request_of_resend_is_refused(client):
    content = about("resend", DeliveryFactory())
    assert post(client, "resend", content, at=time.time() - 3_600).status_code == 400
    assert not Report.objects.exists()


def test_a_key_of_resend_that_is_none_is_said(client, settings):
    settings.ANYMAIL = {"RESEND_SIGNING_SECRET": "whsec_"}
    with pytest.raises(ValueError, match="whsec_"):
        client.post("/hooks/resend/", "{}", content_type="application/json")


def test_amazon_is_asked_for_its_secret(client):
    answer = client.post("/hooks/amazon/", "{}", content_type="application/json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Basic")


def test_a_subscription_of_amazon_is_told_to_who_runs_the_server(client, caplog):
    content = {
        **{"Type": "SubscriptionConfirmation", "MessageId": "n1", "Token": "t"},
        **{"TopicArn": "arn:aws:sns:eu-west-1:1:bounces"},
        **{"SubscribeURL": "https://sns.example/confirm"},
    }
    headers = proof("amazon", b"") | {"x-amz-sns-message-type": content["Type"]}
    answer = client.post(
        "/hooks/amazon/",
        json.dumps(content),
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 200
    assert "https://sns.example/confirm" in caplog.text
