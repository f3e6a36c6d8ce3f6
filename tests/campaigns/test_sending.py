"""From draft to sent: launched once, prepared once, stopped for good."""

import datetime as dt
from functools import partial

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Job, JobState
from campaigns import launching, tasks
from campaigns.models import EmailState, MarketingEmail
from contacts.models import Contact
from deliveries import audience
from deliveries.models import Delivery, DeliveryState, Hold, Message
from deliveries.waiting import waiting_messages
from segments.models import Segment, SegmentUse
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
)
from tests.threads import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


def readers(kind, count=3):
    people = ContactFactory.create_batch(count)
    for person in people:
        agree(person, kind)
    return people


@pytest.fixture
def email(kind):
    """A draft to three people who agreed and one who did not."""
    draft = MarketingEmailFactory(subscription_type=kind)
    draft.choose([make_segment(*readers(kind), ContactFactory())], [])
    return draft


def start(email, user):
    """Launched, and its half minute is over; the job that prepares it."""
    assert email.launch(user)
    MarketingEmail.objects.update(scheduled_at=timezone.now())
    (job_id,) = MarketingEmail.objects.start_due()
    email.refresh_from_db()
    return Job.objects.claim(job_id)


def test_an_email_goes_from_draft_to_sending_and_its_recipients_are_fixed(email, user):
    launching.prepare(start(email, user))
    email.refresh_from_db()
    assert email.state == EmailState.SENDING
    assert email.message.group == f"email:{email.pk}"
    assert email.message.frozen_at
    assert audience.stored(email.message) == {"": 3, "no_consent": 1}
    assert email.funnel["will_get"] == 3
    assert email.job.state == JobState.DONE


def test_nothing_is_due_while_it_can_still_be_taken_back(email, user):
    email.launch(user)
    assert MarketingEmail.objects.start_due() == []
    assert email.unschedule()
    assert email.state == EmailState.DRAFT
    assert email.launched_by is None


def test_a_second_launch_says_that_it_lost(email, user):
    assert email.launch(user)
    assert not MarketingEmail.objects.get(pk=email.pk).launch(UserFactory())
    email.refresh_from_db()
    assert email.launched_by == user


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_send_at_once_one_launches(email):
    users = UserFactory.create_batch(6)
    mine = [MarketingEmail.objects.get(pk=email.pk) for _ in users]
    pressed = together(
        *(partial(one.launch, user) for one, user in zip(mine, users, strict=True))
    )
    won = [user for user, did in zip(users, pressed, strict=True) if did]
    assert len(won) == 1
    email.refresh_from_db()
    assert email.launched_by == won[0]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_prepares_and_nobody_is_queued_twice(email, user):
    email.launch(user)
    MarketingEmail.objects.update(scheduled_at=timezone.now())

    def work():
        for job_id in MarketingEmail.objects.start_due():
            tasks.prepare(job_id)

    together(work, work, work, work)
    for job_id in MarketingEmail.objects.start_due():
        tasks.prepare(job_id)
    email.refresh_from_db()
    assert email.state == EmailState.SENDING
    assert Delivery.objects.count() == 4
    assert Message.objects.count() == 1


def test_what_a_lost_worker_left_is_prepared_by_the_next(email, user):
    lost = start(email, user)
    assert MarketingEmail.objects.start_due() == []
    Job.objects.update(heartbeat_at=timezone.now() - dt.timedelta(minutes=5))
    assert MarketingEmail.objects.start_due() == [lost.pk]
    tasks.prepare(lost.pk)
    email.refresh_from_db()
    assert email.state == EmailState.SENDING


def test_a_preparation_that_never_ends_well_is_given_up_with_a_sentence(email, user):
    job = start(email, user)
    job.attempts = launching.MOST_ATTEMPTS + 1
    launching.prepare(job)
    email.refresh_from_db()
    assert email.state == EmailState.DRAFT
    assert "Nothing was sent" in email.halted


@pytest.mark.django_db(transaction=True)
def test_stopped_while_the_recipients_are_fixed_leaves_nobody_queued(
    email, user, monkeypatch
):
    job = start(email, user)
    fix, stopped = audience.fix, []

    def fix_while_somebody_stops(*args, **kwargs):
        counts = fix(*args, **kwargs)
        stopped.extend(together(MarketingEmail.objects.get(pk=email.pk).stop))
        return counts

    monkeypatch.setattr(audience, "fix", fix_while_somebody_stops)
    launching.prepare(job)
    email.refresh_from_db()
    assert stopped == [True]
    assert email.state == EmailState.STOPPED
    assert not Delivery.objects.exists()


