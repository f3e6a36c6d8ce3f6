"""One factory per model; each makes a row that is valid on its own."""

import copy
import datetime as dt
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from campaigns.models import MarketingEmail
from consent import addresses
from consent.models import Address, Brand, Grant, SubscriptionType
from consent.vocabulary import (
    Act,
    Action,
    Actor,
    Grade,
    LegalBasis,
    Mechanism,
    Reason,
)
from contacts.models import Contact
from deliveries.models import Delivery, DeliveryState, Link, Message
from segments.models import Segment
from signups.models import Form


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@console.example")
    first_name = "Uma"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(**kwargs)


class BrandFactory(DjangoModelFactory[Brand]):
    class Meta:
        model = Brand

    name = factory.Sequence(lambda n: f"Brand {n}")
    slug = factory.Sequence(lambda n: f"brand-{n}")
    legal_name = "Example Oy"
    postal_address = "1 Example Street\n00100 Helsinki"
    from_name = "Example"
    from_email = "news@brand.example"


class SubscriptionTypeFactory(DjangoModelFactory[SubscriptionType]):
    class Meta:
        model = SubscriptionType

    brand = factory.SubFactory(BrandFactory)
    name = factory.Sequence(lambda n: f"Newsletter {n}")
    slug = factory.Sequence(lambda n: f"newsletter-{n}")


def make_address(raw: str) -> Address:
    """The address row for `raw`, made when missing."""
    parsed = addresses.parse(raw)
    ids = Address.objects.ensure([parsed])
    return Address.objects.get(pk=ids[parsed.key])


def ensure_defaults():
    """Brand and type of the first migration; a test with real transactions that ran
    before may have emptied the database."""
    if not Brand.objects.exists():
        SubscriptionTypeFactory(brand=BrandFactory(is_default=True), is_default=True)


class ContactFactory(DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    email = factory.Sequence(lambda n: f"person{n}@people.example")
    first_name = "Ada"
    last_name = factory.Sequence(lambda n: f"Person{n}")
    address = factory.LazyAttribute(
        lambda o: make_address(o.email) if o.email else None
    )


def no_because(reason: Reason) -> Act:
    """The person says no for this reason; a pause is one for a month."""
    until = timezone.now() + dt.timedelta(days=30)
    return Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.UNSUBSCRIBE_PAGE,
        actor=Actor.CONTACT,
        until=until if reason == Reason.PAUSED else None,
    )


def agree(
    contact: Contact,
    subscription_type: SubscriptionType,
    grade: Grade = Grade.EVIDENCED,
    **act: Any,
) -> Grant:
    """`contact` says yes to `subscription_type`, with its ledger row."""
    yes = Act(
        **{
            "action": Action.GIVEN,
            "mechanism": Mechanism.FORM,
            "actor": Actor.CONTACT,
            "basis": LegalBasis.CONSENT,
            **act,
        }
    )
    assert contact.address_id
    Grant.objects.give([contact.address_id], subscription_type, yes, grade)
    return Grant.objects.get(
        address=contact.address_id, subscription_type=subscription_type
    )


BLOCKS = [
    {"id": "a", "kind": "heading", "text": "Hello {{ first_name | there }}"},
    {"id": "b", "kind": "text", "html": "<p>Do you still want our letters?</p>"},
    {"id": "c", "kind": "confirm", "label": "Yes, keep me", "url": ""},
]


class MessageFactory(DjangoModelFactory[Message]):
    class Meta:
        model = Message

    name = factory.Sequence(lambda n: f"Mail {n}")
    subscription_type = factory.SubFactory(SubscriptionTypeFactory)
    brand = factory.SelfAttribute("subscription_type.brand")
    from_name = "Example Oy"
    from_email = "news@brand.example"
    subject = "Do you still want our newsletter?"
    preview_text = "One press and you keep it"
    blocks = factory.LazyFunction(lambda: copy.deepcopy(BLOCKS))


class SegmentFactory(DjangoModelFactory[Segment]):
    """An active segment of everybody who ever got a mail."""

    class Meta:
        model = Segment

    name = factory.Sequence(lambda n: f"Segment {n}")
    rules = factory.LazyFunction(
        lambda: {
            "match": "all",
            "rules": [{"field": "delivered", "operator": "greater", "value": 0}],
        }
    )


class LinkFactory(DjangoModelFactory[Link]):
    class Meta:
        model = Link

    message = factory.SubFactory(MessageFactory)
    position = factory.Sequence(lambda n: n % 30_000)
    url = "https://shop.example/offer"
    label = "The offer"


class DeliveryFactory(DjangoModelFactory[Delivery]):
    """A mail that was accepted an hour ago."""

    class Meta:
        model = Delivery

    message = factory.SubFactory(MessageFactory)
    contact = factory.SubFactory(ContactFactory)
    address = factory.LazyAttribute(lambda o: o.contact.address)
    state = DeliveryState.DELIVERED
    open_tracked = True
    click_tracked = True
    started_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(hours=1))
    settled_at = factory.SelfAttribute("started_at")
    delivered_at = factory.SelfAttribute("started_at")


class MarketingEmailFactory(DjangoModelFactory[MarketingEmail]):
    """A draft that only lacks its segments."""

    class Meta:
        model = MarketingEmail

    name = factory.Sequence(lambda n: f"Letter {n}")
    subscription_type = factory.SubFactory(SubscriptionTypeFactory)
    from_name = "Example Oy"
    from_email = "news@brand.example"
    subject = "Do you still want our newsletter?"
    preview_text = "One press and you keep it"
    blocks = factory.LazyFunction(lambda: copy.deepcopy(BLOCKS))


def make_segment(*contacts: Contact) -> Segment:
    """A static segment of exactly these people."""
    segment = SegmentFactory(kind="static", rules=None)
    segment.add(Contact.objects.filter(pk__in=[one.pk for one in contacts]))
    return segment


class FormFactory(DjangoModelFactory[Form]):
    """A form with double opt-in for one kind of mail, in a box."""

    class Meta:
        model = Form
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Form {n}")
    brand = factory.SubFactory(BrandFactory)
    consent = "Please send me:"
    notice = "You can leave at any time."

    @factory.post_generation
    def types(self, create: bool, given: Any, **_: Any) -> None:
        self.types.set(given or [SubscriptionTypeFactory(brand=self.brand)])
