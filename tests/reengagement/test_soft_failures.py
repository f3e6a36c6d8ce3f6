"""One soft failure ends the emails of a campaign to that address, and nothing else."""

import datetime as dt

import pytest
from django.conf import settings
from django.utils import timezone

from bounces import judging
from bounces.models import Release, Source, Way
from bounces.recording import record
from consent.models import Suppression
from deliveries import magic
from deliveries.models import Delivery
from deliveries.tokens import Purpose, Token, sign
from reengagement.vocabulary import Outcome
from tests.factories import UserFactory
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db
AGO = dt.timedelta(days=8)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def second(world):
    """The next email of the campaign, which is due."""
    return world.add_email()


def put_off(world):
    """Somebody whose server said "later" until the time was over."""
    failure = {"smtp_code": 451, "enhanced_code": "4.2.0"}
    person = world.asked(
        delivered_ago=None,
        state="expired",
        started_at=timezone.now() - AGO,
        reply="451 4.2.0 The mailbox is busy",
        **failure,
    )
    judging.judge_refusals()
    return person


def reported(world):
    """Somebody to whom it was delivered, and a soft bounce came back."""
    person = world.asked(delivered_ago=AGO, started_at=timezone.now() - AGO)
    mail = person.delivery
    token = Token(mail.message_id, mail.pk, mail.address_id)
    path = f"b-{sign(token, Purpose.RETURN_PATH)}@{settings.BOUNCE_DOMAIN}"
    raw = magic.bounce(b"Subject: Hi\r\n\r\nHello", path, person.email)
    raw = raw.replace(b"5.1.1", b"4.2.0").replace(b"550", b"451")
    raw = raw.replace(b"no such user here", b"The mailbox is busy")
    record(raw, envelope_to=path, source=Source.MAILBOX)
    return person


@pytest.mark.parametrize("fails", [put_off, reported])
def test_the_next_email_does_not_go_there(world, second, fails):
    fails(world)
    reached = world.asked(delivered_ago=AGO)
    world.campaign.fold()
    world.campaign.advance()
    mails = Delivery.objects.filter(message=second)
    assert list(mails.values_list("address", flat=True)) == [reached.address_id]


@pytest.mark.parametrize("fails", [put_off, reported])
def test_the_address_is_not_blocked_by_it(world, second, fails):
    fails(world)
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("fails", [put_off, reported])
def test_silence_is_not_taken_for_an_answer(world, second, fails):
    assert world.outcome(fails(world)) == Outcome.UNDELIVERED


@pytest.mark.parametrize("way", Way)
def test_whoever_was_given_back_has_no_second_try(world, second, way):
    person = world.asked(delivered_ago=None, state="queued")
    Release.objects.create(
        address=person.address,
        way=way,
        user=UserFactory(),
        was="OTHER",
        change="allowed" if way == Way.PERSON else "",
        note="Ticket 48213",
        at=timezone.now() - 2 * AGO,
    )
    Delivery.objects.filter(pk=person.delivery.pk).update(
        state="expired",
        started_at=timezone.now() - AGO,
        smtp_code=451,
        enhanced_code="4.2.0",
        reply="451 4.2.0 The mailbox is busy",
    )
    judging.judge_refusals()
    world.campaign.fold()
    world.campaign.advance()
    assert not Delivery.objects.filter(message=second).exists()
