"""Two brands with one of everything that belongs to one, and who works for the first
alone."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import Job
from accounts.roles import Role
from campaigns.models import MarketingEmail
from consent import tables
from contacts.models import ContactImport
from deliveries.models import Hold, HoldKind
from optouts.models import OptOutImport
from reengagement.models import Campaign, CampaignEmail
from tests.factories import (
    BrandFactory,
    FormFactory,
    MarketingEmailFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    UserFactory,
)


class World:
    """One of everything that belongs to a brand; `name` stands in each of them."""

    def __init__(self, name, author):
        self.name = name
        self.brand = BrandFactory(name=f"{name} brand")
        self.kind = SubscriptionTypeFactory(brand=self.brand, name=f"{name} letters")
        self.form = FormFactory(
            brand=self.brand, name=f"{name} form", types=[self.kind]
        )
        self.email = MarketingEmailFactory(
            subscription_type=self.kind, name=f"{name} email"
        )
        message = MessageFactory(subscription_type=self.kind, name=f"{name} mailing")
        self.sent = MarketingEmailFactory(
            subscription_type=self.kind,
            name=f"{name} sent",
            state="sent",
            message=message,
        )
        self.campaign = Campaign.objects.create(
            name=f"{name} campaign", subscription_type=self.kind, created_by=author
        )
        CampaignEmail.objects.write(self.campaign, author)
        stop = {"kind": HoldKind.MESSAGE, "message": message}
        self.hold = Hold.objects.stop(None, f"{name} reason", **stop)
        self.job = Job.objects.create(
            kind="campaigns.prepare", label=f"{name} job", state="failed", owner=author
        )
        MarketingEmail.objects.filter(pk=self.sent.pk).update(job=self.job)
        self.contacts = ContactImport.objects.receive(
            f"{name} people.csv", ContentFile(b"Email\na@people.example\n"), author
        )
        self.contacts.subscription_types.add(self.kind)
        self.optouts = self.list_of_optouts(author)

    def list_of_optouts(self, author):
        file = ContentFile(b"Email\na@people.example\n", "noes.csv")
        shape = tables.detect(file)
        return OptOutImport.objects.take_in(
            file,
            shape,
            author,
            file_name=f"{self.name} noes.csv",
            scope="brand",
            brand=self.brand,
        )

    @property
    def named(self):
        """What stands at the addresses of each section."""
        return {
            "emails": self.email,
            "reengagement": self.campaign,
            "forms": self.form,
            "settings/brands": self.brand,
            "settings/types": self.kind,
            "sending/stops": self.hold,
            "contacts/import": self.contacts,
            "optouts/imports": self.optouts,
            "jobs": self.job,
        }


@pytest.fixture
def bo(db):
    return UserFactory(email="bo@console.example", role=Role.HYGIENE)


@pytest.fixture
def theirs(alice):
    return World("Foreign", alice)


@pytest.fixture
def hers(bo):
    world = World("Own", bo)
    bo.brand_ids = [world.brand.pk]
    bo.save(update_fields=["brand_ids"])
    return world


@pytest.fixture
def limited(bo, hers):
    client = Client()
    client.force_login(bo)
    return client
