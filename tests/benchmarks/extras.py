"""What a mail costs more with blocks for some, in several languages, and with limits.

The same letter to the same people, by one worker process on one core, beside the plain
letter in the same round. Before that everybody got a few mailings, so that there is
something to count for who asks how many they got.
"""

import datetime as dt
import statistics
from collections import defaultdict

from django.db.models import Case, CharField, F, Value, When
from django.utils import timezone

from accounts.models import Account
from consent.models import SubscriptionType
from contacts.models import Contact
from deliveries import audience, partitions
from deliveries.models import Bound
from tests import million
from tests.benchmarks import letter
from tests.benchmarks.frame import Result, processor_seconds
from tests.benchmarks.send import FIRST, rate, sink_for_all, workers
from tests.factories import MessageFactory

SIZES = [20_000]
ROUNDS = 3
BEFORE = 8
LANGUAGES = ("fi", "fr", "nb", "pl")
CONDITIONS = 6
# nobody reaches them, so that for each all is counted that she got
LIMIT, DAYS = 1_000, 30
ALL_OF_THEM = 10**9
GOT = """
INSERT INTO deliveries_delivery (message_id, address_id, contact_id, state, provider,
    attempts, started_at, settled_at, delivered_at)
SELECT %(message)s, address_id, id, 'delivered', 'other', 1, %(at)s, %(at)s, %(at)s
FROM contacts_contact
"""


def run(stack, size):
    stack.stop("worker", "beat", "web")
    kind = limited(million.make_people(size))
    for days in range(1, BEFORE + 1):
        mailed(kind, days)
    million.vacuum()
    told = defaultdict(list)
    with sink_for_all() as port:
        for _ in range(ROUNDS):
            for work, extra in EXTRAS.items():
                people, fields = extra(Contact.objects.all(), letter.blocks())
                mail = {"blocks": letter.blocks(), "bound": Bound.NOTHING} | fields
                message = MessageFactory(subscription_type=kind, **mail)
                audience.fix(message, people)
                told[work].append(one_run(stack, port))
    plain = told.pop("plain")
    for work, runs in told.items():
        yield from beside(work, runs, plain)


def limited(kind):
    """With limits for all marketing and for this kind of it."""
    Account.objects.update(cap_mails=LIMIT, cap_days=DAYS)
    kinds = SubscriptionType.objects.filter(pk=kind.pk)
    kinds.update(promised_mails=LIMIT, promised_days=DAYS)
    return kinds.get()


def mailed(kind, days):
    """Everybody got a mail so many days ago."""
    at = timezone.now() - dt.timedelta(days=days)
    message = MessageFactory(subscription_type=kind, frozen_at=at)
    partitions.ensure_for(message.pk)
    million.execute(GOT, {"message": message.pk, "at": at})


def plain(people, blocks):
    return people, {}


def for_some(people, blocks):
    """As many different bodies as there are ways to leave these blocks out."""
    some = [
        {
            "id": f"some{n}",
            "kind": "text",
            "html": "<p>Only some get this.</p>",
            "only": {"field": "segment", "operator": "member", "values": [str(n)]},
        }
        for n in range(CONDITIONS)
    ]
    return people.annotate(gets=F("id") % 2**CONDITIONS), {"blocks": blocks + some}


def in_languages(people, blocks):
    own = len(LANGUAGES)
    spoken = [When(rest=n, then=Value(one)) for n, one in enumerate(LANGUAGES)]
    tongue = Case(*spoken, default=Value(""), output_field=CharField())
    said = {"subject": "Hello", "preview_text": "", "blocks": blocks}
    people = people.annotate(rest=F("id") % (own + 1)).annotate(tongue=tongue)
    return people, {"variants": dict.fromkeys(LANGUAGES, said)}


def with_limits(people, blocks):
    return people, {"bound": Bound.EVERYTHING}


def with_all(people, blocks):
    people, more = for_some(people, blocks)
    people, variants = in_languages(people, more["blocks"])
    return people, {**more, **variants, "bound": Bound.EVERYTHING}


EXTRAS = {
    "plain": plain,
    f"{CONDITIONS} blocks that only some get": for_some,
    f"{len(LANGUAGES) + 1} languages": in_languages,
    f"two limits of mails, {BEFORE} mailings and more before": with_limits,
    "all of these": with_all,
}


def one_run(stack, port):
    """(mails a second, microseconds of the worker and of the database for a mail)."""
    database = stack.postgres.process.pid
    used = processor_seconds(database)
    (told,) = workers(stack, port, [ALL_OF_THEM], [FIRST])
    used = processor_seconds(database) - used
    return rate([told]), told["cpu"] / told["mails"] * 1e6, used / told["mails"] * 1e6


def beside(work, runs, plain):
    """Medians of what was measured, and of the plain letter as baselines."""
    values, baselines = (
        [statistics.median(column) for column in zip(*rows, strict=True)]
        for rows in (runs, plain)
    )
    units = ("mails/s", *["microseconds/mail"] * 2)
    parts = ("one worker", "processor time of the worker", "of the database")
    for part, unit, value, baseline in zip(
        parts, units, values, baselines, strict=True
    ):
        yield Result(
            "extras",
            f"{work}: {part}; baseline: the plain letter",
            value,
            unit,
            baseline,
        )
