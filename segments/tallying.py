"""The exact number of who fulfils some conditions, counted in the background.

They may be conditions that nobody has saved: the job keeps them, so that one can come
back to them. Contacts are asked about in pieces of their keys. That way it is known how
far the count is, it can be stopped, and after a worker died it goes on where that was.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from django.db import DatabaseError
from django.db.models import Max, Q
from django.urls import reverse

from accounts.models import Job, JobState, User
from contacts.models import Contact
from deliveries.room import roomy
from segments.builder import Tree
from segments.compile import compile_rules
from segments.kinds import current_clock
from segments.rules import read
from segments.undo import state_of, tree_of
from segments.vocabulary import Vocabulary
from segments.watching import Stopped, watched

log = logging.getLogger(__name__)

JOB_KIND = "segment_count"
# few enough that what is asked anew for each piece does not add up
PIECES = 20
# and none smaller than this
LEAST = 20_000


def request_tally(user: User, tree: Tree, segment: int | None, name: str) -> Job:
    """A job that counts who fulfils the conditions of `tree`; the caller rings for it.

    Whatever this person had counted of the same segment is stopped: its conditions
    have changed since. `segment` and `name`: as their form has them, maybe not saved.
    """
    mine = Job.objects.filter(kind=JOB_KIND, owner=user, resume__segment=segment)
    for one in mine.filter(state__in=[JobState.QUEUED, JobState.RUNNING]):
        one.cancel()
    job = Job.objects.create(
        kind=JOB_KIND,
        label=f"Count “{name or 'New segment'}” exactly"[:300],
        owner=user,
        unit="contacts",
        resume={
            "segment": segment,
            "name": name,
            "rules": tree.rules(Vocabulary(without=segment)),
            "nodes": state_of(tree),
        },
    )
    job.url = reverse("segments:tally", args=[job.pk])
    job.save(update_fields=["url"])
    return job


def tally_of(pk: int | None) -> Job | None:
    return Job.objects.filter(kind=JOB_KIND, pk=pk).first() if pk else None


def is_about(job: Job, rules: Any) -> bool:
    """Does it count these conditions?"""
    return bool(job.resume["rules"] == json.loads(json.dumps(rules)))


def tree_in(job: Job) -> Tree:
    """The conditions that it counts, finished or not, as they stood in the form."""
    return tree_of(job.resume["nodes"])


def number_of(job: Job) -> int | None:
    """What it found, once it has looked at everybody."""
    found: int | None = job.result.get("found")
    return found


def tally(job: Job) -> None:
    """Count to the end, from where `job` is."""
    words = Vocabulary(without=job.resume["segment"])
    rules, _ = read(job.resume["rules"], words)
    if rules is None:
        job.fail("What these conditions ask about was deleted. Choose something else.")
        return
    try:
        with watched(job):
            _count(job, compile_rules(rules, current_clock()))
    except Stopped:
        log.info("The count %s was stopped", job.pk)
    except DatabaseError:
        log.exception("The count %s failed", job.pk)
        job.fail("The database did not finish this count. Try it again.")


def _count(job: Job, condition: Q) -> None:
    total = Contact.objects.count()
    top: int = Contact.objects.aggregate(top=Max("pk"))["top"] or 0
    step = max(LEAST, -(-top // PIECES))
    last, found = job.resume.get("last", 0), job.resume.get("found", 0)
    while job.report(job.done, total=total, last=last, found=found):
        if last >= top:
            job.finish(found=found)
            return
        piece = Contact.objects.filter(pk__gt=last, pk__lte=last + step)
        with roomy():
            found += piece.filter(condition).count()
        job.done += piece.count()
        last += step