def test_a_cancelled_preparation_makes_it_a_draft_again(email, user):
    start(email, user).cancel()
    assert MarketingEmail.objects.start_due() == []
    email.refresh_from_db()
    assert email.state == EmailState.DRAFT
    assert "cancelled" in email.halted


def test_what_stands_in_the_way_at_the_last_moment_is_told_on_the_draft(email, user):
    job = start(email, user)
    email.brand.postal_address = ""
    email.brand.save()
    launching.prepare(job)
    email.refresh_from_db()
    assert email.state == EmailState.DRAFT
    assert "postal address" in email.halted
    assert not Delivery.objects.exists()


def test_who_came_since_and_lacks_a_value_gives_the_start_up(email, kind, user):
    email.save_settings({"subject": "For {{ first_name }}"})
    job = start(email, user)
    (nameless,) = readers(kind, 1)
    nameless.first_name = ""
    nameless.save()
    email.include.get().add(Contact.objects.filter(pk=nameless.pk))
    launching.prepare(job)
    email.refresh_from_db()
    assert email.state == EmailState.DRAFT
    assert "1 person has no first name" in email.halted


def test_a_broken_segment_gives_the_start_up(email, user):
    broken = Segment.objects.create(
        name="Broken", rules={"match": "all", "rules": [{"field": "gone"}]}
    )
    email.choose([broken], [])
    launching.prepare(start(email, user))
    email.refresh_from_db()
    assert email.state == EmailState.DRAFT
    assert "“Broken”" in email.halted


def test_who_is_in_two_segments_gets_one_copy(email, kind, user):
    person = readers(kind, 1)[0]
    email.choose([make_segment(person), make_segment(person)], [])
    launching.prepare(start(email, user))
    assert Delivery.objects.get().contact == person


def test_who_is_in_an_excluded_segment_is_left_out_with_the_reason(email, kind, user):
    wanted, unwanted = readers(kind, 2)
    email.choose([make_segment(wanted, unwanted)], [make_segment(unwanted)])
    launching.prepare(start(email, user))
    assert Delivery.objects.get(contact=unwanted).reason == "excluded"
    assert Delivery.objects.get(contact=wanted).state == DeliveryState.QUEUED


@pytest.mark.parametrize(
    ("engagement", "reason"),
    [
        ({"delivered": 40, "sends_since_engagement": 10}, ""),
        ({"delivered": 40, "sends_since_engagement": 11}, "unengaged"),
        ({"sends_since_engagement": 11, "last_opened_at": timezone.now()}, ""),
        ({"delivered": 40, "opened": 1, "sends_since_engagement": 15}, ""),
        ({"delivered": 40, "opened": 1, "sends_since_engagement": 16}, "unengaged"),
    ],
)
def test_who_never_answers_is_left_out_where_the_author_wants_it(
    email, kind, user, engagement, reason
):
    person = ContactFactory(**engagement)
    agree(person, kind)
    email.save_settings({"skip_unengaged": True})
    email.choose([make_segment(person)], [])
    launching.prepare(start(email, user))
    assert Delivery.objects.get().reason == reason


def test_a_reengagement_email_cannot_leave_out_the_unengaged(kind):
    with pytest.raises(IntegrityError, match="mails_the_unengaged"):
        MarketingEmailFactory(
            subscription_type=kind, kind="reengagement", skip_unengaged=True
        )


def test_stopping_cancels_who_is_still_waiting(email, user):
    launching.prepare(start(email, user))
    sent = Delivery.objects.filter(state=DeliveryState.QUEUED).first()
    Delivery.objects.filter(pk=sent.pk).update(
        state=DeliveryState.DELIVERED, delivered_at=timezone.now()
    )
    assert MarketingEmail.objects.get(pk=email.pk).stop()
    states = list(Delivery.objects.values_list("state", flat=True))
    assert sorted(states) == ["cancelled", "cancelled", "delivered", "not_sent"]
    assert not MarketingEmail.objects.get(pk=email.pk).stop()


def test_what_comes_back_to_the_queue_of_a_stopped_email_stays_there(email, user):
    launching.prepare(start(email, user))
    late = Delivery.objects.filter(state=DeliveryState.QUEUED).first()
    Delivery.objects.filter(pk=late.pk).update(state=DeliveryState.STARTED)
    MarketingEmail.objects.get(pk=email.pk).stop()
    MarketingEmail.objects.cancel_stopped()
    Delivery.objects.filter(pk=late.pk).update(state=DeliveryState.QUEUED)
    assert waiting_messages() == []
    assert not MarketingEmail.objects.with_progress().get().held
    assert MarketingEmail.objects.cancel_stopped() == 1
    assert not Hold.objects.active().exists()


