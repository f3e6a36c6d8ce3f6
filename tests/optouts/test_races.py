"""Two people press the same button at once."""

import threading

import pytest
from django.db import connection

from accounts.models import Job
from consent.models import Batch
from optouts.models import JobKind, OptOutImport

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work, times=4):
    """The results of `work` in so many threads that begin together."""
    gate, found = threading.Barrier(times), []

    def run():
        try:
            gate.wait(10)
            found.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_an_import_is_started_once(counted, alice):
    one = counted("Email\nana@people.example\n")
    found = at_once(lambda: OptOutImport.objects.get(pk=one.pk).start(alice))
    assert len([job for job in found if job]) == 1
    assert Batch.objects.count() == 1


def test_an_import_is_undone_once(imported, alice):
    done = imported("Email\nana@people.example\n")

    def undo():
        mine = OptOutImport.objects.for_list().get(pk=done.pk)
        return mine.start_undo(alice, "Wrong file.")

    assert len([job for job in at_once(undo) if job]) == 1
    assert Job.objects.filter(kind=JobKind.UNDO).count() == 1
