"""How fast a file of contacts comes in, checked, then taken in with consent: of people
who are new, then of the same people changed."""

import csv
import datetime as dt
import io
import resource

from django.db import connection

from accounts.models import Job
from consent.models import Grant, SubscriptionType, Suppression
from contacts.importing import columns, running
from contacts.models import ConsentAnswer, Contact, ContactImport
from tests.benchmarks.frame import Result, timed

SIZES = [100_000]
BAR = 25_000  # rows a second, from the file to the last person
HEADINGS = [
    "Email",
    "First Name",
    "Last Name",
    "Company name",
    "City",
    "Marketing emails delivered",
    "Marketing emails opened",
    "Last marketing email open date",
    "Unsubscribed from all email",
    "Email hard bounce reason",
]


def run(stack, size):
    file = listed(size)
    by_hand = copied(file)
    before = peak()
    yield from came_in(stack, "new", file, by_hand)
    assert Contact.objects.count() == size
    assert Grant.objects.exists()
    assert Suppression.objects.exists()
    moved = file.getvalue().replace(b",Helsinki,", b",Tampere,")
    yield from came_in(stack, "updated", io.BytesIO(moved), by_hand)
    assert Contact.objects.filter(city="Tampere").count() == size
    yield Result("contact_import", "memory added", peak() - before, "MB")


def came_in(stack, what, file, by_hand):
    """A file checked, then taken in; the rate beside a bare COPY of the same rows."""
    found = ContactImport.objects.receive("people.csv", file, stack.alice)
    with timed() as checking:
        work(found.match(columns.guess(HEADINGS, [], columns.FIXED)))
    agree(found)
    assert found.start(stack.alice)
    with timed() as taking:
        work(found.job)
    found.refresh_from_db()
    rows = found.counts["rows"]
    assert found.counts[what] == rows
    seconds = checking.seconds + taking.seconds
    name = f"{rows:,} contacts {what}"
    yield Result("contact_import", f"{name}: checked", checking.seconds, "s")
    yield Result("contact_import", f"{name}: taken in", taking.seconds, "s")
    yield Result(
        "contact_import",
        f"{name}: both",
        rows / seconds,
        "rows/s",
        bar=BAR,
        higher_is_better=True,
    )
    yield Result("contact_import", f"{name}: beside a COPY", seconds, "s", by_hand)


def copied(file):
    """Seconds that a COPY of the same rows takes, into a table without an index."""
    texts = ", ".join(f"c{at} text" for at, _ in enumerate(HEADINGS))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE copied ({texts})")
        into = "COPY copied FROM STDIN (FORMAT csv, HEADER)"
        with timed() as copying, cursor.copy(into) as copy:
            copy.write(file.getvalue())
        cursor.execute("DROP TABLE copied")
    return copying.seconds


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def work(job):
    running.work(Job.objects.claim(job.pk))


def agree(found):
    found.refresh_from_db()
    found.consent = ConsentAnswer.AGREED
    found.consent_source = "Form in the shop"
    found.consent_date = dt.date(2025, 3, 1)
    found.consent_wording = "Yes, send me news."
    found.save()
    found.subscription_types.set([SubscriptionType.objects.default()])


def listed(size):
    """An export as another tool writes it: one in 50 opted out, one in 90 bounced."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for n in range(size):
        person = [f"p{n}@people{n % 500}.example", f"Ada{n}", f"Person{n}"]
        place = [f"Company {n % 1000}", "Helsinki"]
        opened = f"2026-0{1 + n % 9}-11 10:00" if n % 7 else ""
        no = ["true" if n % 50 == 0 else "false", "" if n % 90 else "UNKNOWN_USER"]
        writer.writerow([*person, *place, n % 30, n % 7, opened, *no])
    return io.BytesIO(out.getvalue().encode())