def test_a_large_queue_is_held_and_emptied_in_pieces(email, user, monkeypatch):
    launching.prepare(start(email, user))
    monkeypatch.setattr("campaigns.models.queries.CANCEL_PIECE", 2)
    MarketingEmail.objects.get(pk=email.pk).stop()
    assert Hold.objects.active().count() == 1
    assert not MarketingEmail.objects.get(pk=email.pk).resume(user, "Go on.")
    assert Hold.objects.active().count() == 1
    assert MarketingEmail.objects.cancel_stopped() == 1
    assert MarketingEmail.objects.cancel_stopped() == 0
    assert not Hold.objects.active().exists()


def test_pausing_holds_the_message_and_resuming_lets_it_go(email, user):
    launching.prepare(start(email, user))
    email.refresh_from_db()
    email.pause(user, "Look at the bounces.")
    email.pause(user, "Again.")
    assert Hold.objects.active().get().message == email.message
    assert MarketingEmail.objects.with_progress().get().held
    assert email.resume(user, "They are fine.")
    assert not Hold.objects.active().exists()
    assert not email.resume(user, "Twice.")


def test_it_is_sent_when_nothing_is_queued_any_more(email, user):
    launching.prepare(start(email, user))
    assert MarketingEmail.objects.finish_sent() == 0
    Delivery.objects.filter(state=DeliveryState.QUEUED).update(
        state=DeliveryState.DELIVERED, delivered_at=timezone.now()
    )
    tasks.finish_sent()
    email.refresh_from_db()
    assert email.state == EmailState.SENT
    assert email.tally["delivered"] == 3


def test_its_segments_are_in_use_until_the_recipients_are_fixed(email, user):
    assert SegmentUse.objects.get().label == f"Email “{email.name}”"
    email.save_settings({"name": "Renamed"})
    assert SegmentUse.objects.get().label == "Email “Renamed”"
    launching.prepare(start(email, user))
    assert not SegmentUse.objects.exists()


def test_what_was_started_takes_no_other_recipients_and_uses_no_segment(email, user):
    chosen = list(email.include.all())
    launching.prepare(start(email, user))
    assert not email.choose([], [])
    assert list(email.include.all()) == chosen
    assert not email.save_settings({"name": "Renamed"})
    assert not SegmentUse.objects.exists()


def test_the_clock_of_a_scheduled_email_starts_with_its_sending(email, user):
    email.schedule(timezone.now() + dt.timedelta(days=9), user)
    assert email.launched_at is None
    MarketingEmail.objects.update(scheduled_at=timezone.now())
    MarketingEmail.objects.start_due()
    email.refresh_from_db()
    assert timezone.now() - email.launched_at < dt.timedelta(minutes=1)


def test_a_copy_is_a_draft_with_the_same_words_and_recipients(email, user):
    launching.prepare(start(email, user))
    email.refresh_from_db()
    copy = email.duplicate(user)
    assert (copy.state, copy.message, copy.subject) == ("draft", None, email.subject)
    assert list(copy.include.all()) == list(email.include.all())
    assert {one["id"] for one in copy.blocks}.isdisjoint(
        one["id"] for one in email.blocks
    )


def test_a_draft_can_be_discarded_and_a_started_email_cannot(email, user):
    other = MarketingEmailFactory()
    assert other.discard()
    assert not MarketingEmail.objects.filter(pk=other.pk).exists()
    email.launch(user)
    assert not email.discard()
    assert MarketingEmail.objects.filter(pk=email.pk).exists()


def test_a_campaign_that_fixes_the_recipients_itself_takes_the_email_over(email, user):
    email.group = "reengagement:7"
    email.save(update_fields=["group"])
    email.refresh_from_db()
    message = email.freeze()
    assert email.hand_over(message, user)
    began = email.launched_at
    assert (email.state, email.message) == (EmailState.SENDING, message)
    assert message.group == "reengagement:7"
    MarketingEmail.objects.finish_sent()
    later = MarketingEmail.objects.get(pk=email.pk)
    assert later.state == EmailState.SENT
    later.hand_over(later.freeze(), user)
    assert (later.state, later.message) == (EmailState.SENDING, message)
    assert (later.launched_at, later.finished_at) == (began, None)


def test_a_change_of_mind_between_launch_and_start_counts(email, user):
    email.launch(user)
    email.unschedule()
    email.save_settings({"subject": "Another"})
    launching.prepare(start(email, user))
    email.refresh_from_db()
    assert email.message.subject == "Another"
