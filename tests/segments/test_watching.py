"""While one statement fills a segment it is seen how far that is."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from accounts.models import JOB_LOST_AFTER, Job, JobState
from segments import refreshing, tallying, watching
from segments.builder import Tree
from segments.models import Segment
from segments.tasks import fill, refresh_due, tally
from segments.vocabulary import Vocabulary
from segments.watching import told
from tests.factories import ContactFactory, SegmentFactory
from tests.segments.halfway import begun, taken, waiting
from tests.segments.worlds import group, where

pytestmark = pytest.mark.django_db
PATIENCE = 30


def until(question):
    """The first answer that is one."""
    for _ in range(PATIENCE * 20):
        if found := question():
            return found
        time.sleep(0.05)
    pytest.fail("It never happened.")


def halfway():
    """The job of a filling that waits, as soon as it has told something."""
    return waiting() and Job.objects.filter(done__gt=0).first()


@pytest.fixture
def quick(monkeypatch):
    """It is looked often, and everybody written is told."""
    monkeypatch.setattr(watching, "EVERY", 0.05)
    monkeypatch.setattr(refreshing, "EACH", 1)


@pytest.mark.django_db(transaction=True)
def test_the_people_written_so_far_are_told_before_the_statement_ends(
    client, alice, quick
):
    last = ContactFactory.create_batch(10, delivered=1)[-1]
    segment = SegmentFactory()
    job = segment.request_fill(alice)

    def look():
        seen = until(halfway)
        page = client.get(segment.get_absolute_url()).content.decode()
        shown = client.get(reverse("segments:list")).content.decode()
        part = client.get(reverse("segments:status", args=[segment.pk]))
        return seen, page, shown, part.content.decode()

    with ThreadPoolExecutor(1) as threads, taken(segment, last):
        filled = threads.submit(alone, partial(fill, job.pk))
        seen, page, shown, part = look()
    filled.result(PATIENCE)
    assert seen.done == 10
    assert seen.percent < 100
    assert all(f"Processing {seen.percent}%" in text for text in (page, shown, part))
    assert "of about" in page
    done = Job.objects.get()
    assert (done.state, done.done, done.total) == (JobState.DONE, 10, 10)


def alone(work):
    """In a thread, with a connection of its own."""
    try:
        return work()
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_of_two_fillings_at_once_each_tells_its_own_people(alice, quick):
    def segment(delivered, people):
        last = ContactFactory.create_batch(people, delivered=delivered)[-1]
        rules = group("all", where("delivered", "is", value=delivered))
        return SegmentFactory(rules=rules), last

    def both():
        numbers = Job.objects.order_by("pk").values_list("done", flat=True)
        return waiting() == 2 and all(numbers) and list(numbers)

    (few, a), (many, b) = segment(1, 10), segment(2, 40)
    jobs = [one.request_fill(alice) for one in (few, many)]
    with ThreadPoolExecutor(2) as threads, taken(few, a), taken(many, b):
        filled = [threads.submit(alone, partial(fill, job.pk)) for job in jobs]
        shown = until(both)
    for one in filled:
        one.result(PATIENCE)
    assert shown == [10, 40]


@pytest.mark.django_db(transaction=True)
def test_stopping_a_filling_ends_its_statement_and_nobody_leaves(alice, quick):
    there = ContactFactory(delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    late = ContactFactory(delivered=1)
    job = segment.request_fill(alice)
    with ThreadPoolExecutor(1) as threads, taken(segment, late):
        filled = threads.submit(alone, partial(fill, job.pk))
        until(waiting)
        assert job.cancel()
        filled.result(PATIENCE)
    segment.refresh_from_db()
    assert Job.objects.get().state == JobState.CANCELLED
    assert segment.problem.startswith("Somebody stopped the last refresh.")
    assert list(segment.members()) == [there]
    assert refresh_due() == 0  # it rests


@pytest.mark.django_db(transaction=True)
def test_a_static_segment_whose_filling_was_stopped_is_filled_when_asked_again(
    alice, quick
):
    her = ContactFactory(delivered=1)
    segment = SegmentFactory(kind="static")
    job = segment.request_fill(alice)
    with ThreadPoolExecutor(1) as threads, taken(segment, her):
        filled = threads.submit(alone, partial(fill, job.pk))
        until(waiting)
        job.cancel()
        filled.result(PATIENCE)
    assert not segment.members().exists()
    fill(segment.request_fill(alice).pk)
    assert list(segment.members()) == [her]


COUNTS = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND query LIKE '%%contacts_contact%%'
    AND datname = current_database()
"""


def counting():
    """Does a count wait for the table of the contacts?"""
    with connections["default"].cursor() as cursor:
        cursor.execute(COUNTS)
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_slow_piece_of_a_count_is_not_taken_for_lost_and_can_be_stopped(alice, quick):
    ContactFactory(delivered=1)
    segment = SegmentFactory()
    tree = Tree.of_rules(segment.rules, Vocabulary())
    job = tallying.request_tally(alice, tree, segment.pk, segment.name)
    lock = "LOCK TABLE contacts_contact IN ACCESS EXCLUSIVE MODE"

    def alive():
        return not Job.objects.claimable().exists()

    with ThreadPoolExecutor(1) as threads, begun(lock, []):
        counted = threads.submit(alone, partial(tally, job.pk))
        until(counting)
        Job.objects.update(heartbeat_at=timezone.now() - JOB_LOST_AFTER * 2)
        until(alive)
        job.cancel()
        counted.result(PATIENCE)
    assert Job.objects.get().state == JobState.CANCELLED


@pytest.fixture
def job(alice):
    return Job(state=JobState.RUNNING, started_at=timezone.now())


def test_the_time_it_took_before_is_the_measure_where_people_are_in(job):
    job.started_at -= dt.timedelta(seconds=3)
    assert told(job, 10_000) == "Processing, about 30%"


def test_a_guess_never_says_that_it_is_done(job):
    job.started_at -= dt.timedelta(hours=1)
    assert told(job, 10) == "Processing, about 95%"


@pytest.mark.parametrize("took", [0, 10_000])
def test_what_no_worker_has_begun_has_no_number(took):
    assert told(Job(), took) == "Processing"
    assert told(None, took) == "Processing"


def test_the_first_time_without_an_estimate_has_no_number(job):
    assert told(job, 0) == "Processing"


def test_the_badge_of_the_list_asks_for_itself_until_the_segment_is_filled(client):
    segment = SegmentFactory()
    state = reverse("segments:state", args=[segment.pk])
    assert f'hx-get="{state}"' in client.get(reverse("segments:list")).content.decode()
    ContactFactory(delivered=1)
    segment.refresh()
    part = client.get(state).content.decode()
    assert "hx-get" not in part
    assert f'<span id="size-{segment.pk}" hx-swap-oob="true">1</span>' in part


def test_rules_that_no_longer_work_end_the_job_as_before(alice):
    segment = SegmentFactory()
    rules = {"match": "all", "rules": [{"field": "property:99", "operator": "known"}]}
    Segment.objects.filter(pk=segment.pk).update(rules=rules)
    fill(segment.request_fill(alice).pk)
    assert Job.objects.get().state == JobState.FAILED
