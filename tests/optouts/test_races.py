"""Two people press the same button at once."""

import pytest

from accounts.models import Job
from consent.models import Batch
from optouts.models import JobKind, OptOutImport
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_import_is_started_once(counted, alice):
    one = counted("Email\nana@people.example\n")
    start = lambda: OptOutImport.objects.get(pk=one.pk).start(alice)  # noqa: E731
    found = together(start, start, start, start)
    assert len([job for job in found if job]) == 1
    assert Batch.objects.count() == 1


def test_an_import_is_undone_once(imported, alice):
    done = imported("Email\nana@people.example\n")

    def undo():
        mine = OptOutImport.objects.for_list().get(pk=done.pk)
        return mine.start_undo(alice, "Wrong file.")

    assert len([job for job in together(undo, undo, undo, undo) if job]) == 1
    assert Job.objects.filter(kind=JobKind.UNDO).count() == 1
