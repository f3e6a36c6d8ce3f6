"""Forty random people, and random rules about them: see test_compile_property."""

import datetime as dt
import random
from typing import Any

from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact, ContactImport, PropertyDefinition
from deliveries.models import Delivery, Event, Verdict
from tests.factories import (
    ContactFactory,
    LinkFactory,
    SegmentFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
)
from tests.segments.naive import Judge, Person
from tests.segments.random_rules import CHOICES, DAYS, TEXTS, ZONE, Questions
from tests.segments.worlds import NOW, deliver, make_message

LINKS = ["https://shop.example/pricing", "https://shop.example/50%_off", ""]
KINDS = ["string", "number", "boolean", "date", "datetime", "choice", "choices"]
EDGES = [dt.timedelta(0), dt.timedelta(microseconds=-1), dt.timedelta(hours=5)]


class World(Questions):
    """Forty people with every kind of gap, two campaigns, two segments, two types."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        self.before: dict[int, list[Any]] = {}
        self.properties = [
            PropertyDefinition.objects.create(
                name=kind, label=kind, kind=kind, choices=CHOICES
            )
            for kind in KINDS
        ]
        self.messages = [make_message("1", "email:1"), make_message("2", "email:2")]
        other = SubscriptionTypeFactory()
        self.messages.append(
            make_message("3", "email:2", subscription_type=other, brand=other.brand)
        )
        self.links = [
            LinkFactory(message=one, position=n, url=url)
            for one in self.messages
            for n, url in enumerate(LINKS)
        ]
        self.files = [self.file(name) for name in ("a.csv", "b.csv")]
        self.segments = [SegmentFactory(), SegmentFactory()]
        self.types = [SubscriptionType.objects.default(), other]
        self.people = {one.pk: one for one in (self.contact() for _ in range(40))}
        self.persons = {pk: self.person(one) for pk, one in self.people.items()}

    @staticmethod
    def file(name):
        return ContactImport.objects.create(name=name, size=0, created_by=UserFactory())

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
            **self.address(),
            first_name=self.maybe(lambda: self.dice.choice(TEXTS)) or "",
            delivered=self.dice.choice([0, 11, 12, 30]),
            last_opened_at=self.maybe(self.moment),
            hard_bounce_reason=self.dice.choice(["", "", "POLICY", "OTHER"]),
            properties=self.custom(),
        )
        self.change(contact)
        if contact.address_id:
            self.history(contact)
        for file in self.files:
            self.maybe(lambda file=file: file.people.create(contact=contact))
        return contact

    def address(self):
        self.people_made = getattr(self, "people_made", 0) + 1
        n = self.people_made
        domains = ["gmail.com", "hotmail.fr", "mailinator.com", "people.example"]
        local = self.dice.choice([f"ada{n}", f"bo{n}", "info"])
        email = f"{local}@n{n}.example" if local == "info" else None
        email = email or f"{local}@{self.dice.choice(domains)}"
        return {"email": self.dice.choice([email] * 9 + [""])}

    def change(self, contact):
        """Former values: of some people, and of everybody in one statement."""
        values = {"first_name": self.maybe(lambda: self.dice.choice(TEXTS)) or ""}
        values["updated_at"] = self.moment()
        if self.dice.random() < 0.5:
            values["properties"] = self.custom()
        self.before[contact.pk] = [(contact.first_name, contact.properties)]
        Contact.objects.filter(pk=contact.pk).update(**values)
        contact.refresh_from_db()

    def history(self, contact):
        for message in self.messages:
            self.maybe(lambda message=message: self.mail(message, contact))
        for segment in self.segments:
            if self.dice.random() < 0.5:
                segment.stays.create(contact=contact, joined_at=NOW)
        for kind in self.types:
            self.maybe(lambda kind=kind: agree(contact, kind))
        self.say_no(contact)

    def mail(self, message, contact) -> None:
        state = self.dice.choice(["delivered", "delivered", "refused", "queued"])
        got = state == "delivered"
        clicked = self.maybe(self.moment) if got else None
        opened = self.maybe(self.moment) if got else None
        mail = deliver(
            message,
            contact,
            state=state,
            open_tracked=self.dice.random() < 0.8,
            click_tracked=self.dice.random() < 0.8,
            started_at=None if state == "queued" else self.moment(),
            delivered_at=NOW if got else None,
            bounced_at=self.maybe(lambda: NOW + self.dice.choice(EDGES)),
            bounce_kind=self.dice.choice(["hard", "soft", ""]),
            bounce_category=self.dice.choice(["unknown_user", "spam", ""]),
            opened_at=opened,
            last_opened_at=opened,
            clicked_at=clicked,
            last_clicked_at=clicked,
            replied_at=self.maybe(lambda: NOW) if got else None,
        )
        for _ in range(self.dice.choice([0, 1, 3]) if got else 0):
            self.event(mail)
        if clicked:
            self.event(mail, "click", "human", clicked)

    def event(self, mail, kind=None, verdict=None, at=None):
        """Of humans, the delivery has the first and the last moment."""
        kind = kind or self.dice.choice(["open", "click"])
        verdict = verdict or self.dice.choice(list(Verdict.values))
        at = at or self.moment()
        link = self.dice.choice([x for x in self.links if x.message == mail.message])
        Event.objects.create(
            at=at,
            kind=kind,
            verdict=verdict,
            delivery_id=mail.pk,
            message=mail.message,
            address_id=mail.address_id,
            link=link if kind == "click" else None,
        )
        if verdict == Verdict.HUMAN:
            first, last = f"{kind}ed_at", f"last_{kind}ed_at"
            old = [
                one for one in (getattr(mail, first), getattr(mail, last), at) if one
            ]
            setattr(mail, first, min(old))
            setattr(mail, last, max(old))
            mail.save(update_fields=[first, last])

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
            "updated_at": contact.updated_at,
            "domain": contact.email.partition("@")[2] or None,
            "hard_bounce_reason": contact.hard_bounce_reason or None,
            "provider": self.provider(contact),
            "consent_given_at": max(
                Grant.objects.filter(address_id=contact.address_id or 0).values_list(
                    "given_at", flat=True
                ),
                default=None,
            ),
        }
        for one in self.properties:
            values[f"property:{one.pk}"] = self.python(one, contact)
        address = contact.address_id or 0
        noes = Suppression.objects.filter(address_id=address)
        no = noes.filter(reason=Reason.OWN_OPT_OUT)
        yes = Grant.objects.filter(address_id=address)
        granted = set(yes.values_list("subscription_type", flat=True))
        everything = no.filter(scope="everything").exists()
        every = {one.pk for one in self.types}
        return Person(
            values,
            list(Delivery.objects.filter(address_id=contact.address_id or 0)),
            set(contact.segment_stays.values_list("segment", flat=True)),
            granted,
            every
            if everything
            else set(no.values_list("subscription_type", flat=True)),
            self.former(contact),
            {
                "opted_out": everything,
                "role_address": contact.email.startswith("info@"),
                "disposable": contact.email.endswith("@mailinator.com"),
            },
            {
                "consent_grade": set(yes.values_list("grade", flat=True)) or {"none"},
                "import": {str(one.contact_import_id) for one in contact.files.all()},
                **self.bounces(address),
            },
            {kind.pk: self.reasons(kind, contact, noes) for kind in self.types},
            list(Event.objects.filter(address_id=address)),
        )

    def former(self, contact):
        found = {f"property:{one.pk}": [] for one in self.properties}
        found |= {"first_name": [], "hard_bounce_reason": []}
        for first_name, properties in self.before[contact.pk]:
            found["first_name"].append(first_name or None)
            for one in self.properties:
                found[f"property:{one.pk}"].append(properties.get(one.key))
        return found

    @staticmethod
    def bounces(address):
        mails = Delivery.objects.filter(address_id=address, bounced_at__isnull=False)
        names = ("bounce_kind", "bounce_category")
        return {name: set(mails.values_list(name, flat=True)) - {""} for name in names}

    @staticmethod
    def reasons(kind, contact, noes):
        found = {
            one.reason
            for one in noes
            if one.scope == "everything" or one.subscription_type_id == kind.pk
        }
        if not contact.address_id:
            found.add("no_address")
        if not kind.grant_set.filter(address_id=contact.address_id or 0).exists():
            found.add("no_consent")
        return found

    @staticmethod
    def provider(contact):
        domain = contact.email.partition("@")[2]
        known = {"gmail.com": "gmail", "hotmail.fr": "outlook"}
        return known.get(domain, "other") if domain else None

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
            "updated_at": "datetime",
            "domain": "string",
            "mailable": "mailable",
            "hard_bounce_reason": "choice",
            "email_event": "activity",
            "segment": "membership",
            "subscription": "subscription",
            "opted_out": "flag",
            "role_address": "flag",
            "disposable": "flag",
            "provider": "choice",
            "consent_given_at": "datetime",
            "consent_grade": "kind",
            "import": "kind",
            "bounce_kind": "kind",
            "bounce_category": "kind",
            "refusal": "reason",
        }
        return standard | {f"property:{one.pk}": one.kind for one in self.properties}

    def judge(self) -> Judge:
        first, second, third = (one.pk for one in self.messages)
        groups = {"email:1": {first}, "email:2": {second, third}}
        types = {self.types[0].pk: {first, second}, self.types[1].pk: {third}}
        links = {one.pk: one.url for one in self.links}
        default = self.types[0].pk
        return Judge(NOW, ZONE, self.kinds(), groups, types, links, default)
