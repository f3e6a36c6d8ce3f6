"""How fast a file of contacts comes in: checked, then taken in with consent."""

import csv
import datetime as dt
import io
import resource

from accounts.models import Job
from consent.models import Grant, SubscriptionType, Suppression
from contacts.importing import columns, running
from contacts.models import ConsentAnswer, Contact, ContactImport
from tests.benchmarks.frame import Result, timed

SIZES = [100_000]
BAR = 30.0  # seconds
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
    found = ContactImport.objects.receive("people.csv", listed(size), stack.alice)
    before = peak()
    with timed() as checking:
        work(found.match(columns.guess(HEADINGS, [], columns.FIXED)))
    agree(found)
    assert found.start(stack.alice)
    with timed() as taking:
        work(found.job)
    assert Contact.objects.count() == size
    assert Grant.objects.exists()
    assert Suppression.objects.exists()
    name = f"file of {size:,} contacts"
    seconds = checking.seconds + taking.seconds
    yield Result("contact_import", f"{name}: checked", checking.seconds, "s")
    yield Result(
        "contact_import", f"{name}: checked and taken in", seconds, "s", bar=BAR
    )
    yield Result("contact_import", f"{name}: memory added", peak() - before, "MB")


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
