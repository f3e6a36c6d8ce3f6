"""Many people with years of mail behind them, in minutes: for measuring.

Forty mailings, one every three weeks. Contact n got the first n % 41 of them, twenty on
average. Two of five never opened one; the others opened every third and clicked in
every twelfth. It is what the program would have written (tests/segments/test_history.py
compares), but set by set: triggers asleep, indexes made behind the rows, and the
mails in tables of their own that then take the place of two empty partitions.
"""

import contextlib
import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, filterfalse
from operator import itemgetter

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from deliveries import partitions
from deliveries.models import Message
from deliveries.partitions import PER_PARTITION
from tests.factories import MessageFactory, SubscriptionTypeFactory

MAILINGS = 40
EVERY = dt.timedelta(weeks=3)
OPENED, CLICKED = dt.timedelta(hours=2), dt.timedelta(hours=3)  # behind the mail
# partitions that are filled side by side
PARTS = 4
BLOCK = 64  # bytes that SHA-256 takes at a time

ADDRESSES = """
INSERT INTO consent_address (id, key, key_hmac, ledger_head)
SELECT n, key, sha256(%(outer)s || sha256(%(inner)s || key::bytea)), ''
FROM (SELECT n, 'p' || n || '@people' || n %% 50 || '.example' AS key
    FROM generate_series(1, %(size)s) n) p
"""
# the mailing of a contact's last, first ... open is found by counting, not by looking
CONTACTS = """
INSERT INTO contacts_contact (id, address_id, email, first_name, last_name, city,
    properties, created_at, delivered, opened, clicked, sends_since_engagement,
    first_delivered_at, last_delivered_at, first_opened_at, last_opened_at,
    first_clicked_at, last_clicked_at, last_email_name)
SELECT n, n, 'p' || n || '@people' || n %% 50 || '.example', 'Ada' || n %% 900,
    'Person' || n, 'City' || n %% 300, jsonb_build_object('1', n %% 7),
    %(first)s - n %% 900 * interval '1 day', mails,
    CASE WHEN opens THEN (n + mails) / 3 - n / 3 ELSE 0 END,
    CASE WHEN clicks THEN (n + mails) / 12 - n / 12 ELSE 0 END,
    mails - CASE WHEN opens THEN mails - (n + mails) %% 3 ELSE 0 END,
    CASE WHEN mails > 0 THEN %(first)s END,
    CASE WHEN mails > 0 THEN %(first)s + (mails - 1) * %(every)s END,
    CASE WHEN opens THEN
        %(first)s + (2 - n %% 3) * %(every)s + interval '2 hours' END,
    CASE WHEN opens THEN
        %(first)s + (mails - (n + mails) %% 3 - 1) * %(every)s + interval '2 hours' END,
    CASE WHEN clicks THEN
        %(first)s + (11 - n %% 12) * %(every)s + interval '3 hours' END,
    CASE WHEN clicks THEN
        %(first)s + (mails - (n + mails) %% 12 - 1) * %(every)s + interval '3 hours'
    END,
    CASE WHEN mails > 0 THEN 'Mailing ' || mails ELSE '' END
FROM (SELECT n, mails, n %% 5 > 1 AND (n + mails) / 3 > n / 3 AS opens,
        n %% 5 > 1 AND (n + mails) / 12 > n / 12 AS clicks
    FROM (SELECT n, n %% %(with)s AS mails FROM generate_series(1, %(size)s) n) p) p
"""
MAILS = """
INSERT INTO {table} (id, message_id, address_id, contact_id, state, provider,
    queued_at, due_at, started_at, settled_at, delivered_at, attempts, opened_at,
    last_opened_at, clicked_at, last_clicked_at, open_tracked, click_tracked)
SELECT %(before)s + n, %(message)s, n, n, 'delivered', 'other', %(at)s, %(at)s, %(at)s,
    %(at)s, %(at)s, 1, CASE WHEN opens THEN %(opened)s END,
    CASE WHEN opens THEN %(opened)s END, CASE WHEN clicks THEN %(clicked)s END,
    CASE WHEN clicks THEN %(clicked)s END, true, true
FROM (SELECT n, n %% 5 > 1 AND (n + %(nth)s) %% 3 = 0 AS opens,
        n %% 5 > 1 AND (n + %(nth)s) %% 12 = 0 AS clicks
    FROM (SELECT generate_series(1, %(size)s) AS n) s
    WHERE n %% %(with)s >= %(nth)s) p
"""
# (unique constraint or "", its index, how it is made), but for primary keys
SECONDARY = """
SELECT coalesce(c.conname, ''), i.indexrelid::regclass::text,
    coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid))
FROM pg_index i LEFT JOIN pg_constraint c
    ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
"""
ALONE = """
CREATE TABLE {table} (
    LIKE {partition} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE,
    CONSTRAINT within CHECK (message_id >= {low} AND message_id < {high})
)
"""
NEXT = """
SELECT setval(sequence, greatest(%s, nextval(sequence)))
FROM pg_get_serial_sequence(%s, 'id') AS sequence
"""
# how many rows of each there are for one contact, at most
SEQUENCES = [
    ("consent_address", 1),
    ("contacts_contact", 1),
    ("deliveries_delivery", MAILINGS),
]


