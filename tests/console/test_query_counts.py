"""How many questions each page asks the database, for few people and for more."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bounces import global_blocks, keeping, rescue, rulebook
from bounces.models import Bounce
from consent import addresses
from consent.tables import Shape
from contacts.models import Contact, PropertyDefinition
from optouts import jobs
from optouts.models import OptOutImport
from signups.taking import Visitor
from tests.bounces.test_keeping import in_the_report
from tests.contacts.importing import bring_in, receive
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    FormFactory,
    MarketingEmailFactory,
    MessageFactory,
    UserFactory,
    make_segment,
)
from tests.reengagement.world import World
from tests.signups.conftest import sign_up

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


class Listed:
    """`number` rows on the other pages that have lists, each with all it may have."""

    def __init__(self, number, user):
        self.number, self.user = number, user
        self.somebody = UserFactory()
        self.block_and_release()
        self.complain()
        self.change_rules()
        self.sign_up()
        for n in range(number):
            PropertyDefinition.objects.create(
                name=f"p{n}", label=f"P{n}", kind="string"
            )
            user.passkeys.create(name=f"Key {n}", credential_id=bytes([n]))
            self.opt_out(f"people{n}.csv", f"Email\nleft{n}@people.example\n")
        self.done = bring_in(self.table("done"), user)
        self.draft = receive(self.table("new"), user)

    def table(self, name):
        """As many columns as rows; each row brings somebody new."""
        heads = ["Email", *(f"P{n}" for n in range(self.number))]
        rows = [
            [f"{name}{n}@people.example", *["x"] * self.number]
            for n in range(self.number)
        ]
        return "\n".join(",".join(row) for row in (heads, *rows))

    def block_and_release(self):
        """As many in the report as there are kept, given back, and blocked by hand."""
        in_the_report(3 * self.number, self.user)
        blocks = [*rescue.candidates().order_by("pk").values_list("pk", flat=True)]
        keeping.keep(self.user, blocks[: self.number])
        rescue.release(self.user, blocks[self.number : 2 * self.number])
        lawyer = [addresses.parse(f"p{n}@x.example") for n in range(self.number)]
        global_blocks.add(lawyer, self.user, "Their lawyer")

    def complain(self):
        message = MessageFactory(frozen_at=timezone.now())
        for n in range(self.number):
            mail = DeliveryFactory(
                message=message,
                provider=f"host{n}.example",
                contact=ContactFactory(email=f"ada@host{n}.example"),
                complained_at=timezone.now(),
            )
            Bounce.objects.create(
                delivery_id=mail.pk,
                message=message,
                address=mail.address,
                kind="complaint",
                category="complaint",
                doing="complained",
            )

    def change_rules(self):
        for rule in rulebook.rules()[-self.number :]:
            other = "policy" if rule.category == "content" else "content"
            rulebook.change(rule, other, "They told us", self.user)

    def sign_up(self):
        self.form = FormFactory()
        for n in range(self.number):
            visitor = Visitor(ip=f"198.51.100.{n}", gesture=True)
            sign_up(self.form, f"new{n}@people.example", visitor=visitor)
            FormFactory()

    def opt_out(self, name, text):
        file = ContentFile(text.encode(), name)
        shape = Shape("utf-8", ",", has_header=True)
        one = OptOutImport.objects.take_in(file, shape, self.user, file_name=name)
        jobs.work(one.choose(0, "Email", has_header=True).pk)
        one.refresh_from_db()
        jobs.work(one.start(self.user).pk)

    def url(self, name):
        targets = {
            "contacts:import_columns": self.draft,
            "contacts:import_review": self.draft,
            "contacts:import_detail": self.done,
            "contacts:import_undo": self.done,
            "signups:detail": self.form,
            "console:user": self.somebody,
        }
        found = targets.get(name)
        return reverse(name, args=[found.pk] if found else [])


# the most; fewer is fine
QUERIES = {
    "console:overview": 22,
    "console:email_health": 6,
    "console:outbox": 3,
    "console:jobs": 3,
    "contacts:list": 10,
    "contacts:detail": 17,
    "segments:list": 5,
    "segments:detail": 11,
    "campaigns:list": 4,
    "campaigns:detail": 15,
    "campaigns:people": 6,
    "campaigns:recipients": 18,
    "campaigns:review": 25,
    "reengagement:list": 3,
    "reengagement:detail": 8,
    "reengagement:silent": 5,
    "reengagement:left_out": 7,
    "optouts:list": 3,
}
LISTED = {
    "bounces:complaints": 8,
    "bounces:global": 4,
    "bounces:history": 11,
    "bounces:incidents": 7,
    "bounces:kept": 3,
    "bounces:list": 12,
    "bounces:reports": 3,
    "bounces:rescue": 11,
    "bounces:rules": 3,
    "console:calls": 2,
    "console:tokens": 3,
    "console:second_factor": 5,
    "console:user": 6,
    "console:users": 4,
    "contacts:import": 3,
    "contacts:import_columns": 7,
    "contacts:import_templates": 3,
    "contacts:import_detail": 4,
    "contacts:import_review": 7,
    "contacts:import_undo": 4,
    "contacts:properties": 3,
    "optouts:import_list": 3,
    "signups:detail": 10,
    "signups:list": 4,
}


def asked(client, there, names):
    found = {}
    for name in names:
        client.get(there.url(name))  # whatever is kept in memory is there
        with CaptureQueriesContext(connection) as queries:
            assert client.get(there.url(name)).status_code == 200, name
        found[name] = len(queries)
    return found


@pytest.mark.parametrize("number", [2, 25])
def test_each_page_asks_no_more_questions(client, number):
    found = asked(client, There(number), QUERIES)
    more = {name: n for name, n in found.items() if n > QUERIES[name]}
    assert more == {}, "more questions than before"


@pytest.mark.parametrize("number", [2, 25])
def test_each_other_list_asks_no_more_questions(
    client, alice, number, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    found = asked(client, Listed(number, alice), LISTED)
    more = {name: n for name, n in found.items() if n > LISTED[name]}
    assert more == {}, "more questions than before"
