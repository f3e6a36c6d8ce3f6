"""From "its time has come" to "everybody is in the queue", in one transaction."""

from __future__ import annotations

import logging

from django.db import transaction

from accounts.models import Job
from campaigns.approving import Standing, unapproved
from campaigns.audience import Funnel, aims, contacts_of, funnel_of, left_out
from campaigns.conditions import about, fitted
from campaigns.missing import missing_values, without_fallback
from campaigns.models import EmailState, MarketingEmail
from campaigns.readiness import obstacles
from campaigns.shares import left_with_nothing
from deliveries import audience
from deliveries.audience import plan_of
from deliveries.languages import all_blocks
from deliveries.optional import conditions
from segments.models import Segment, SegmentState

log = logging.getLogger(__name__)

# A worker that was lost this often while it prepared an email is no accident.
MOST_ATTEMPTS = 5


REWORKED = "It was not sent: something changed while the recipients were chosen. {why}"
DECIDED = "Now it is approved. Send it again."


class Overtaken(Exception):
    """Somebody stopped the email while its recipients were being fixed."""


class Moved(Exception):
    """Other people would get it than its author saw or somebody approved; a
    sentence."""


def prepare(job: Job) -> None:
    """Fix the recipients of the email this job belongs to, and let it go.

    All or nothing: a crash leaves no half of an audience, the next worker begins
    anew. What stands in the way ends the job and makes the email a draft again.
    """
    email = MarketingEmail.objects.filter(job=job).first()
    if email is None or email.state != EmailState.PREPARING:
        job.finish()
        return
    problem = _problem(email, job)
    if problem:
        email.halt(problem)
        job.fail(problem)
        return
    try:
        _let_go(email, job)
    except Overtaken:
        job.cancel()
    except Moved as moved:
        email.halt(str(moved))
        job.fail(str(moved))


def _problem(email: MarketingEmail, job: Job) -> str:
    """Why the start has to be given up, or ''."""
    if job.attempts > MOST_ATTEMPTS:
        return (
            "The recipients could not be chosen: the worker was lost each time. "
            "Nothing was sent. Look at the log, then send again."
        )
    found = obstacles(email) + broken_segments(email)
    # a page does not ask where it would take long, and people have come since
    found += without_fallback(missing_values(email)) + left_with_nothing(email)
    found += unapproved(email)
    return f"It was not sent. {' '.join(found[:2])}" if found else ""


def broken_segments(email: MarketingEmail) -> list[str]:
    """Bring the segments up to date; a sentence for each that cannot be."""
    chosen = Segment.objects.filter(
        pk__in=[
            *email.include.values_list("pk", flat=True),
            *email.exclude.values_list("pk", flat=True),
            *about(conditions(all_blocks(email))),
        ]
    )
    sentences = []
    for segment in chosen.in_order():
        segment.try_refresh()
        segment.refresh_from_db(fields=["state", "problem"])
        if segment.state == SegmentState.BROKEN:
            sentences.append(f"The segment “{segment}” is broken: {segment.problem}")
    return sentences


@transaction.atomic
def _let_go(email: MarketingEmail, job: Job) -> None:
    """Everything but the last step leaves the email's row alone: who presses Stop
    meanwhile does not wait, and wins."""
    message = email.freeze()
    counts = audience.fix(
        message,
        fitted(contacts_of(email), email),
        plan=plan_of(email.readers_on_their_clock, email.spread),
        extra=left_out(email),
    )
    numbers = funnel_of(email, dict(counts))
    _compare(numbers, email.expected)
    kept = {**numbers.as_json(), "aimed": aims(email)}
    if not email.begin_sending(message, kept):
        if email.state != EmailState.PREPARING:
            raise Overtaken
        raise Moved(REWORKED.format(why=_what_changed(email)))
    email.release_segments()
    job.report(numbers.everybody, total=numbers.everybody)
    job.finish(**numbers.as_json())


def _what_changed(email: MarketingEmail) -> str:
    """Since it was last asked, as a sentence: its words, a segment, or that a second
    person has to approve it."""
    sentences = Standing.of(MarketingEmail.objects.get(pk=email.pk)).sentences
    return sentences[0] if sentences else DECIDED


def _compare(numbers: Funnel, expected: int | None) -> None:
    if expected is not None and numbers.moved_from(expected):
        raise Moved(
            f"It was not sent. {expected:,} people were to get it when Send was"
            f" pressed, and now it would be {numbers.will_get:,}. Look at the numbers,"
            " then send again."
        )
