"""A running campaign and the people in it, as the database would hold them."""

import datetime as dt

from django.utils import timezone

from campaigns.models import MarketingEmail
from consent.models import SubscriptionType
from deliveries.models import Delivery
from reengagement.models import Campaign, Member
from reengagement.vocabulary import CampaignState
from segments.models import Segment, SegmentKind
from tests.factories import ContactFactory, agree

BLOCKS = [
    {"id": "a", "kind": "text", "html": "<p>Do you want to stay?</p>"},
    {"id": "b", "kind": "confirm", "label": "Yes", "url": ""},
]
CONTENT = {
    "subject": "Still interested?",
    "from_name": "Hallin kauppa",
    "from_email": "news@brand.example",
    "blocks": BLOCKS,
}


class World:
    """`campaign` runs since 20 days with one email, `message`."""

    def __init__(self, kind=None):
        self.kind = kind or SubscriptionType.objects.default()
        self.kind.brand.postal_address = "1 Example Street"
        self.kind.brand.legal_name = "Example Oy"
        self.kind.brand.save()
        self.segment = Segment.objects.create(
            name="Quiet", kind=SegmentKind.STATIC, refreshed_at=timezone.now()
        )
        self.campaign = Campaign.objects.create(
            name="Autumn clean-up",
            segment=self.segment,
            subscription_type=self.kind,
            state=CampaignState.RUNNING,
            started_at=timezone.now() - dt.timedelta(days=20),
            announced_on=timezone.now().date(),
        )
        self.message = self.add_email()

    def add_email(self, **fields):
        """One more email of the campaign; its message."""
        position = self.campaign.emails.count() + 1
        email = MarketingEmail(
            name=f"Email {position}",
            kind="reengagement",
            state="sending",
            group=self.campaign.group,
            subscription_type=self.kind,
            **CONTENT,
        )
        email.message = email.freeze()
        for name, value in fields.items():
            setattr(email, name, value)
        email.save()
        self.campaign.emails.create(email=email, position=position)
        return email.message

    def asked(self, *, delivered_ago, state="delivered", **facts):
        """Somebody who got the first email that long ago; `.delivery` is hers."""
        person = ContactFactory(delivered=12)
        agree(person, self.kind)
        delivered = None if delivered_ago is None else timezone.now() - delivered_ago
        person.delivery = Delivery.objects.create(
            message=self.message,
            address=person.address,
            contact=person,
            state=state,
            click_tracked=True,
            delivered_at=delivered,
            **facts,
        )
        self.campaign.members.create(address=person.address, contact=person)
        return person

    def outcome(self, person):
        self.campaign.fold()
        return Member.objects.get(
            campaign=self.campaign, address=person.address
        ).outcome
