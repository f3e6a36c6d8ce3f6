"""The number of people seen when Send was pressed, compared by the job."""

import pytest
from django.utils import timezone

from accounts.models import Job, JobState
from campaigns import launching
from campaigns.models import EmailState, MarketingEmail
from deliveries.models import Delivery, Message
from tests.campaigns.test_sending import readers
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    SubscriptionTypeFactory,
    UserFactory,
    make_segment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def email():
    """A draft to three people who agreed and one who did not."""
    draft = MarketingEmailFactory(subscription_type=SubscriptionTypeFactory())
    draft.choose(
        [make_segment(*readers(draft.subscription_type), ContactFactory())], []
    )
    return draft


def test_a_number_that_moved_since_send_was_pressed_ends_the_start(email, user):
    email.launch(user, expected=40)
    MarketingEmail.objects.update(scheduled_at=timezone.now())
    (job_id,) = MarketingEmail.objects.start_due()
    launching.prepare(Job.objects.claim(job_id))
    email.refresh_from_db()
    assert email.is_draft
    assert "40 people were to get it" in email.halted
    assert "now it would be 3" in email.halted
    assert not Delivery.objects.exists()
    assert not Message.objects.exists()
    assert Job.objects.get().state == JobState.FAILED


def test_a_number_that_holds_lets_it_go(email, user):
    email.launch(user, expected=3)
    MarketingEmail.objects.update(scheduled_at=timezone.now())
    (job_id,) = MarketingEmail.objects.start_due()
    launching.prepare(Job.objects.claim(job_id))
    email.refresh_from_db()
    assert email.state == EmailState.SENDING
