"""An opt-out import on the real stack, where workers and Redis die."""

import pytest
from django.core.files.base import ContentFile

from accounts.models import Job, JobState
from consent import tables
from consent.models import ConsentRecord, Suppression
from optouts import jobs, tasks
from optouts.models import OptOutImport

pytestmark = [pytest.mark.kill]
SIZE = 45_000


@pytest.fixture
def media():
    """The files of the running console stay where it looks for them."""


@pytest.fixture
def counted(live_stack):
    """A list that takes a worker several pieces."""
    rows = "".join(f"person{number}@people.example\n" for number in range(SIZE))
    file = ContentFile(f"Email\n{rows}".encode(), name="list.csv")
    with live_stack.settings():
        imported = OptOutImport.objects.take_in(
            file, tables.detect(file), live_stack.alice, file_name="list.csv"
        )
        jobs.work(imported.choose(0, "Email", has_header=True).pk)
        imported.refresh_from_db()
        yield imported


def state(job):
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


def test_a_killed_worker_is_followed_by_one_that_goes_on(live_stack, counted):
    job = counted.start(live_stack.alice)
    tasks.ring(job)
    live_stack.wait_for(Suppression.objects.exists, "the first piece")
    live_stack.kill("worker")
    half = Suppression.objects.count()
    # nobody waits a minute and a half for the sign of life to run out
    Job.objects.filter(pk=job.pk).update(heartbeat_at="2020-01-01T00:00Z")
    live_stack.restart("worker")
    live_stack.wait_for(lambda: state(job) == JobState.DONE, "the end", 120)

    job.refresh_from_db()
    assert 0 < half <= SIZE
    assert Suppression.objects.count() == ConsentRecord.objects.count() == SIZE
    assert job.result == {
        "new_contacts": 0,
        "new_others": SIZE,
        "already": 0,
        "rows": SIZE,
    }


def test_without_redis_the_import_only_begins_later(live_stack, counted):
    live_stack.kill("valkey")
    job = counted.start(live_stack.alice)
    tasks.ring(job)
    assert state(job) == JobState.QUEUED
    live_stack.restart("valkey")
    live_stack.wait_for(lambda: state(job) == JobState.DONE, "the end", 120)
    assert Suppression.objects.count() == SIZE
