"""Random rules over random people: the SQL agrees with a second opinion in Python."""

import datetime as dt
import random
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.models import SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact, PropertyDefinition
from deliveries.models import Delivery
from segments.compile import compile_rules
from segments.dates import Clock
from segments.fields import OPERATORS, Operand, Type
from segments.rules import parse
from segments.vocabulary import Vocabulary
from tests.factories import (
    ContactFactory,
    SegmentFactory,
    SubscriptionTypeFactory,
    agree,
)
from tests.segments.naive import Judge, Person
from tests.segments.worlds import NOW, deliver, make_message

pytestmark = [pytest.mark.django_db, pytest.mark.property]

ZONE = ZoneInfo("Pacific/Auckland")
TEXTS = ["ada", "Ada", "ADA LOVELACE", "a%b_c\\d", "love", "50%", "Ünal", "x'; --"]
CHOICES = ["red", "green", "blue"]
KINDS = ["string", "number", "boolean", "date", "datetime", "choice", "choices"]
DAYS = [-800, -366, -365, -31, -30, -8, -7, -6, -1, 0, 1, 7, 30]
EDGES = [dt.timedelta(0), dt.timedelta(microseconds=-1), dt.timedelta(hours=5)]


class World:
    """Forty people with every kind of gap, two campaigns, two segments, two types."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        self.properties = [
            PropertyDefinition.objects.create(
                name=kind, label=kind, kind=kind, choices=CHOICES
            )
            for kind in KINDS
        ]
        self.messages = [make_message("1", "email:1"), make_message("2", "email:2")]
        self.messages.append(make_message("3", "email:2"))
        self.segments = [SegmentFactory(), SegmentFactory()]
        self.types = [SubscriptionType.objects.default(), SubscriptionTypeFactory()]
        self.people = {one.pk: one for one in (self.contact() for _ in range(40))}
        self.persons = {pk: self.person(one) for pk, one in self.people.items()}

    def maybe(self, make):
        return make() if self.dice.random() < 0.6 else None

    def moment(self) -> dt.datetime:
        start = dt.datetime.combine(self.day(), dt.time(), ZONE)
        if self.dice.random() < 0.2:
            return NOW + self.dice.choice([*EDGES, -EDGES[1]])
        return start.astimezone(dt.UTC) + self.dice.choice(EDGES)

    def day(self) -> dt.date:
        today = NOW.astimezone(ZONE).date()
        return today + dt.timedelta(days=self.dice.choice(DAYS))

    def custom(self) -> dict[str, object]:
        make = {
            "string": lambda: self.dice.choice(TEXTS),
            "number": lambda: self.dice.choice([0, -1, 11, 12, 2.5, 10**9]),
            "boolean": lambda: self.dice.random() < 0.5,
            "date": lambda: self.day().isoformat(),
            "datetime": lambda: self.moment().isoformat(),
            "choice": lambda: self.dice.choice(CHOICES),
            "choices": lambda: sorted(self.dice.sample(CHOICES, 2)),
        }
        found = {one.key: self.maybe(make[one.kind]) for one in self.properties}
        return {key: value for key, value in found.items() if value is not None}

    def contact(self) -> Contact:
        contact = ContactFactory(
            first_name=self.maybe(lambda: self.dice.choice(TEXTS)) or "",
            delivered=self.dice.choice([0, 11, 12, 30]),
            last_opened_at=self.maybe(self.moment),
            hard_bounce_reason=self.dice.choice(["", "", "POLICY", "OTHER"]),
            properties=self.custom(),
        )
        for message in self.messages:
            self.maybe(lambda message=message: self.mail(message, contact))
        for segment in self.segments:
            if self.dice.random() < 0.5:
                segment.stays.create(contact=contact, joined_at=NOW)
        for kind in self.types:
            self.maybe(lambda kind=kind: agree(contact, kind))
        self.say_no(contact)
        return contact

    def mail(self, message, contact) -> None:
        state = self.dice.choice(["delivered", "delivered", "refused", "queued"])
        got = state == "delivered"
        deliver(
            message,
            contact,
            state=state,
            open_tracked=self.dice.random() < 0.8,
            click_tracked=self.dice.random() < 0.8,
            delivered_at=NOW if got else None,
            bounced_at=self.maybe(lambda: NOW + self.dice.choice(EDGES)),
            opened_at=self.maybe(lambda: NOW) if got else None,
            clicked_at=self.maybe(lambda: NOW) if got else None,
            replied_at=self.maybe(lambda: NOW) if got else None,
        )

    def say_no(self, contact) -> None:
        act = Act(
            action=Action.WITHDRAWN,
            mechanism=Mechanism.UNSUBSCRIBE_PAGE,
            actor=Actor.CONTACT,
        )
        scope = self.dice.choice([None, None, {}, {"subscription_type": self.types[0]}])
        if scope is not None:
            Suppression.objects.suppress(
                [contact.address_id], Reason.OWN_OPT_OUT, act, **scope
            )
        if self.dice.random() < 0.2:
            Suppression.objects.suppress([contact.address_id], Reason.BOUNCED, act)

    def person(self, contact) -> Person:
        values = {
            "first_name": contact.first_name or None,
            "delivered": contact.delivered,
            "last_opened_at": contact.last_opened_at,
            "hard_bounce_reason": contact.hard_bounce_reason or None,
        }
        for one in self.properties:
            values[f"property:{one.pk}"] = self.python(one, contact)
        no = Suppression.objects.filter(
            address=contact.address_id, reason=Reason.OWN_OPT_OUT
        )
        everything = no.filter(scope="everything").exists()
        every = {one.pk for one in self.types}
        return Person(
            values,
            list(Delivery.objects.filter(address=contact.address_id)),
            set(contact.segment_stays.values_list("segment", flat=True)),
            set(contact.address.grant_set.values_list("subscription_type", flat=True)),
            every
            if everything
            else set(no.values_list("subscription_type", flat=True)),
            everything,
        )

    def python(self, one, contact):
        value = contact.properties.get(one.key)
        if value is None or one.kind not in ("date", "datetime"):
            return value
        kind = dt.date if one.kind == "date" else dt.datetime
        return kind.fromisoformat(value)

    def kinds(self) -> dict[str, str]:
        standard = {
            "first_name": "string",
            "delivered": "number",
            "last_opened_at": "datetime",
            "hard_bounce_reason": "choice",
            "email_event": "activity",
            "segment": "membership",
            "subscription": "subscription",
            "opted_out": "boolean",
        }
        return standard | {f"property:{one.pk}": one.kind for one in self.properties}

    def judge(self) -> Judge:
        first, second, third = (one.pk for one in self.messages)
        groups = {"email:1": {first}, "email:2": {second, third}}
        return Judge(NOW, ZONE, self.kinds(), groups)

    def operand(self, key, operand):
        today = NOW.astimezone(ZONE).date()
        day = st.sampled_from(DAYS).map(
            lambda n: (today + dt.timedelta(days=n)).isoformat()
        )
        number = st.sampled_from([0, 11, 12, -1, 2.5, 10**9])
        ids = [str(one.pk) for one in self.segments]
        if key == "subscription":
            ids = [str(one.pk) for one in self.types]
        if key.startswith("property"):
            ids = CHOICES
        if key == "hard_bounce_reason":
            ids = ["POLICY", "OTHER", "SPAM"]
        some = st.lists(st.sampled_from(ids), min_size=1, max_size=3)
        pks = st.sampled_from([one.pk for one in self.messages])
        return {
            Operand.NOTHING: st.just({}),
            Operand.TEXT: st.fixed_dictionaries({"value": st.sampled_from(TEXTS)}),
            Operand.TEXTS: st.fixed_dictionaries(
                {"values": st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3)}
            ),
            Operand.NUMBER: st.fixed_dictionaries({"value": number}),
            Operand.NUMBERS: st.fixed_dictionaries(
                {"values": st.lists(number, min_size=2, max_size=2)}
            ),
            Operand.YES_NO: st.fixed_dictionaries({"value": st.booleans()}),
            Operand.DAY: st.fixed_dictionaries({"value": day}),
            Operand.DAYS: st.fixed_dictionaries(
                {"values": st.lists(day, min_size=2, max_size=2)}
            ),
            Operand.SPAN: st.fixed_dictionaries(
                {
                    "value": st.sampled_from([0, 1, 7, 30, 52]),
                    "unit": st.sampled_from(["days", "weeks", "months", "years"]),
                }
            ),
            Operand.CHOICES: st.fixed_dictionaries({"values": some}),
            Operand.EMAILS: st.one_of(
                st.just({}),
                st.just({"group": "email:2"}),
                st.fixed_dictionaries(
                    {"messages": st.lists(pks, min_size=1, unique=True)}
                ),
                st.just({"groups": ["email:1", "email:9"]}),
            ),
        }[operand]

    def questions(self):
        """Every field with every operator of its type."""
        always = ("delivered", "opted_out")
        return [
            (key, operator)
            for key, kind in self.kinds().items()
            for operator in OPERATORS[Type(kind)]
            if not (key in always and operator.key in ("known", "unknown"))
        ]

    def filters(self):
        @st.composite
        def filters(draw):
            key, operator = draw(st.sampled_from(self.questions()))
            rule = {"field": key, "operator": operator.key}
            rule |= draw(self.operand(key, operator.operand))
            if operator.widens and draw(st.booleans()):
                rule["include_unknown"] = True
            return rule

        return filters()

    def trees(self):
        match = st.sampled_from(["all", "any", "none"])

        def grow(inner):
            rules = st.lists(inner, min_size=1, max_size=3)
            return st.fixed_dictionaries({"match": match, "rules": rules})

        deeper = st.recursive(grow(self.filters()), grow, max_leaves=6)
        return deeper.filter(lambda tree: depth(tree) <= 5)


def depth(tree) -> int:
    return 1 + max((depth(one) for one in tree.get("rules", [])), default=0)


@pytest.mark.parametrize("seed", range(4))
def test_what_the_database_finds_is_what_the_rules_mean(seed):
    world = World(seed)
    judge, words, clock = world.judge(), Vocabulary(), Clock(NOW, ZONE)

    @settings(
        max_examples=200,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(world.trees())
    def agrees(tree):
        found = Contact.objects.filter(compile_rules(parse(tree, words), clock))
        ids = set(found.values_list("pk", flat=True))
        meant = {pk for pk, one in world.persons.items() if judge.holds(tree, one)}
        assert ids == meant

    agrees()


def test_a_number_of_a_property_is_compared_exactly():
    """2.5 is stored as JSON; comparing it as a float would do, comparing text not."""
    one = PropertyDefinition.objects.create(name="n", label="N", kind="number")
    ContactFactory(properties={one.key: 100})
    found = Contact.objects.filter(
        compile_rules(
            parse(
                {
                    "match": "all",
                    "rules": [
                        {
                            "field": f"property:{one.pk}",
                            "operator": "greater",
                            "value": str(Decimal("9.5")),
                        }
                    ],
                },
                Vocabulary(),
            ),
            Clock(NOW, ZONE),
        )
    )
    assert found.count() == 1
