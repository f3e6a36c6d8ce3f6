"""Active segments on the real processes: fresh within a minute, whole after a kill."""

import time

import pytest

from contacts.models import Contact
from segments import tasks
from segments.models import Segment, SegmentMember
from tests.factories import ContactFactory, SegmentFactory
from tests.segments.halfway import taken, waiting

pytestmark = [pytest.mark.kill, pytest.mark.timeout(400)]

MINUTE = 60


def firsts(segment):
    return set(segment.members().values_list("first_name", flat=True))


def is_steady():
    return not Segment.objects.filter(full_at=None).exists()


def test_a_changed_contact_is_in_or_out_within_a_minute(live_stack):
    ContactFactory(first_name="stays", delivered=1)
    moves = ContactFactory(first_name="moves")
    segment = SegmentFactory()
    live_stack.wait_for(is_steady, "the first refresh", 2 * MINUTE)
    full_at = Segment.objects.get(pk=segment.pk).full_at
    for delivered, expected in ((1, {"stays", "moves"}), (0, {"stays"})):
        began = time.monotonic()
        Contact.objects.filter(pk=moves.pk).update(delivered=delivered)
        live_stack.wait_for(
            lambda them=expected: firsts(segment) == them, "the change", MINUTE
        )
        assert time.monotonic() - began < MINUTE
    segment.refresh_from_db()
    assert segment.full_at == full_at  # nobody else was asked about
    assert segment.size == 1


def is_half_way():
    """Rings each time: a refresh that beat had asked for before makes one idle."""
    tasks.refresh_due.delay()
    time.sleep(1)
    return waiting()


def test_a_worker_killed_in_a_refresh_leaves_the_members_whole(live_stack):
    live_stack.stop("beat")
    leaves = ContactFactory(first_name="leaves", delivered=1)
    ContactFactory(first_name="stays", delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    Contact.objects.filter(pk=leaves.pk).update(delivered=0)
    joins = ContactFactory.create_batch(50, first_name="joins", delivered=1)
    with taken(segment, joins[-1]):
        live_stack.wait_for(is_half_way, "a refresh that is half-way", MINUTE)
        live_stack.kill("worker")
        assert firsts(segment) == {"leaves", "stays"}
    live_stack.wait_for(lambda: not waiting(), "its statement to end", MINUTE)
    stays = SegmentMember.objects.filter(segment=segment)
    assert (stays.count(), stays.filter(left_at=None).count()) == (2, 2)
    live_stack.restart("worker")
    live_stack.restart("beat")
    live_stack.wait_for(
        lambda: firsts(segment) == {"stays", "joins"}, "the next refresh", MINUTE
    )
    segment.refresh_from_db()
    assert segment.size == segment.members().count() == 51
