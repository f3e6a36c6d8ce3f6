"""A refresh that waits half-way, so that other things can happen meanwhile."""

import contextlib

from django.db import connection

BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND query LIKE '%%segments_segmentmember%%'
    AND datname = current_database()
"""


@contextlib.contextmanager
def begun(statement, parameters):
    """Another connection has done this; it commits on leaving, unless it did before."""
    with contextlib.closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(statement, parameters)
        yield cursor
        cursor.execute("COMMIT")


@contextlib.contextmanager
def taken(segment, contact):
    """Somebody else is about to write this stay: a refresh waits half-way for that."""
    insert = (
        "INSERT INTO segments_segmentmember (segment_id, contact_id, joined_at)"
        " VALUES (%s, %s, now())"
    )
    with begun(insert, [segment.pk, contact.pk]) as cursor:
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def waiting():
    """How many refreshes wait."""
    with connection.cursor() as cursor:
        cursor.execute(BLOCKED)
        return cursor.fetchone()[0]
