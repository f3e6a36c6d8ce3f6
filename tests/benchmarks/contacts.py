"""Contacts in great number: they come in from a file, are listed and looked at, asked
about for a mailing, and their ledger of consent is proved.

What the file brought is what all the rest is measured on.
"""

import statistics
import sys

from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from consent.models import ConsentRecord, SubscriptionType
from contacts.models import Contact
from deliveries.refusals import mailable
from tests.benchmarks import contact_import
from tests.benchmarks.frame import Result, timed
from tests.benchmarks.million import visitor

SIZES = [1_000_000]
TIMES = 60
BAR = 200.0  # milliseconds, for 95 of 100 visits

# the same question without a reason to refuse: who said yes, and nobody said no since
BY_HAND = """
SELECT count(*) FROM contacts_contact c
JOIN consent_grant g USING (address_id)
WHERE g.subscription_type_id = %s AND NOT EXISTS (
    SELECT FROM consent_suppression s
    WHERE s.address_id = c.address_id AND s.lifted_at IS NULL)
"""


def run(stack, size):
    stack.stop("worker", "beat")
    yield from contact_import.run(stack, size)
    settle()
    yield from looked_at(stack)
    yield from asked_about(size)
    yield from proved()


def settle():
    """As autovacuum would have done after a while."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def looked_at(stack):
    ask = visitor(stack)
    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    some = ids[:: len(ids) // TIMES][:TIMES]
    people = reverse("contacts:list")
    visits = {
        "list": [people] * TIMES,
        "list, from anywhere": [f"{people}?after={pk}" for pk in some],
        "list, an address": [f"{people}?q=p{n}@" for n in range(TIMES)],
        "record": [reverse("contacts:detail", args=[pk]) for pk in some],
    }
    for what, paths in visits.items():
        ask(paths[0])  # the process has loaded its templates
        times = statistics.quantiles([ask(path) for path in paths], n=20)
        yield Result("contacts", f"{what}: median", times[9], "ms")
        yield Result("contacts", f"{what}: 95 of 100", times[18], "ms", bar=BAR)


def asked_about(size):
    kind = SubscriptionType.objects.default()
    with timed() as clock:
        count = mailable(Contact.objects.all(), kind).count()
    with connection.cursor() as cursor, timed() as by_hand:
        cursor.execute(BY_HAND, [kind.pk])
        (plainly,) = cursor.fetchone()
    assert count == plainly > size / 2
    work = f"{size:,} asked about, {count:,} may be mailed"
    yield Result("contacts", work, clock.seconds, "s", by_hand.seconds)


def proved():
    records = ConsentRecord.objects.count()
    with timed() as clock:
        call_command("verify_ledger", stdout=sys.stderr)
    work = f"{records:,} records of the ledger proved"
    yield Result(
        "contacts", work, records / clock.seconds, "records/s", higher_is_better=True
    )