def execute(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def make(size):
    """`size` contacts with twenty mails each, on average; the forty messages.

    In a database without contacts, outside of a transaction.
    """
    parts = mailings()
    first = timezone.now() - MAILINGS * EVERY
    side_by_side((people, size, first), *((mails, one, size, first) for one in parts))
    for part in parts:
        hang_in(part)
    for table, last in SEQUENCES:
        execute(NEXT, [last * size, table])
    tables = [partitions.table_of(part[0][1].pk) for part in parts]
    side_by_side(
        *((vacuum, one) for one in [*tables, "contacts_contact", "consent_address"])
    )
    execute("ANALYZE deliveries_delivery, contacts_contact, consent_address")
    return [message for _, message in sorted(chain(*parts), key=itemgetter(0))]


def side_by_side(*jobs):
    """Each in a thread and a connection of its own."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(apart, *job) for job in jobs]:
            done.result()


def apart(work, *arguments):
    try:
        work(*arguments)
    finally:
        connection.close()


def mailings():
    """The parts: [(ordinal from 1, its message), ...], each in its own partition."""
    kind = SubscriptionTypeFactory()
    newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
    begin = newest // PER_PARTITION + 1
    parts = [[] for _ in range(PARTS)]
    for nth in range(1, MAILINGS + 1):
        part = parts[nth % PARTS]
        pk = (begin + nth % PARTS) * PER_PARTITION + len(part)
        name = f"Mailing {nth}"
        part.append((nth, MessageFactory(pk=pk, name=name, subscription_type=kind)))
    newest = max(message.pk for _, message in chain(*parts))
    execute(NEXT, [newest, "deliveries_message"])
    partitions.ensure()
    return parts


@contextlib.contextmanager
def asleep():
    """A transaction without triggers, with room to sort."""
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        execute("SET LOCAL maintenance_work_mem = '512MB'")
        yield


@contextlib.contextmanager
def bare(table):
    """Inside, the table has its primary key and no other index."""
    indexes = execute(SECONDARY, [table])
    for constraint, index, _ in indexes:
        if constraint:
            execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        else:
            execute(f"DROP INDEX {index}")
    yield
    for constraint, _, made in indexes:
        if constraint:
            execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {made}")
        else:
            execute(made)


def people(size, first):
    values = {"size": size, "first": first, "every": EVERY, "with": MAILINGS + 1}
    with asleep():
        with bare("consent_address"):
            execute(ADDRESSES, values | hmac_pads())
        with bare("contacts_contact"):
            execute(CONTACTS, values)


def hmac_pads():
    """HMAC-SHA-256 with the key of addresses, as two calls of sha256 (RFC 2104)."""
    secret = settings.ERASURE_KEY.encode()
    secret = hashlib.sha256(secret).digest() if len(secret) > BLOCK else secret
    secret = secret.ljust(BLOCK, b"\0")
    return {
        "inner": bytes(one ^ 0x36 for one in secret),
        "outer": bytes(one ^ 0x5C for one in secret),
    }


def beside(partition):
    """The table that takes the place of a partition."""
    return f"{partition}_made"


def mails(part, size, first):
    """The deliveries of these messages, in a table of their own."""
    partition = partitions.table_of(part[0][1].pk)
    table, (low, high) = beside(partition), bounds(part)
    made = [elsewhere(table, *one) for one in execute(SECONDARY, [partition])]
    with asleep():
        execute(ALONE.format(table=table, partition=partition, low=low, high=high))
        for one in filter(is_partial, made):  # none of the rows goes in
            execute(one)
        for nth, message in part:
            mailing(table, message.pk, nth, size, first + (nth - 1) * EVERY)
        execute(f"ALTER TABLE {table} ADD PRIMARY KEY (message_id, id)")
        for one in filterfalse(is_partial, made):
            execute(one)


def mailing(table, message, nth, size, at):
    values = {"message": message, "nth": nth, "size": size, "at": at}
    values |= {"before": (nth - 1) * size, "with": MAILINGS + 1}
    values |= {"opened": at + OPENED, "clicked": at + CLICKED}
    execute(MAILS.format(table=table), values)


def is_partial(made):
    return " WHERE " in made


def elsewhere(table, constraint, _, made):
    """The statement that makes the same index on another table."""
    if constraint:
        return f"ALTER TABLE {table} ADD {made}"
    start, _, rest = made.partition(" USING ")
    unique = "UNIQUE" if "UNIQUE" in start else ""
    return f"CREATE {unique} INDEX ON {table} USING {rest}"


def bounds(part):
    low = part[0][1].pk // PER_PARTITION * PER_PARTITION
    return low, low + PER_PARTITION


def hang_in(part):
    """In the place of the empty partition, whose indexes it has."""
    partition, (low, high) = partitions.table_of(part[0][1].pk), bounds(part)
    with transaction.atomic():
        execute(f"DROP TABLE {partition}")
        execute(f"ALTER TABLE {beside(partition)} RENAME TO {partition}")
        execute(
            f"ALTER TABLE deliveries_delivery ATTACH PARTITION {partition}"
            f" FOR VALUES FROM ({low}) TO ({high})"
        )
        execute(f"ALTER TABLE {partition} DROP CONSTRAINT within")


def vacuum(table):
    execute(f"VACUUM {table}")
