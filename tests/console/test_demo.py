"""The demo shows what it promises, and only into an empty installation."""

import pytest
from django.core.management import CommandError, call_command

from bounces import audit, complaints, incidents
from bounces.models import Release
from contacts.models import Contact
from deliveries.models import Hold
from reengagement.models import Campaign
from reengagement.vocabulary import CampaignState
from segments.models import Segment
from signups.models import Form, State
from tests.factories import ContactFactory

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]


def test_the_demo_has_a_campaign_in_every_state_and_silent_people():
    call_command("seed_demo", size=1200)

    states = set(Campaign.objects.values_list("state", flat=True))
    assert states == {
        CampaignState.DRAFT,
        CampaignState.RUNNING,
        CampaignState.PAUSED,
        CampaignState.REVIEW,
        CampaignState.DONE,
        CampaignState.STOPPED,
    }
    due = Campaign.objects.get(state=CampaignState.REVIEW)
    assert due.members.silent().exists()
    assert due.members.still_open().count() == 0
    people = Contact.objects.exclude(email__endswith="@signup.example")
    assert people.count() == 1200
    assert Segment.objects.get(name__startswith="Never opened").size
    assert Contact.objects.filter(hard_bounce_reason="UNKNOWN_USER").exists()


def test_the_demo_has_bounces_of_every_kind():
    call_command("seed_demo", size=3000)

    assert all(count for key, count in audit.counts().items()), audit.counts()
    assert incidents.counted().exists()
    assert [row.tells for row in complaints.by_provider() if row.complaints] == [True]
    assert Release.objects.count() == 1
    held = Hold.objects.active().filter(kind="domain")
    assert [one.value for one in held] == ["ateliers.example"]


def test_it_is_not_loaded_over_real_contacts():
    ContactFactory()
    with pytest.raises(CommandError, match="contacts already"):
        call_command("seed_demo", size=10)


def test_the_demo_has_a_form_with_sign_ups_in_every_state():
    call_command("seed_demo", size=400)

    form = Form.objects.get()
    states = set(form.submissions.values_list("state", flat=True))
    assert states == {
        *(State.PENDING, State.CONFIRMED, State.CAPPED),
        *(State.DISOWNED, State.EXPIRED),
    }
