"""A campaign sends the words that were approved, whoever saves at that moment."""

import datetime as dt

import pytest

from accounts.models import Account
from accounts.roles import Role
from campaigns.models import Approval, EmailState, EmailVersion, MarketingEmail
from deliveries import audience
from deliveries.models import Delivery, Message
from reengagement.models import Campaign
from reengagement.vocabulary import CampaignState
from tests.factories import (
    ContactFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
)
from tests.reengagement.world import World
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = dt.timedelta(days=9)
NEW = "Words that nobody approved"


@pytest.fixture
def world():
    Account.current()
    Account.objects.update(second_person=True)
    return World(SubscriptionTypeFactory())


def approved_draft(item):
    """Its email as a draft that a second person approved."""
    drafts = MarketingEmail.objects.filter(pk=item.email_id)
    drafts.update(state=EmailState.DRAFT, message=None, launched_at=None)
    email = drafts.get()
    assert Approval.objects.ask(email, email.revision, UserFactory())
    assert Approval.objects.newest(email).approve(UserFactory(role=Role.ADMIN))
    return email


@pytest.fixture
def first(world):
    """Of a campaign that was just started; one person is to be asked."""
    person = ContactFactory(delivered=12)
    agree(person, world.kind)
    world.segment.add(type(person).objects.filter(pk=person.pk))
    Campaign.objects.update(state=CampaignState.STARTING, holdout_percent=0)
    email = approved_draft(world.campaign.emails.get())
    Message.objects.all().delete()
    return email


@pytest.fixture
def later(world):
    """The second email; somebody is due for it."""
    world.asked(delivered_ago=LONG_AGO)
    world.add_email()
    return approved_draft(world.campaign.emails.last())


def advance():
    Campaign.objects.get().advance()
    return MarketingEmail.objects.order_by("-pk")[0]


def reword(email):
    one = MarketingEmail.objects.get(pk=email.pk)
    words = {**one.content, "subject": NEW}
    EmailVersion.objects.save_content(one, one.version, UserFactory(), **words)


def while_somebody_saves(monkeypatch, name, email):
    """Somebody saves other words after the approval was asked for, before `name`."""
    before, saved = getattr(audience, name), []

    def saving(*args, **kwargs):
        if not saved:
            saved.append(together(lambda: reword(email)))
        return before(*args, **kwargs)

    monkeypatch.setattr(audience, name, saving)


@pytest.mark.parametrize("email", ["first", "later"])
@pytest.mark.parametrize("name", ["fix", "stored"])
def test_who_saves_while_the_recipients_are_fixed_keeps_it_from_being_sent(
    request, monkeypatch, email, name
):
    while_somebody_saves(monkeypatch, name, request.getfixturevalue(email))
    waiting = advance()
    assert (waiting.state, waiting.message_id) == (EmailState.DRAFT, None)
    assert waiting.subject == NEW
    assert not Delivery.objects.filter(state="queued").exists()


@pytest.mark.parametrize("email", ["first", "later"])
def test_who_asks_again_is_waited_for(request, monkeypatch, email):
    """The next beat finds the words without approval and tells so."""
    while_somebody_saves(monkeypatch, "fix", request.getfixturevalue(email))
    advance()
    assert advance().state == EmailState.DRAFT


@pytest.mark.parametrize("email", ["first", "later"])
def test_the_approved_words_leave(request, email):
    request.getfixturevalue(email)
    assert advance().state == EmailState.SENDING
    assert Delivery.objects.filter(state="queued").count() == 1
