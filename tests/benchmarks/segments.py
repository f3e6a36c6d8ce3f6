"""Segments against the best SQL a person would write for the same question.

The people of tests/history.py: 0 to 40 mails delivered, twenty on average, 40 % never
opened one. The SQL by hand stands here to be read.
"""

import datetime as dt
import statistics

from django.db import connection
from django.db.models import Q
from django.http import QueryDict

from accounts.models import Job
from accounts.paging import keyset
from contacts.models import Contact, PropertyDefinition
from deliveries.models import Message
from deliveries.room import roomy
from segments import counting, tasks
from segments.compile import compile_rules
from segments.models import Segment, current_clock
from segments.recipes import BY_KEY
from segments.rules import parse
from segments.shelf import BY_STAY, columns_of, inside, with_columns
from segments.vocabulary import Vocabulary
from tests import history
from tests.benchmarks.frame import Result, timed
from tests.benchmarks.plans import WATCH

SIZES = [100_000, 1_000_000]
TIMES = 5
QUESTIONS = 3  # the first rows
BAR = 1.2
FILL_BAR = 1.5
# seconds: generating a million, a look at fifty segments, a live count, a page
GENERATED, IDLE, LIVE, PAGE = 180, 1.0, 0.3, 0.05
# megabytes of the worker at most
CHANGED, GROWTH, MEMORY = 0.1, 11, 200
WAIT = 300

CLEAN = "VACUUM ANALYZE {}"

SILENT = """
SELECT count(*) FROM contacts_contact WHERE delivered > 11 AND last_opened_at IS NULL
"""
CAMPAIGN = """
SELECT count(*) FROM contacts_contact c JOIN deliveries_delivery d
    ON d.address_id = c.address_id AND d.message_id = %s
WHERE d.delivered_at IS NOT NULL
    AND (d.bounced_at IS NULL OR d.bounced_at < d.delivered_at)
    AND d.opened_at IS NULL AND d.clicked_at IS NULL AND d.open_tracked
    AND (c.last_opened_at IS NULL OR c.last_opened_at < %s)
"""
NOT_CLICKED = """
SELECT count(*) FROM contacts_contact c JOIN deliveries_delivery d
    ON d.address_id = c.address_id AND d.message_id = %s
WHERE d.delivered_at IS NOT NULL
    AND (d.bounced_at IS NULL OR d.bounced_at < d.delivered_at)
    AND NOT EXISTS (SELECT FROM segments_segmentmember m
        WHERE m.contact_id = c.id AND m.segment_id = %s AND m.left_at IS NULL)
"""
FILL = """
INSERT INTO segments_segmentmember (segment_id, contact_id, joined_at)
SELECT 0, id, now() FROM contacts_contact
WHERE delivered > 11 AND last_opened_at IS NULL
"""


def every(*rules):
    return {"match": "all", "rules": list(rules)}


def where(field, operator, **operand):
    return {"field": field, "operator": operator, **operand}


def people(size):
    """The second mailing, which is asked about."""
    message = history.make(size)[1]
    Message.objects.filter(pk=message.pk).update(group="email:1")
    return message


