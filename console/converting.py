"""A property becomes one of another kind: what stands in the way, and the job.

The kind changes when the job begins, so that whatever is typed from then on is of the
new one; the values that are there follow in committed pieces.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.doorbell import ring
from accounts.models import AuditEntry, Job, JobState, User
from console.bulk.acts import PROPERTY
from contacts import converting
from contacts.converting import Target
from contacts.models import ContactImport, ImportState, PropertyDefinition
from contacts.models.beginning import one_begins
from contacts.properties import BadValue, Kind
from segments.fields import custom
from segments.models import Segment
from segments.rules import BadRules
from segments.vocabulary import Vocabulary
from signups.models import State, Submission

KIND = "convert_property"
TASK = "console.tasks.convert_property"
CHECKING = "contacts.tasks.run_import"
MAX_ATTEMPTS = 20
OPEN = (JobState.QUEUED, JobState.RUNNING)


def obstacles(definition: PropertyDefinition, target: Target) -> list[str]:
    """Why it cannot be converted now, in sentences; none where it can."""
    found: list[str] = [
        format_html(
            _(
                'The segment <a href="{}">{}</a> asks about it as it is now. Take the'
                " condition out there, and put it back afterwards."
            ),
            one.get_absolute_url(),
            one.name,
        )
        for one in _segments(definition, target)
    ]
    if _is_busy(definition):
        found.append(
            _("Values of it are being written by a job. Wait until that is over.")
        )
    return found


def _segments(definition: PropertyDefinition, target: Target) -> list[Segment]:
    """Those whose rules could not be read any more."""
    now, then = Vocabulary(), Vocabulary()
    key = f"property:{definition.pk}"
    choices = list(target.choices)
    then.fields[key] = custom(definition.pk, definition.label, target.kind, choices)
    asking = [one for one in Segment.objects.current() if key in one.inputs(now)]
    return [one for one in asking if _reads(one, now) and not _reads(one, then)]


def _reads(segment: Segment, words: Vocabulary) -> bool:
    try:
        segment.parsed(words)
    except BadRules:
        return False
    return True


def _is_busy(definition: PropertyDefinition) -> bool:
    jobs = Job.objects.filter(state__in=OPEN)
    mine = jobs.filter(kind=KIND, resume__property=definition.pk)
    many = jobs.filter(kind=PROPERTY.kind, resume__values__own=definition.key)
    imports = ContactImport.objects
    brought = imports.filter(
        state=ImportState.RUNNING, mapping__contains=[f"property:{definition.pk}"]
    )
    return any(rows.exists() for rows in (mine, many, brought, imports.being_undone()))


def last(definition: PropertyDefinition) -> Job | None:
    return (
        Job.objects.filter(kind=KIND, resume__property=definition.pk)
        .order_by("pk")
        .last()
    )


def kinds(definition: PropertyDefinition) -> list[Kind]:
    """What it can become: also what it is, where that was not brought to its end."""
    before = last(definition)
    broke_off = before is not None and before.broke_off
    return [one for one in Kind if broke_off or one != definition.kind]


@one_begins()
def start(definition: PropertyDefinition, target: Target, user: User) -> Job | None:
    """The job that converts it; None when something stands in the way by now."""
    rows = PropertyDefinition.objects.select_for_update()
    one = rows.get(pk=definition.pk)
    if obstacles(one, target):
        return None
    was = one.kind
    job = Job.objects.create(
        kind=KIND,
        label=_label(one, target),
        url=one.get_absolute_url(),
        owner=user,
        unit="contacts",
        resume={"property": one.pk, "aside": _put_aside(one).pk},
    )
    one.kind, one.choices = target.kind, list(target.choices)
    one.save(update_fields=["kind", "choices"])
    _check_drafts_anew(one)
    AuditEntry.objects.record(
        user,
        "converted a property",
        subject=one.label,
        url=job.url,
        detail={"from": was, "to": target.kind.value},
    )
    ring(TASK, job.pk)
    return job


def _label(one: PropertyDefinition, target: Target) -> str:
    """Kept in English, whoever presses."""
    with override("en"):
        return f"Convert “{one.label}” to {str(target.kind.label).lower()}"[:300]


def _put_aside(one: PropertyDefinition) -> PropertyDefinition:
    """An archived property for what cannot be read; of one that broke off, its own."""
    before = last(one)
    if before is not None and before.broke_off:
        return PropertyDefinition.objects.get(pk=before.resume["aside"])
    names = (f"{one.name[:50]}_before_{number}" for number in range(1, 1_000))
    taken = PropertyDefinition.objects.filter(name__startswith=f"{one.name[:50]}_b")
    known = {*taken.values_list("name", flat=True)}
    return PropertyDefinition.objects.create(
        name=next(name for name in names if name not in known),
        label=f"{one.label[:90]} (not converted)",
        description=f"What could not be read when “{one.label}” was converted."[:300],
        kind=one.kind,
        choices=one.choices,
        archived_at=timezone.now(),
    )


def _check_drafts_anew(one: PropertyDefinition) -> None:
    """Files that were read for the kind of before, and are not taken in yet."""
    drafts = ContactImport.objects.filter(
        state=ImportState.DRAFT, mapping__contains=[f"property:{one.pk}"]
    )
    for draft in drafts.order_by("pk"):
        if job := draft.match(draft.mapping):
            ring(CHECKING, job.pk)


def work(job_id: int) -> None:
    """Do the job unless another worker has it; safe to call at any time."""
    job = Job.objects.claim(job_id)
    if job is None:
        return
    if job.attempts > MAX_ATTEMPTS:
        job.fail(
            f"This stopped {MAX_ATTEMPTS} times; the log of the worker says why."
            " Convert the property once more to go on."
        )
    while _piece(job_id):
        pass


@transaction.atomic
def _piece(job_id: int) -> bool:
    """The row of the job is locked: no piece counts twice, whoever else works at it."""
    job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
    if job.state != JobState.RUNNING:
        return False
    told = job.resume
    one = PropertyDefinition.objects.get(pk=told["property"])
    target = Target(Kind(one.kind), tuple(one.choices))
    key = str(told["aside"])
    done = converting.convert(one, target, key, told.get("after", 0))
    if done is None:
        _convert_sign_ups(one, target)
        _end(job)
        return False
    counts = {
        "converted": told.get("converted", 0) + done.read,
        "not_converted": told.get("not_converted", 0) + done.aside,
    }
    return job.report(sum(counts.values()), after=done.last, **counts)


def _end(job: Job) -> None:
    counts = {name: job.resume.get(name, 0) for name in ("converted", "not_converted")}
    job.finish(**counts)
    if not counts["not_converted"]:  # nobody needs it
        PropertyDefinition.objects.filter(pk=job.resume["aside"]).delete()


def _convert_sign_ups(one: PropertyDefinition, target: Target) -> None:
    """What people answered who have not confirmed yet."""
    waiting = Submission.objects.filter(
        state=State.PENDING, answers__has_key=one.key
    ).select_for_update(of=("self",), no_key=True)
    for submission in waiting.order_by("pk"):
        try:
            read = target.read(submission.answers.pop(one.key))
        except BadValue:
            read = None
        if read is not None:
            submission.answers[one.key] = read
        submission.save(update_fields=["answers"])
