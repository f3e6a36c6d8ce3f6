"""How fast a list of opt-outs takes effect: counted, then opted out."""

import csv
import io

from django.core.files.base import ContentFile

from consent import tables
from consent.models import Suppression
from optouts import jobs
from optouts.models import OptOutImport
from tests.benchmarks.frame import Result, timed

SIZES = [100_000]
BAR = 30.0  # seconds


def run(stack, size):
    file = ContentFile(listed(size), name="opt-outs.csv")
    shape = tables.detect(file)
    imported = OptOutImport.objects.take_in(
        file, shape, stack.alice, file_name="opt-outs.csv"
    )
    with timed() as counting:
        jobs.work(imported.choose(1, "Email", has_header=True).pk)
    imported.refresh_from_db()
    job = imported.start(stack.alice)
    with timed() as running:
        jobs.work(job.pk)
    assert Suppression.objects.count() == imported.addresses == size
    work = f"opt-out list of {size:,} addresses"
    yield Result(
        "optout_import", f"{work}: counted for the review", counting.seconds, "s"
    )
    yield Result("optout_import", f"{work}: opted out", running.seconds, "s", bar=BAR)


def listed(size: int) -> bytes:
    """A file of strangers, with a name and a date beside each address."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Name", "Email", "Asked on"])
    writer.writerows(
        (f"Person {number}", f"person{number}@people.example", "2026-11-03")
        for number in range(size)
    )
    return out.getvalue().encode()
