"""What a provider tells of a mail that it took leads back to the mail, by the name that
it gave it alone: whoever gives it another Message-ID repeats ours nowhere."""

import json

import pytest
from django.db import connection
from django.test import Client

from deliveries import sending
from deliveries.models import Delivery, ProviderMail
from deliveries.transports.table import PROVIDERS
from tests.bounces.hooks import BODIES, keys, post, postal
from tests.deliveries.test_transports import provider

__all__ = ["keys", "provider"]

pytestmark = [
    pytest.mark.usefixtures("keys"),
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support"),
]


def told_of(kind, reader):
    """A bounce that names the mail as the provider called it when it took it."""
    known = ProviderMail.objects.get(delivery_id=Delivery.objects.get().pk)
    name = known.ref.removeprefix(f"{kind}:")
    return BODIES[kind](reader.email, f"<{name}>", name)


def alone(work):
    """In the thread of the provider, which keeps no connection."""
    try:
        return work()
    finally:
        connection.close()


@pytest.mark.parametrize("kind", PROVIDERS)
def test_a_bounce_finds_the_mail_that_left_this_way(client, provider, queue_for, kind):
    provider.use(kind)
    (reader,) = queue_for(1)
    sending.send_due()
    for _ in range(2):
        assert post(client, kind, told_of(kind, reader)).status_code == 200
    mail = Delivery.objects.get()
    assert (mail.state, mail.bounce_category) == ("refused", "unknown_user")


@pytest.mark.parametrize("kind", PROVIDERS)
def test_it_finds_no_mail_to_somebody_else(client, provider, queue_for, kind):
    provider.use(kind)
    (reader,) = queue_for(1)
    sending.send_due()
    reader.email = "somebody.else@people.example"
    assert post(client, kind, told_of(kind, reader)).status_code == 200
    assert Delivery.objects.get().state == "delivered"


@pytest.mark.django_db(transaction=True)
def test_a_bounce_finds_its_mail_while_others_of_the_batch_still_leave(
    provider, queue_for
):
    """Postal repeats nothing of ours, and a mail is refused within a moment."""
    provider.use("postal")
    queue_for(2)
    right, told = provider.answer, []

    def answer(got):
        if len(provider.got) == 2:
            to = json.loads(provider.got[0].body)["to"][0]
            told.append(alone(lambda: post(Client(), "postal", postal(to, "", 1))))
        return right(got)

    provider.answer = answer
    sending.send_due()
    assert told[0].status_code == 200
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [
        "delivered",
        "refused",
    ]