def by_hand(sql, params=()):
    with roomy(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def by_rules(rules):
    condition: Q = compile_rules(parse(rules, Vocabulary()), current_clock())
    with roomy():
        return Contact.objects.filter(condition).count()


def compared(work, rules, sql, params=()):
    """Both in turn, so that whatever else the machine does meets both."""
    ours, theirs = [], []
    for _ in range(TIMES):
        with WATCH.watching(work), timed() as clock:
            found = by_rules(rules)
        ours.append(clock.seconds)
        with timed() as clock:
            assert by_hand(sql, params) == found
        theirs.append(clock.seconds)
    value, baseline = statistics.median(ours), statistics.median(theirs)
    return Result("segments", work, value, "s", baseline, BAR)


def campaign():
    unopened = where("email_event", "received_but_not_opened", group="email:1")
    lapsed = where("last_opened_at", "more_than_ago", value=52, unit="weeks")
    never = where("last_opened_at", "unknown")
    branches = [every(unopened, lapsed), every(unopened, never)]
    return {"match": "any", "rules": branches}


def filled(name, rules):
    segment = Segment.objects.create(name=name, rules=rules)
    with WATCH.watching(f"fill of {name.rstrip(' 0123456789')}"), timed() as clock:
        segment.refresh()
    return segment, clock.seconds


def clean():
    with connection.cursor() as cursor:
        cursor.execute(CLEAN.format("segments_segmentmember"))


def fill_by_hand():
    with timed() as clock, roomy(), connection.cursor() as cursor:
        cursor.execute(FILL)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM segments_segmentmember WHERE segment_id = 0")
    clean()
    return clock.seconds


def filling(silent):
    """In turn, so that a growing table meets both."""
    ours, theirs = [], []
    for n in range(3):
        theirs.append(fill_by_hand())
        segment, seconds = filled(f"Silent {n}", silent)
        ours.append(seconds)
        if n < 2:
            segment.delete()
        clean()
    work = f"first fill, {segment.size:,} members, with history"
    first, hand = statistics.median(ours), statistics.median(theirs)
    yield Result("segments", work, first, "s", hand, FILL_BAR)
    yield from refreshing(segment, f"of {Contact.objects.count():,}")


def refreshing(segment, of):
    """Always after a hundredth changed: only they are asked about, or everybody."""
    fulls, parts = [], []
    people = changing()
    for _ in range(3):
        next(people)
        before = segment.full_at
        with WATCH.watching("refresh of the changed"), timed() as clock:
            segment.refresh()
        assert segment.full_at == before  # it was not asked about everybody
        parts.append(clock.seconds)
        next(people)
        with WATCH.watching("full refresh"), timed() as clock:
            segment.refresh(fully=True)
        fulls.append(clock.seconds)
    part, full = statistics.median(parts), statistics.median(fulls)
    work = f"refresh after 1 % {of} changed, beside all of it"
    yield Result("segments", work, part, "s", full, CHANGED)


def changing():
    """A hundredth of the people changes at each step, always others."""
    some = Contact.objects.order_by("pk").values_list("pk", flat=True)
    hundredth = max(1, Contact.objects.count() // 100)
    while ids := list(some.filter(delivered__gt=0)[:hundredth]):
        Contact.objects.filter(pk__in=ids).update(delivered=0)
        yield


def in_the_worker(stack):
    """How large a worker becomes that fills and refreshes."""
    stack.start("worker")
    segment = Segment.objects.create(name="Busy", rules=BY_KEY["never-opened"].rules)
    job = segment.request_fill(None)
    tasks.fill.delay(job.pk)
    ended = Job.objects.filter(pk=job.pk, state="done")
    stack.wait_for(ended.exists, "the fill", WAIT)
    people = changing()
    for full in (False, True) * 3:
        next(people)
        if full:
            Segment.objects.filter(pk=segment.pk).update(
                seen="", full_at=None, refreshed_at=None
            )
        segment.refresh_from_db()
        tasks.refresh_due.delay()
        later = Segment.objects.filter(pk=segment.pk).exclude(
            refreshed_at=segment.refreshed_at
        )
        stack.wait_for(later.exists, "a refresh", WAIT)
    most = peak(stack.stack.processes["worker"].pid)
    stack.stop("worker")
    work = f"memory of the worker, {segment.size:,} members filled and refreshed"
    yield Result("segments", work, most, "MB", bar=MEMORY)


def peak(pid):
    """The most memory a process ever had, in MB."""
    with open(f"/proc/{pid}/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def idle():
    """Fifty segments that nothing concerns."""
    for n in range(50 - Segment.objects.count()):
        rules = every(where("delivered", "greater", value=100 + n))
        filled(f"Quiet {n}", rules)
    Segment.objects.refresh_due()
    with timed() as clock:
        assert Segment.objects.refresh_due() == 0
    yield Result(
        "segments", "50 segments, nothing changed", clock.seconds, "s", bar=IDLE
    )


FIVE = (
    where("delivered", "greater", value=3),
    where("last_opened_at", "more_than_ago", value=10, unit="weeks"),
    where("property:1", "at_least", value=2),
    where("email", "contains", value="7"),
    where("opened", "less", value=9),
)


def live():
    PropertyDefinition.objects.create(pk=1, name="score", label="Score", kind="number")
    condition = compile_rules(parse(every(*FIVE), Vocabulary()), current_clock())
    times = []
    for _ in range(TIMES):
        with WATCH.watching("live count"), timed() as clock:
            counting.count(condition, patience_ms=WAIT * 1000)
        times.append(clock.seconds)
    work = "live count of five filters, median"
    yield Result("segments", work, statistics.median(times), "s", bar=LIVE)


def pages(segment):
    people = with_columns(Contact.objects.all(), columns_of([], Vocabulary()))
    rows = inside(segment, people)
    ids = segment.stays.filter(left_at=None).order_by("-contact_id")
    deep = min(500_000, ids.count() - 100)
    place = ids.values_list("contact_id", flat=True)[deep]
    for which, asked in (("first page", ""), ("a page far behind", f"after={place}")):
        times = []
        for _ in range(TIMES):
            with WATCH.watching(which), timed() as clock:
                page = keyset(rows, QueryDict(asked), 50, BY_STAY)
            times.append(clock.seconds)
        assert len(page.rows) == 50
        work = f"{which} of {segment.size:,} members"
        yield Result("segments", work, statistics.median(times), "s", bar=PAGE)


# the rows of each size, for the growth from one to the next
ROWS: dict[int, list[Result]] = {}


def grown(size, rows):
    """How many times as long as over a tenth of the people: all of it, and the
    questions alone, beside the growth of the SQL by hand."""
    ROWS[size] = rows
    for smaller in (one for one in ROWS if one * 10 == size):
        than = f"over {size:,} beside {smaller:,} contacts"
        yield Result(
            "segments",
            f"all of these {than}",
            total(size, by="value") / total(smaller, by="value"),
            "times",
            bar=GROWTH,
        )
        yield Result(
            "segments",
            f"the questions {than}; baseline: by hand",
            total(size, by="value", of=QUESTIONS)
            / total(smaller, by="value", of=QUESTIONS),
            "times",
            total(size, by="baseline", of=QUESTIONS)
            / total(smaller, by="baseline", of=QUESTIONS),
            BAR,
        )


def total(size, *, by, of=None):
    return sum(getattr(row, by) for row in ROWS[size][:of] if row.unit == "s")


def run(stack, size):
    stack.stop("worker", "beat")
    with timed() as clock:
        message = people(size)
    work = f"{size:,} contacts, about {size * 20:,} deliveries made"
    yield Result("segments", work, clock.seconds, "s", bar=GENERATED)
    rows = []
    for row in work_of(message, size, stack):
        yield row
        rows.append(row)
    yield from grown(size, rows)


def work_of(message, size, stack):
    yield from asking(message, size)
    yield from filling(BY_KEY["never-opened"].rules)
    yield from pages(Segment.objects.get(name="Silent 2"))
    yield from live()
    yield from idle()
    yield from in_the_worker(stack)


def asking(message, size):
    asked = f"over {size:,} contacts"
    yield compared(f"walk-through 1 {asked}", BY_KEY["never-opened"].rules, SILENT)
    clock = current_clock()
    boundary = clock.start(clock.today - dt.timedelta(weeks=52))
    yield compared(
        f"(A and B) or (A and C) {asked}", campaign(), CAMPAIGN, [message.pk, boundary]
    )
    clicked = every(where("email_event", "link_clicked", group="email:1"))
    clickers, _ = filled("Clickers", clicked)
    clean()
    left = every(
        where("email_event", "received", group="email:1"),
        where("segment", "not_member", values=[str(clickers.pk)]),
    )
    work = f"received and not clicked {asked}"
    yield compared(work, left, NOT_CLICKED, [message.pk, clickers.pk])
