"""Bringing a file in within a test, the way the pages and the worker do."""

import io

from accounts.models import Job
from consent.models import SubscriptionType
from contacts.importing import columns, running
from contacts.models import ConsentAnswer, ContactImport, PropertyDefinition
from contacts.models.imports import MATCHED


def receive(text, user, *, name="people.csv", **answers):
    """A draft import of `text`, its columns matched by the best guess, checked."""
    content = text if isinstance(text, bytes) else text.encode()
    found = ContactImport.objects.receive(name, io.BytesIO(content), user)
    return checked(found, **answers)


def checked(found, *, mapping=None, **answers):
    targets = [
        *columns.FIXED,
        *columns.opt_outs_of(SubscriptionType.objects.all()),
        *columns.properties(PropertyDefinition.objects.all()),
    ]
    guessed = columns.guess(found.headers, found.sample(), targets)
    asked = {name: answers.pop(name) for name in MATCHED if name in answers}
    work(found.match(mapping or guessed, **asked))
    found.refresh_from_db()
    for name, value in ({"consent": ConsentAnswer.NONE} | answers).items():
        setattr(found, name, value)
    found.save()
    return found


def work(job):
    """Do the job as a worker does; returns it."""
    claimed = Job.objects.claim(job.pk)
    if claimed:
        running.work(claimed)
    job.refresh_from_db()
    return job


def bring_in(text, user, **answers):
    """The finished import of `text`."""
    found = receive(text, user, **answers)
    assert found.start(user)
    work(found.job)
    found.refresh_from_db()
    return found


def problems(found):
    """The lines of the file of problems."""
    with found.problems.open("rb") as file:
        return file.read().decode("utf-8-sig").splitlines()
