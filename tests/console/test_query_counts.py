"""How many questions each page asks the database, for few people and for more."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from tests.factories import (
    DeliveryFactory,
    MarketingEmailFactory,
    MessageFactory,
    make_segment,
)
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db

OVER = dt.timedelta(days=15)


class There:
    """A campaign under review, a sent email and a draft, for `number` people."""

    def __init__(self, number):
        self.world = World()
        self.kind = self.world.kind
        for _ in range(number):
            self.world.asked(delivered_ago=OVER)
        self.world.campaign.advance()
        everybody = make_segment(*Contact.objects.all())
        self.draft = MarketingEmailFactory(subscription_type=self.kind)
        self.draft.include.add(everybody)
        message = MessageFactory(subscription_type=self.kind)
        self.sent = MarketingEmailFactory(
            subscription_type=self.kind,
            state="sent",
            message=message,
            launched_at=timezone.now(),
        )
        for person in Contact.objects.all():
            DeliveryFactory(message=message, contact=person, address=person.address)
        self.person = Contact.objects.first()
        self.everybody = everybody

    def url(self, name):
        targets = {
            "contacts:detail": self.person,
            "segments:detail": self.everybody,
            "campaigns:detail": self.sent,
            "campaigns:people": self.sent,
            "campaigns:recipients": self.draft,
            "campaigns:review": self.draft,
            "reengagement:detail": self.world.campaign,
            "reengagement:silent": self.world.campaign,
            "reengagement:left_out": self.world.campaign,
        }
        found = targets.get(name)
        return reverse(name, args=[found.pk] if found else [])


# the most; fewer is fine
QUERIES = {
    "console:overview": 19,
    "console:outbox": 3,
    "console:jobs": 3,
    "contacts:list": 6,
    "contacts:detail": 12,
    "segments:list": 4,
    "segments:detail": 11,
    "campaigns:list": 4,
    "campaigns:detail": 11,
    "campaigns:people": 6,
    "campaigns:recipients": 16,
    "campaigns:review": 25,
    "reengagement:list": 3,
    "reengagement:detail": 8,
    "reengagement:silent": 5,
    "reengagement:left_out": 7,
    "optouts:list": 3,
    "optouts:import_list": 3,
}


def asked(client, there):
    found = {}
    for name in QUERIES:
        client.get(there.url(name))  # whatever is kept in memory is there
        with CaptureQueriesContext(connection) as queries:
            assert client.get(there.url(name)).status_code == 200, name
        found[name] = len(queries)
    return found


@pytest.mark.parametrize("number", [2, 25])
def test_each_page_asks_no_more_questions(client, number):
    found = asked(client, There(number))
    more = {name: n for name, n in found.items() if n > QUERIES[name]}
    assert more == {}, "more questions than before"
