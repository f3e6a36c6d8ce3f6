"""The claim of the next batch, with few rows behind it and with very many."""

import os
import statistics

from django.db import connection, transaction

from deliveries import partitions, queue
from tests.benchmarks.frame import Result, timed
from tests.factories import MessageFactory

FEW = 10_000
MANY = int(os.environ.get("BENCH_BACKLOG", "10000000"))
TIMES = 60
BAR = 1.5
# every address stands in as many rows as are needed: only the first are claimed
ROWS = """
INSERT INTO deliveries_delivery (message_id, address_id, contact_id, occurrence, state,
    provider, due_at)
SELECT %s, address_id, id, n, 'queued', 'other', now() - interval '1 day'
FROM generate_series(0, %s) n, contacts_contact
ORDER BY n LIMIT %s
"""


def compared(kind):
    """In turn, so that whatever else the machine does meets both."""
    queues = [queue_of(kind, number) for number in (FEW, MANY)]
    times = [[claim(question) for question in queues] for _ in range(TIMES)]
    few, many = (statistics.median(column) for column in zip(*times[5:], strict=True))
    work = f"claim of a batch with {MANY:,} rows behind it; baseline: {FEW:,}"
    yield Result("send", work, many * 1e3, "ms", few * 1e3, BAR)


def queue_of(kind, backlog):
    message = MessageFactory(subscription_type=kind)
    fill(message, backlog)
    return queue.Question.about(message, ["email", "first_name"])


def claim(question):
    """Seconds to start one batch, committed."""
    with timed() as clock:
        assert queue.start(question, "bench", queue.BATCH).rows
    return clock.seconds


def fill(message, backlog):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contacts_contact")
        (people,) = cursor.fetchone()
        partitions.ensure_for(message.pk)
        with transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(ROWS, [message.pk, backlog // people, backlog])
        cursor.execute("VACUUM ANALYZE deliveries_delivery")
