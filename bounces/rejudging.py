"""Old bounces judged by the rules of today, a piece at a time.

The kept words are read anew; what a mail is called changes with them, and what follows
from it is done, unless something good has happened at the address since. Nobody is
given back here: that is for a person, see bounces/rescue.py. Safe to repeat.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.doorbell import ring
from accounts.models import AuditEntry, Job, JobState, User
from bounces import judging
from bounces.categories import COMPLAINT
from bounces.classify import judged
from bounces.codes import Judgement, judge
from bounces.models import Bounce, Release, Source
from bounces.neighbours import proven_since, weighed
from bounces.parse import parse
from bounces.policy import Policy
from consent.models import Address
from deliveries.models import Delivery

KIND = "rejudge_bounces"
LABEL = "Judge old bounces by the rules of today"
PIECE = 500
# an older refusal opens no incident any more
RECENT = dt.timedelta(days=14)

# only where the mail is still called what this bounce was called
RENAME = """
UPDATE deliveries_delivery d
SET bounce_kind = t.kind, bounce_category = t.category
FROM json_to_recordset(%s) AS t(message_id bigint, id bigint, was text, kind text,
    category text)
WHERE d.message_id = t.message_id AND d.id = t.id AND d.bounce_category = t.was
"""


def old() -> QuerySet[Bounce]:
    return Bounce.objects.exclude(kind=COMPLAINT)


@transaction.atomic
def request(user: User | None) -> Job:
    """The job that does it; the one that is under way, if there is one."""
    running = Job.objects.filter(
        kind=KIND, state__in=[JobState.QUEUED, JobState.RUNNING]
    )
    if found := running.first():
        return found
    AuditEntry.objects.record(user, "judged old bounces anew")
    job = Job.objects.create(
        kind=KIND,
        label=LABEL,
        url=reverse("bounces:rescue"),
        owner=user,
        unit="bounces",
        total=old().count(),
    )
    ring("bounces.tasks.rejudge", job.pk)
    return job


def last_done() -> Job | None:
    return Job.objects.filter(kind=KIND, state=JobState.DONE).order_by("-pk").first()


def run(job: Job) -> None:
    """Everything, from where the job stopped; a crash repeats one piece at most."""
    policy = Policy.current()
    after, done = job.resume.get("after", 0), job.done
    changed = job.resume.get("changed", 0)
    while rows := list(old().filter(pk__gt=after).order_by("pk")[:PIECE]):
        with transaction.atomic():
            changed += piece(rows, policy)
            after, done = rows[-1].pk, done + len(rows)
            if not job.report(done, after=after, changed=changed):
                return
    job.finish(bounces_read=done, judged_otherwise=changed)


@transaction.atomic
def look_again() -> int:
    """End those whom a neighbour's mail has proved gone since, some at a time; how
    many."""
    rows = list(proven_since().order_by("pk")[:PIECE])
    return piece(rows, Policy.current())


def piece(rows: Sequence[Bounce], policy: Policy) -> int:
    """Judge these anew; how many are called something else now."""
    Address.objects.lock({row.address_id for row in rows})
    fresh = old().filter(pk__in=[row.pk for row in rows]).select_related("report")
    changed = [row for row in fresh.order_by("pk") if _rejudge(row, policy)]
    if changed:
        _write(changed)
        _follow(changed, policy)
    return len(changed)


def _rejudge(bounce: Bounce, policy: Policy) -> bool:
    """Put today's words on it; whether they are others than before."""
    found = policy.correct(_judged(bounce), bounce.code)
    found = weighed(found, bounce.address_id, bounce.at)
    now = (found.kind, found.category, found.doing)
    if now == (bounce.kind, bounce.category, bounce.doing):
        return False
    bounce.first_category = bounce.first_category or bounce.category
    bounce.kind, bounce.category, bounce.doing = now
    bounce.rule = found.rule
    return True


def _judged(bounce: Bounce) -> Judgement:
    """From the report as it came; where there is none, from the server's answer."""
    report = bounce.report
    if report is not None and report.source != Source.WEBHOOK:
        parsed = parse(bytes(report.raw))
        if parsed.failures:
            return judged(parsed.chosen, parsed)
    return judge(bounce.code, bounce.enhanced_code, bounce.words)


def _write(changed: Sequence[Bounce]) -> None:
    values = [
        {
            "message_id": row.message_id,
            "id": row.delivery_id,
            "was": was,
            "kind": row.kind,
            "category": row.category,
        }
        for row, was in _with_what_they_were(changed)
    ]
    with connection.cursor() as cursor:
        cursor.execute(RENAME, [json.dumps(values)])
    Bounce.objects.filter(pk__in=_doubled(changed)).delete()
    Bounce.objects.bulk_update(
        changed, ["kind", "category", "doing", "rule", "first_category"]
    )
    Bounce.objects.filter(pk__in=[row.pk for row in changed]).update(incident=None)


def _with_what_they_were(changed: Sequence[Bounce]) -> list[tuple[Bounce, str]]:
    stored = dict(
        Bounce.objects.filter(pk__in=[row.pk for row in changed]).values_list(
            "pk", "category"
        )
    )
    return [(row, stored[row.pk]) for row in changed]


def _doubled(changed: Sequence[Bounce]) -> list[int]:
    """Those whose mail came back with their new kind in another report already: once
    per mail and kind is enough."""
    others = Bounce.objects.filter(delivery_id__in=[row.delivery_id for row in changed])
    others = others.exclude(pk__in=[row.pk for row in changed])
    taken = set(others.values_list("delivery_id", "kind"))
    found = []
    for row in changed:
        if (row.delivery_id, row.kind) in taken:
            found.append(row.pk)
        taken.add((row.delivery_id, row.kind))
    return found


def _follow(changed: Sequence[Bounce], policy: Policy) -> None:
    """Do what follows now, where nothing good happened at the address since."""
    same = OuterRef("address")
    arrived = Delivery.objects.filter(
        address=same, delivered_at__gt=OuterRef("at"), bounced_at=None
    )
    given_back = Release.objects.filter(address=same, at__gt=OuterRef("at"))
    rows = list(
        Bounce.objects.filter(pk__in=[row.pk for row in changed])
        .exclude(Exists(arrived) | Exists(given_back))
        .select_related("address", "report")
        .defer("report__raw")
        .order_by("pk")
    )
    since = timezone.now() - RECENT
    ours = [row for row in rows if row.at >= since and _is_ours(row)]
    judging.follow(rows, ours, policy)


def _is_ours(bounce: Bounce) -> bool:
    return Policy().decide(bounce).is_of_an_incident
