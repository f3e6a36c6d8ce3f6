"""A campaign waits for the second person with every one of its emails."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEntry
from accounts.roles import Role
from campaigns.approving import unapproved
from campaigns.models import Approval, EmailState, MarketingEmail
from console import todo
from contacts.models import Contact
from reengagement import readiness
from reengagement.models import Campaign
from reengagement.vocabulary import CampaignState
from tests.factories import (
    ContactFactory,
    SubscriptionTypeFactory,
    UserFactory,
    make_segment,
)
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db

NEEDED = "A second person has to approve it. Ask for it on the page Approval."
LONG_AGO = dt.timedelta(days=9)


@pytest.fixture
def world():
    Account.current()
    Account.objects.update(second_person=True)
    return World(SubscriptionTypeFactory())


@pytest.fixture
def later(world):
    """The second email, a draft; somebody is due for it."""
    world.asked(delivered_ago=LONG_AGO)
    world.add_email()
    email = world.campaign.emails.last().email
    fields = {"state": EmailState.DRAFT, "message": None, "launched_at": None}
    MarketingEmail.objects.filter(pk=email.pk).update(**fields)
    return MarketingEmail.objects.get(pk=email.pk)


def approve(email):
    email.refresh_from_db()
    assert Approval.objects.ask(email, email.revision, UserFactory())
    assert Approval.objects.newest(email).approve(UserFactory(role=Role.ADMIN))


def state(email):
    return MarketingEmail.objects.get(pk=email.pk).state


def test_a_later_email_waits_for_the_second_person(world, later):
    world.campaign.advance()
    assert state(later) == EmailState.DRAFT


def test_the_overview_says_what_the_campaign_waits_for(world, later, alice):
    titles = [task.title for task in todo.tasks(alice)]
    assert f"“{later}” needs the approval of a second person" in titles


def test_a_later_email_that_cannot_leave_says_so_where_people_look(
    world, later, client, alice
):
    approve(later)
    MarketingEmail.objects.filter(pk=later.pk).update(subject="")
    found = {task.title: task.text for task in todo.tasks(alice)}
    said = found[f"“{later}” cannot be sent as it is"]
    assert said == "Write a subject. “Autumn clean-up” waits with it until then."
    page = client.get(world.campaign.get_absolute_url()).content.decode()
    assert "Everybody waits for it until then." in page


def test_a_later_email_leaves_once_it_is_approved(world, later):
    approve(later)
    world.campaign.advance()
    assert state(later) == EmailState.SENDING


def test_what_left_before_the_account_asked_goes_on(world, later):
    Account.objects.update(second_person=False)
    world.campaign.advance()
    Account.objects.update(second_person=True)
    assert world.campaign.emails.last().obstacles == []


@pytest.fixture
def draft(world):
    """A campaign that has not begun; its first email is a draft."""
    first = world.campaign.emails.get().email
    fields = {"state": EmailState.DRAFT, "message": None, "launched_at": None}
    MarketingEmail.objects.filter(pk=first.pk).update(**fields)
    world.campaign.state = CampaignState.DRAFT
    world.campaign.save(update_fields=["state"])
    return MarketingEmail.objects.get(pk=first.pk)


def test_a_campaign_does_not_start_before_its_emails_are_approved(world, draft):
    assert f"Email 1: {NEEDED}" in readiness.obstacles(world.campaign)
    approve(draft)
    assert not any(
        "second person" in one for one in readiness.obstacles(world.campaign)
    )


PEOPLE = {
    "segment": lambda: {"segment": make_segment()},
    "confirmed": lambda: {"skip_double_opt_in": False},
    "comparison": lambda: {"holdout_percent": 0},
}


@pytest.mark.parametrize("people", PEOPLE)
def test_whoever_asks_other_people_needs_another_approval(world, draft, people):
    approve(draft)
    Campaign.objects.update(**PEOPLE[people]())
    found = readiness.obstacles(Campaign.objects.get())
    assert any("It was changed after" in one for one in found)


def test_the_other_choices_of_a_campaign_need_no_other_approval(world, draft):
    approve(draft)
    Campaign.objects.update(name="Another", waiting_days=20, gap_days=9)
    world.campaign.refresh_from_db()
    world.campaign.save()
    draft.refresh_from_db()
    assert unapproved(draft) == []


def put_in(world):
    people = Contact.objects.filter(pk=ContactFactory().pk)
    world.segment.add(people)


def test_more_people_in_the_segment_of_a_campaign_need_another_approval(world, draft):
    world.campaign.note_choices()
    approve(draft)
    put_in(world)
    assert (
        "The segment “Quiet” was changed after"
        in unapproved(MarketingEmail.objects.get(pk=draft.pk))[0]
    )


def test_once_its_people_are_fixed_the_segment_of_a_campaign_may_change(world, later):
    world.campaign.note_choices()
    approve(later)
    put_in(world)
    assert unapproved(MarketingEmail.objects.get(pk=later.pk)) == []


def test_the_approval_names_the_people_whom_the_campaign_asks(world, draft, client):
    world.segment.settle(0, 0, 4321)
    world.campaign.note_choices()
    page = client.get(reverse("campaigns:approval", args=[draft.pk])).content.decode()
    assert world.segment.get_absolute_url() in page
    assert "4,321" in page


def test_a_change_after_the_start_was_pressed_gives_the_start_up(world, draft):
    approve(draft)
    assert world.campaign.start(UserFactory())
    draft.save_settings({"from_name": "Somebody else"})
    world.campaign.advance()
    assert world.campaign.state == CampaignState.DRAFT
    assert state(draft) == EmailState.DRAFT
    assert "It was changed after" in AuditEntry.objects.last().detail["reason"]
